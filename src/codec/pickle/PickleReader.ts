/**
 * Reads pickles, one after another and however they are cut: text, None, lists and tuples as CPython writes them in
 * protocols 0 to 5 (Lib/pickletools.py) and, where it is asked for, bytes, which pass in parts and are not kept. An
 * opcode that these do not need is no opcode here, so nothing that a pickle says is ever executed. What the values
 * mean is not known here.
 */
import * as ByteString from "../../domain/ByteString.ts"
import { Malformed } from "../Codec.ts"
import { PickleMachine, type Problem, type Value } from "./PickleMachine.ts"

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
  /** How many bytes are held of a pickle that has not ended; 0 where none has begun. */
  readonly unfinished: () => number
}

/** The argument behind an opcode, and what the machine does with it. Numbers are little-endian and unsigned. */
type Opcode =
  | { readonly _tag: "Bare"; readonly run: (machine: PickleMachine) => Problem | undefined }
  | {
      readonly _tag: "Number"
      readonly width: 1 | 4
      readonly run: (machine: PickleMachine, value: number) => Problem | undefined
    }
  /** Everything up to a line feed, as latin1. */
  | {
      readonly _tag: "Line"
      readonly run: (machine: PickleMachine, line: string) => Problem | undefined
    }
  /** A length of `width` bytes, then as many bytes. */
  | { readonly _tag: "Text"; readonly width: 1 | 4 | 8 }
  | { readonly _tag: "Bytes"; readonly width: 1 | 4 | 8 }
  | { readonly _tag: "Frame" }
  | { readonly _tag: "Stop" }

const text = (word: ByteString.ByteString): Value => ({ _tag: "Text", word })
const none: Value = { _tag: "None" }

/** What Python writes for one half of a surrogate pair (codecs, `surrogatepass`): UTF-8's pattern with three bytes. */
const surrogate = (half: string): ByteString.ByteString => {
  const code = half.charCodeAt(0)
  return ByteString.fromBytes(
    Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
  )
}

/** The UTF-8 of protocol 0's text (codecs, `raw-unicode-escape`): latin1 but for `\uXXXX` and `\UXXXXXXXX`. */
const unescape = (line: string): ByteString.ByteString | undefined => {
  if (/^[^\\\x80-\xff]*$/.test(line)) return ByteString.unsafe(line)
  let valid = true
  const unescaped = line.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[^])?/g,
    (found: string, short?: string, long?: string) => {
      const code = Number.parseInt(short ?? long ?? "", 16)
      if (code <= 0x10ffff) return String.fromCodePoint(code)
      if (/^\\u/i.test(found)) valid = false
      return found
    }
  )
  if (!valid) return undefined
  if (unescaped.isWellFormed()) return ByteString.fromText(unescaped)
  const parts = unescaped.split(/(\p{Surrogate})/u)
  return ByteString.unsafe(
    parts
      .map((part, index) => (index % 2 === 1 ? surrogate(part) : ByteString.fromText(part)))
      .join("")
  )
}

/** The newest protocol there is (Python 3.8, PEP 574). */
const newestProtocol = 5

const bare = (run: (machine: PickleMachine) => Problem | undefined): Opcode => ({
  _tag: "Bare",
  run
})
const number = (
  width: 1 | 4,
  run: (machine: PickleMachine, value: number) => Problem | undefined
): Opcode => ({ _tag: "Number", width, run })
const line = (run: (machine: PickleMachine, line: string) => Problem | undefined): Opcode => ({
  _tag: "Line",
  run
})

/** A line that holds the number of an entry in the memo. */
const indexLine = (run: (machine: PickleMachine, index: number) => Problem | undefined): Opcode =>
  line((machine, line) => (/^\d{1,10}$/.test(line) ? run(machine, Number(line)) : "not a number"))

const memoize = (machine: PickleMachine, index: number) => machine.memoize(index)
const recall = (machine: PickleMachine, index: number) => machine.recall(index)

/** Every opcode that is understood, by pickletools' name for it. */
const table: Readonly<Record<string, readonly [character: string, opcode: Opcode]>> = {
  PROTO: [
    "\x80",
    number(1, (_, protocol) => (protocol > newestProtocol ? "unknown protocol" : undefined))
  ],
  FRAME: ["\x95", { _tag: "Frame" }],
  STOP: [".", { _tag: "Stop" }],
  NONE: ["N", bare((machine) => machine.push(none))],
  UNICODE: [
    "V",
    line((machine, line) => {
      const word = unescape(line)
      return word === undefined ? "an escape that means no character" : machine.push(text(word))
    })
  ],
  SHORT_BINUNICODE: ["\x8c", { _tag: "Text", width: 1 }],
  BINUNICODE: ["X", { _tag: "Text", width: 4 }],
  BINUNICODE8: ["\x8d", { _tag: "Text", width: 8 }],
  SHORT_BINBYTES: ["C", { _tag: "Bytes", width: 1 }],
  BINBYTES: ["B", { _tag: "Bytes", width: 4 }],
  BINBYTES8: ["\x8e", { _tag: "Bytes", width: 8 }],
  MARK: ["(", bare((machine) => machine.mark())],
  EMPTY_LIST: ["]", bare((machine) => machine.emptyList())],
  LIST: ["l", bare((machine) => machine.marked("List"))],
  APPEND: ["a", bare((machine) => machine.append())],
  APPENDS: ["e", bare((machine) => machine.appendMarked())],
  EMPTY_TUPLE: [")", bare((machine) => machine.tuple(0))],
  TUPLE: ["t", bare((machine) => machine.marked("Tuple"))],
  TUPLE1: ["\x85", bare((machine) => machine.tuple(1))],
  TUPLE2: ["\x86", bare((machine) => machine.tuple(2))],
  TUPLE3: ["\x87", bare((machine) => machine.tuple(3))],
  MEMOIZE: ["\x94", bare((machine) => machine.memoize())],
  PUT: ["p", indexLine(memoize)],
  BINPUT: ["q", number(1, memoize)],
  LONG_BINPUT: ["r", number(4, memoize)],
  GET: ["g", indexLine(recall)],
  BINGET: ["h", number(1, recall)],
  LONG_BINGET: ["j", number(4, recall)]
}
const opcodes: ReadonlyMap<number | undefined, Opcode> = new Map(
  Object.values(table).map(([character, opcode]) => [character.charCodeAt(0), opcode])
)

const lineFeed = 0x0a

const malformed = (problem: Problem): Malformed => new Malformed({ message: `Pickle: ${problem}` })

const tooLarge = malformed("too large")

/** A reader with a state of its own. */
export const makePickleReader = (limits: Limits): PickleReader => {
  const machine = new PickleMachine(limits.values)
  /** What has come and is not yet joined, and how much it is. */
  let chunks: Array<Uint8Array> = []
  let held = 0
  /** How much must have come before it is worth looking again; 0 while the end of a line is waited for. */
  let needed = 1
  let input: Uint8Array = new Uint8Array(0)
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
    const worthwhile = needed > 0 ? held >= needed : bytes.includes(lineFeed) || held > limits.size
    if (!worthwhile) return false
    input = chunks.length === 1 ? bytes : concatenate(chunks, held)
    position = 0
    return true
  }

  /** Keeps what is left of `input` for the next chunk. */
  const keep = (): void => {
    const rest = input.subarray(position)
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
    unfinished: () => (broken ? 0 : used + held)
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
