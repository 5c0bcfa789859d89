/**
 * The opcodes with which CPython writes text, None, lists, tuples and bytes in protocols 0 to 5 (Lib/pickletools.py),
 * and what each does to the PickleMachine. All others are refused, so no code in a pickle is ever executed. Reading an
 * opcode's argument: PickleReader.
 */
import * as ByteString from "../../domain/ByteString.ts"
import type { PickleMachine, Problem, Value } from "./PickleMachine.ts"

/** The form of an opcode's argument, and what the machine does with it. Numbers are little-endian and unsigned. */
export type Opcode =
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

/** A str as a value. */
export const text = (utf8: ByteString.ByteString): Value => ({ _tag: "Text", utf8 })
const none: Value = { _tag: "None" }

/** One half of a surrogate pair as Python encodes it (codecs, `surrogatepass`): UTF-8's pattern of three bytes. */
const surrogate = (half: string): ByteString.ByteString => {
  const code = half.charCodeAt(0)
  return ByteString.fromBytes(
    Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
  )
}

/** Protocol 0's text in UTF-8 (codecs, `raw-unicode-escape`: latin1 but for `\uXXXX` and `\UXXXXXXXX`); `undefined` where an escape is invalid. */
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

/** An opcode whose argument is a line with an index of the memo. */
const indexLine = (run: (machine: PickleMachine, index: number) => Problem | undefined): Opcode =>
  line((machine, line) => (/^\d{1,10}$/.test(line) ? run(machine, Number(line)) : "not a number"))

const memoize = (machine: PickleMachine, index: number) => machine.memoize(index)
const recall = (machine: PickleMachine, index: number) => machine.recall(index)

/** The opcodes, by their names in pickletools. */
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
      const utf8 = unescape(line)
      return utf8 === undefined ? "an escape that means no character" : machine.push(text(utf8))
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
/** Every supported opcode, by its byte. */
export const opcodes: ReadonlyMap<number | undefined, Opcode> = new Map(
  Object.values(table).map(([character, opcode]) => [character.charCodeAt(0), opcode])
)
