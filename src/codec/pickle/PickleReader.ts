/**
 * Reads pickles, one after another and however they are split into chunks: text, None, lists and tuples as CPython
 * writes them in protocols 0 to 5 and, if allowed, bytes, which are returned in parts and not kept. What an opcode
 * does: PickleOpcodes; the stack and the memo: PickleMachine; what the values mean: Pickle and PickleClient.
 */
import * as ByteString from "../../domain/ByteString.ts"
import { Malformed } from "../Codec.ts"
import { PickleMachine, type Problem, type Value } from "./PickleMachine.ts"
import { type Opcode, opcodes, text } from "./PickleOpcodes.ts"

/** What a reader returns. `Malformed` is the last. */
export type Found =
  /** A whole pickle. */
  | { readonly _tag: "Pickle"; readonly value: Value }
  /** `size` bytes follow, in parts; `before` is the value on the stack before them. */
  | { readonly _tag: "BytesStart"; readonly size: number; readonly before: Value | undefined }
  | { readonly _tag: "BytesPart"; readonly bytes: Uint8Array }
  | Malformed

/** The limits of one pickle. */
export interface Limits {
  /** Its size in bytes, without those of byte strings. */
  readonly size: number
  /** How many values it may make, and how many entries its memo may have. */
  readonly values: number
  /** Whether it may contain byte strings. */
  readonly bytes: boolean
}

/** Turns bytes into values. */
export interface PickleReader {
  /** All that these bytes complete. A part of a byte string is a view of the bytes pushed, not a copy. */
  readonly push: (bytes: Uint8Array) => ReadonlyArray<Found>
  /** Whether a pickle has begun and not ended. */
  readonly isInside: () => boolean
  /** The memory held for an unfinished pickle, in bytes; 0 where none has begun. */
  readonly unfinished: () => number
}

const lineFeed = 0x0a

const malformed = (problem: Problem): Malformed => new Malformed({ message: `Pickle: ${problem}` })

const tooLarge = malformed("too large")

/** The most chunks that are kept before they are joined. */
const mostChunks = 64
/** What each of them costs besides its bytes: the view, its buffer and the system's record of that. */
const costOfChunk = 256

const noInput = new Uint8Array(0)

/** A reader for a new connection. */
export const makePickleReader = (limits: Limits): PickleReader => {
  const machine = new PickleMachine(limits.values)
  /** The chunks that are not joined yet, and their bytes in all. */
  let chunks: Array<Uint8Array> = []
  let held = 0
  /** How many bytes the next step needs; 0 while it needs the end of a line. */
  let needed = 1
  let input: Uint8Array = noInput
  let position = 0
  /** How many bytes of the current pickle were read, and how many of them were those of byte strings. */
  let used = 0
  let passed = 0
  /** The bytes of the current byte string that are still to come. */
  let missing = 0
  /** Where in the pickle the current frame ends; frames and opcodes end together (PEP 3154). */
  let frameEnd: number | undefined
  let broken = false

  /** Joins all chunks to `input` and returns true; returns false where they cannot complete anything yet. */
  const join = (bytes: Uint8Array): boolean => {
    chunks.push(bytes)
    held += bytes.length
    if (chunks.length > mostChunks) chunks = [concatenate(chunks, held)]
    const worthwhile = needed > 0 ? held >= needed : bytes.includes(lineFeed) || held > limits.size
    if (!worthwhile) return false
    input = chunks.length === 1 ? (chunks[0] ?? bytes) : concatenate(chunks, held)
    position = 0
    return true
  }

  /** Keeps the rest of `input` for the next chunk. */
  const keep = (): void => {
    // A copy, for a view would keep all of the input.
    const rest = Uint8Array.from(input.subarray(position))
    input = noInput
    chunks = rest.length === 0 ? [] : [rest]
    held = rest.length
  }

  /** Whether this many bytes have come; if not, the next step waits for them. */
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

  /** Executes the opcode at `position`; where it is not complete, leaves `position` as it is. */
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
        const line = ByteString.fromRange(input, position + 1, end)
        consume(end + 1 - position)
        return opcode.run(machine, line)
      }
      case "Text": {
        const start = 1 + opcode.width
        if (!has(start)) return undefined
        const size = readNumber(1, opcode.width)
        if (used - passed + start + size > limits.size) return tooLarge
        if (!has(start + size)) return undefined
        const utf8 = ByteString.fromRange(input, position + start, position + start + size)
        consume(start + size)
        return machine.push(text(utf8))
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

  /** The next part of the current byte string. */
  const pass = (): Found => {
    const bytes = input.subarray(position, position + missing)
    consume(bytes.length)
    passed += bytes.length
    missing -= bytes.length
    return { _tag: "BytesPart", bytes }
  }

  /** Takes one step. Where more bytes are needed it returns `undefined` and leaves `position` as it is. */
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
    unfinished: () => (broken ? 0 : used + held + costOfChunk * chunks.length + machine.cost)
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
