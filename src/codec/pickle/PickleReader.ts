/**
 * Reads pickles, one after another and however they are cut: text, None, lists and tuples as CPython writes them in
 * protocols 0 to 5 and, where it is asked for, bytes, which pass in parts and are not kept. What an opcode does:
 * PickleOpcodes; the stack and the memo: PickleMachine; what the values mean: Pickle.
 */
import * as ByteString from "../../domain/ByteString.ts"
import { Malformed } from "../Codec.ts"
import { PickleMachine, type Problem, type Value } from "./PickleMachine.ts"
import { type Opcode, opcodes, text } from "./PickleOpcodes.ts"

/** What a reader finds. After `Malformed` there is no more. */
export type Found =
  /** A whole pickle. */
  | { readonly _tag: "Pickle"; readonly value: Value }
  /** `size` bytes follow, in parts; `before` is the value that was made before them. */
  | { readonly _tag: "BytesStart"; readonly size: number; readonly before: Value | undefined }
  | { readonly _tag: "BytesPart"; readonly bytes: Uint8Array }
  | Malformed

/** How much one pickle may be. */
export interface Limits {
  /** In bytes, those of byte strings left out. */
  readonly size: number
  /** How many values, and apart from them how many entries in the memo. */
  readonly values: number
  /** Whether there may be bytes in it. */
  readonly bytes: boolean
}

/** Turns bytes into values. */
export interface PickleReader {
  /** What these bytes complete. A part of a byte string is a view of the bytes pushed, not a copy. */
  readonly push: (bytes: Uint8Array) => ReadonlyArray<Found>
  /** Whether a pickle has begun and not ended. */
  readonly isInside: () => boolean
  /** How much memory is held for a pickle that has not ended, in bytes; 0 where none has begun. */
  readonly unfinished: () => number
}

const lineFeed = 0x0a

const malformed = (problem: Problem): Malformed => new Malformed({ message: `Pickle: ${problem}` })

const tooLarge = malformed("too large")

/** So many pieces of what is waited for are kept apart. */
const mostPieces = 64
/** What each of them costs besides its bytes: the view, its buffer and the system's record of that. */
const costOfPiece = 256

const noInput = new Uint8Array(0)

/** A reader with a state of its own. */
export const makePickleReader = (limits: Limits): PickleReader => {
  const machine = new PickleMachine(limits.values)
  /** What has come and is not yet joined, and how much it is. */
  let chunks: Array<Uint8Array> = []
  let held = 0
  /** How much must have come before it is worth looking again; 0 while the end of a line is waited for. */
  let needed = 1
  let input: Uint8Array = noInput
  let position = 0
  /** How many bytes of the current pickle were read, those of byte strings among them, and how many those are. */
  let used = 0
  let passed = 0
  /** Bytes of the current byte string that are still to come. */
  let missing = 0
  /** Where in the pickle the current frame ends; frames and opcodes end together (PEP 3154). */
  let frameEnd: number | undefined
  let broken = false

  /** Makes `input` all that is held, unless that cannot complete anything yet. */
  const join = (bytes: Uint8Array): boolean => {
    chunks.push(bytes)
    held += bytes.length
    if (chunks.length > mostPieces) chunks = [concatenate(chunks, held)]
    const worthwhile = needed > 0 ? held >= needed : bytes.includes(lineFeed) || held > limits.size
    if (!worthwhile) return false
    input = chunks.length === 1 ? (chunks[0] ?? bytes) : concatenate(chunks, held)
    position = 0
    return true
  }

  /** Keeps what is left of `input` for the next chunk. */
  const keep = (): void => {
    // A copy, for a view would keep all of the input.
    const rest = Uint8Array.from(input.subarray(position))
    input = noInput
    chunks = rest.length === 0 ? [] : [rest]
    held = rest.length
  }

  /** Whether this many bytes are there; if not, they are waited for. */
  const has = (count: number): boolean => {
    if (input.length - position >= count) return true
    needed = count
    return false
  }

  const consume = (count: number): void => {
    position += count
    used += count
  }

  const readNumber = (at: number, width: 1 | 4 | 8): number => {
    let value = 0
    for (let index = width - 1; index >= 0; index--)
      value = value * 256 + (input[position + at + index] ?? 0)
    return value
  }

  /** Carries out the opcode at `position`, if all of it is there; it stays where it is if not. */
  const step = (opcode: Opcode): Found | Problem | undefined => {
    switch (opcode._tag) {
      case "Bare":
        consume(1)
        return opcode.run(machine)
      case "Number": {
        if (!has(1 + opcode.width)) return undefined
        const value = readNumber(1, opcode.width)
        consume(1 + opcode.width)
        return opcode.run(machine, value)
      }
      case "Line": {
        const end = input.indexOf(lineFeed, position)
        if (used - passed + (end === -1 ? input.length : end) - position > limits.size)
          return tooLarge
        if (end === -1) {
          needed = 0
          return undefined
        }
        const line = ByteString.fromBytes(input.subarray(position + 1, end))
        consume(end + 1 - position)
        return opcode.run(machine, line)
      }
      case "Text": {
        const start = 1 + opcode.width
        if (!has(start)) return undefined
        const size = readNumber(1, opcode.width)
        if (used - passed + start + size > limits.size) return tooLarge
        if (!has(start + size)) return undefined
        const word = ByteString.fromBytes(input.subarray(position + start, position + start + size))
        consume(start + size)
        return machine.push(text(word))
      }
      case "Bytes": {
        if (!limits.bytes) return "bytes"
        if (!has(1 + opcode.width)) return undefined
        const size = readNumber(1, opcode.width)
        if (!Number.isSafeInteger(size)) return tooLarge
        const before = machine.top
        consume(1 + opcode.width)
        missing = size
        return machine.push({ _tag: "Bytes", size }) ?? { _tag: "BytesStart", size, before }
      }
      case "Frame": {
        if (!has(9)) return undefined
        const size = readNumber(1, 8)
        if (size > limits.size) return tooLarge
        if (frameEnd !== undefined) return "a frame within a frame"
        consume(9)
        frameEnd = used + size
        return undefined
      }
      case "Stop": {
        consume(1)
        if (frameEnd !== undefined && frameEnd !== used) return "the end within a frame"
        const value = machine.finish()
        if (typeof value === "string") return value
        used = 0
        passed = 0
        frameEnd = undefined
        return { _tag: "Pickle", value }
      }
    }
  }

  /** Some of the byte string that is passing. */
  const pass = (): Found => {
    const bytes = input.subarray(position, position + missing)
    consume(bytes.length)
    passed += bytes.length
    missing -= bytes.length
    return { _tag: "BytesPart", bytes }
  }

  /** What the next bytes make; `undefined` also where more of them must come first, which `position` tells. */
  const next = (): Found | undefined => {
    if (missing > 0) return pass()
    const opcode = opcodes.get(input[position])
    const found = opcode === undefined ? "an opcode that is not taken" : step(opcode)
    if (typeof found === "string") return malformed(found)
    if (used - passed > limits.size) return tooLarge
    if (frameEnd !== undefined && used + missing >= frameEnd) {
      if (used + missing > frameEnd) return malformed("an opcode across the end of its frame")
      frameEnd = undefined
    }
    return found
  }

  const push = (bytes: Uint8Array): ReadonlyArray<Found> => {
    const all: Array<Found> = []
    if (broken || !join(bytes)) return all
    while (position < input.length) {
      const before = position
      const found = next()
      if (found !== undefined) all.push(found)
      if (found?._tag === "Malformed") {
        broken = true
        chunks = []
        held = 0
        return all
      }
      if (position === before) break
      needed = 1
    }
    keep()
    return all
  }

  return {
    push,
    isInside: () => !broken && (used > 0 || held > 0),
    unfinished: () => (broken ? 0 : used + held + costOfPiece * chunks.length + machine.cost)
  }
}

const concatenate = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
