/**
 * What a pickle builds: a stack of values, marks on it, and a memo. A pickle is a program for such a machine; this one
 * can make text, None, lists and tuples and nothing else, so that there is nothing in it to import, call or build with.
 * Bytes, and which of them are which opcode, are not known here.
 */
import { ByteString } from "../../domain/ByteString.ts"

/** A str: its UTF-8, or what Python writes for a str that has none (a lone surrogate). */
export interface Text {
  readonly _tag: "Text"
  readonly word: ByteString
}

/** A list or a tuple. */
export interface Sequence {
  readonly _tag: "List" | "Tuple"
  readonly items: ReadonlyArray<Value>
}

/** What can be read from a pickle. Values are trees: none holds itself, or the same list twice. */
export type Value =
  | Text
  | { readonly _tag: "None" }
  /** Bytes that are not kept: whoever reads the pickle took them as they passed. */
  | { readonly _tag: "Bytes"; readonly size: number }
  | Sequence

/** Why a step cannot be taken, for the log. */
export type Problem = string

/** The original's requests and replies nest two deep; a hostile pickle could nest until somebody's stack ends. */
const deepest = 16

/** A value on the stack; `items` where it is a list, which can still grow. */
interface Entry {
  readonly value: Value
  readonly items: Array<Value> | undefined
  /** How many lists and tuples stand inside one another here. */
  depth: number
}

/** What a value costs besides its bytes, with its place on the stack, and what an entry of the memo does. */
const costOfValue = 160
const costOfMemo = 64

const underflow: Problem = "an opcode takes what is not there"
const tooMany: Problem = "too many values"
const tooDeep: Problem = "nested too deep"

/** The machine; ready for the next pickle once one is finished. A step that is a `Problem` is the last. */
export class PickleMachine {
  readonly #mostValues: number
  #stack: Array<Entry> = []
  #marks: Array<number> = []
  #memo = new Map<number, Entry>()
  /** How many values were put on the stack. */
  #made = 0

  /** `mostValues` bounds the values of one pickle and, apart from them, the entries of its memo. */
  constructor(mostValues: number) {
    this.#mostValues = mostValues
  }

  /** How much memory its values take besides the bytes they were made of, in bytes. */
  get cost(): number {
    return this.#made * costOfValue + this.#memo.size * costOfMemo
  }

  /** The value made last. */
  get top(): Value | undefined {
    return this.#entry?.value
  }

  get #entry(): Entry | undefined {
    return this.#stack.length > this.#base ? this.#stack.at(-1) : undefined
  }

  /** Below the last mark nothing may be taken. */
  get #base(): number {
    return this.#marks.at(-1) ?? 0
  }

  /** A value that holds no other. */
  push(value: Value): Problem | undefined {
    return this.#push({ value, items: undefined, depth: 0 })
  }

  #push(entry: Entry): Problem | undefined {
    if (entry.depth > deepest) return tooDeep
    this.#made += 1
    if (this.#made > this.#mostValues) return tooMany
    this.#stack.push(entry)
    return undefined
  }

  mark(): Problem | undefined {
    if (this.#marks.length === deepest) return tooDeep
    this.#marks.push(this.#stack.length)
    return undefined
  }

  /** Remembers the last value, under the next number unless another is given. */
  memoize(index: number = this.#memo.size): Problem | undefined {
    const entry = this.#entry
    if (entry === undefined) return underflow
    if (this.#memo.size === this.#mostValues && !this.#memo.has(index)) return tooMany
    this.#memo.set(index, entry)
    return undefined
  }

  /** Brings a remembered value back. A list or tuple would stand in two places then, perhaps inside itself. */
  recall(index: number): Problem | undefined {
    const entry = this.#memo.get(index)
    if (entry === undefined) return "nothing is remembered under this number"
    return entry.depth === 0 ? this.#push(entry) : "a list or tuple in two places"
  }

  /** A new, empty list. */
  emptyList(): Problem | undefined {
    return this.#sequence("List", [])
  }

  /** A tuple of the last values, this many. */
  tuple(length: number): Problem | undefined {
    const start = this.#stack.length - length
    return start < this.#base ? underflow : this.#sequence("Tuple", this.#stack.splice(start))
  }

  /** A list or tuple of the values since the last mark. */
  marked(_tag: Sequence["_tag"]): Problem | undefined {
    const entries = this.#takeMarked()
    return entries === undefined ? underflow : this.#sequence(_tag, entries)
  }

  /** Appends the last value to the list before it. */
  append(): Problem | undefined {
    return this.#entry === undefined ? underflow : this.#extend(this.#stack.splice(-1))
  }

  /** Appends the values since the last mark to the list before it. */
  appendMarked(): Problem | undefined {
    const entries = this.#takeMarked()
    return entries === undefined ? underflow : this.#extend(entries)
  }

  /** The one value that was built. */
  finish(): Value | Problem {
    const [entry, ...others] = this.#stack
    if (entry === undefined) return underflow
    if (others.length > 0 || this.#marks.length > 0) return "more than one value"
    this.#stack = []
    this.#memo = new Map()
    this.#made = 0
    return entry.value
  }

  #takeMarked(): Array<Entry> | undefined {
    const mark = this.#marks.pop()
    return mark === undefined ? undefined : this.#stack.splice(mark)
  }

  #sequence(_tag: Sequence["_tag"], entries: ReadonlyArray<Entry>): Problem | undefined {
    const items = entries.map(({ value }) => value)
    const depth = 1 + entries.reduce((most, { depth }) => Math.max(most, depth), 0)
    return this.#push({ value: { _tag, items }, items: _tag === "List" ? items : undefined, depth })
  }

  #extend(entries: ReadonlyArray<Entry>): Problem | undefined {
    const list = this.#entry
    if (list?.items === undefined) return "there is no list to append to"
    for (const { depth, value } of entries) {
      list.items.push(value)
      list.depth = Math.max(list.depth, depth + 1)
    }
    return list.depth > deepest ? tooDeep : undefined
  }
}
