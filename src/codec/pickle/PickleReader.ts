/**
 * Reads pickles, one after another and however they are split into chunks: text, None, lists and tuples as CPython
 * writes them in protocols 0 to 5 and, if allowed, bytes, which are returned in parts and not kept. What an opcode
 * does: PickleOpcodes; the stack and the memo: PickleMachine; bytes that were not read yet: PickleInput; what the values
 * mean: Pickle and PickleClient.
 */
import { Malformed } from "../Codec.ts"
import { PickleExtent } from "./PickleExtent.ts"
import { PickleInput } from "./PickleInput.ts"
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

const malformed = (problem: Problem): Malformed => new Malformed({ message: `Pickle: ${problem}` })

const tooLarge = malformed("too large")

/** A reader for a new connection. */
export const makePickleReader = (limits: Limits): PickleReader => {
  const machine = new PickleMachine(limits.values)
  const input = new PickleInput(limits.size)
  const extent = new PickleExtent(limits.size)
  /** The bytes of the current byte string that are still to come. */
  let missing = 0
  let broken = false

  const consume = (count: number): void => {
    input.consume(count)
    extent.add(count)
  }

  /** Executes the next opcode; where it has not come whole, reads nothing of it. */
  const step = (opcode: Opcode): Found | Problem | undefined => {
    switch (opcode._tag) {
      case "Bare":
        consume(1)
        return opcode.run(machine)
      case "Number": {
        if (!input.has(1 + opcode.width)) return undefined
        const value = input.numberAt(1, opcode.width)
        consume(1 + opcode.width)
        return opcode.run(machine, value)
      }
      case "Line": {
        const length = input.lineLength()
        if (extent.isTooLarge(length ?? input.length)) return tooLarge
        if (length === undefined) return undefined
        const line = input.textAt(1, length)
        consume(length + 1)
        return opcode.run(machine, line)
      }
      case "Text": {
        const start = 1 + opcode.width
        if (!input.has(start)) return undefined
        const size = input.numberAt(1, opcode.width)
        if (extent.isTooLarge(start + size)) return tooLarge
        if (!input.has(start + size)) return undefined
        const utf8 = input.textAt(start, start + size)
        consume(start + size)
        return machine.push(text(utf8))
      }
      case "Bytes": {
        if (!limits.bytes) return "bytes"
        if (!input.has(1 + opcode.width)) return undefined
        const size = input.numberAt(1, opcode.width)
        if (!Number.isSafeInteger(size)) return tooLarge
        const before = machine.top
        consume(1 + opcode.width)
        missing = size
        return machine.push({ _tag: "Bytes", size }) ?? { _tag: "BytesStart", size, before }
      }
      case "Frame": {
        if (!input.has(9)) return undefined
        const size = input.numberAt(1, 8)
        if (size > limits.size) return tooLarge
        consume(9)
        return extent.beginFrame(size)
      }
      case "Stop": {
        consume(1)
        const problem = extent.finish()
        if (problem !== undefined) return problem
        const value = machine.finish()
        return typeof value === "string" ? value : { _tag: "Pickle", value }
      }
    }
  }

  /** The next part of the current byte string. */
  const pass = (): Found => {
    const bytes = input.take(missing)
    extent.addPassed(bytes.length)
    missing -= bytes.length
    return { _tag: "BytesPart", bytes }
  }

  /** Takes one step. Where more bytes are needed it returns `undefined` and reads nothing. */
  const next = (): Found | undefined => {
    if (missing > 0) return pass()
    const opcode = opcodes.get(input.first())
    const found = opcode === undefined ? "an opcode that is not taken" : step(opcode)
    if (typeof found === "string") return malformed(found)
    if (extent.isTooLarge()) return tooLarge
    const problem = extent.endFrame(missing)
    return problem === undefined ? found : malformed(problem)
  }

  const push = (bytes: Uint8Array): ReadonlyArray<Found> => {
    const all: Array<Found> = []
    if (broken || !input.push(bytes)) return all
    while (input.length > 0) {
      const before = input.length
      const found = next()
      if (found !== undefined) all.push(found)
      if (found?._tag === "Malformed") {
        broken = true
        input.clear()
        return all
      }
      if (input.length === before) break
    }
    input.keep()
    return all
  }

  return {
    push,
    isInside: () => !broken && (extent.read > 0 || input.isHolding),
    unfinished: () => (broken ? 0 : extent.read + input.cost + machine.cost)
  }
}
