/**
 * The stack machine whose program a pickle is: a stack of values, marks on it, and a memo. This one makes text, None,
 * bytes, lists and tuples and nothing else: it cannot import, call or construct anything. Opcodes: PickleOpcodes.
 */
import { ByteString } from "../../domain/ByteString.ts"

/** A str: its UTF-8, or what Python writes for a str that has none (a lone surrogate). */
export interface Text {
  readonly _tag: "Text"
  readonly utf8: ByteString
}

/** A list or a tuple. */
export interface Sequence {
  readonly _tag: "List" | "Tuple"
  readonly items: ReadonlyArray<Value>
}

/** A value read from a pickle. Values are trees: none contains itself, or the same list twice. */
export type Value =
  | Text
  | { readonly _tag: "None" }
  /** Bytes, which are not kept: PickleReader returns them in parts. */
  | { readonly _tag: "Bytes"; readonly size: number }
  | Sequence

/** Why an operation is not possible, for the log. */
export type Problem = string

/** The original's requests and replies nest two deep; a hostile pickle could nest until somebody's stack ends. */
const deepest = 16

/** A value on the stack; `items` if it is a list, which can still grow. */
interface Entry {
  readonly value: Value
  readonly items: Array<Value> | undefined
  /** How deep lists and tuples are nested in it, itself included; 0 for other values. */
  depth: number
}

/** The memory of a value besides its bytes, its place on the stack included, and that of a memo entry, in bytes. */
const costOfValue = 160
const costOfMemo = 64

const underflow: Problem = "an opcode takes what is not there"
const tooMany: Problem = "too many values"
const tooDeep: Problem = "nested too deep"

/** The machine, which begins the next pickle when one is finished. It must not be used after a `Problem`. */
export class PickleMachine {
  readonly #mostValues: number
  #stack: Array<Entry> = []
  #marks: Array<number> = []
  #memo = new Map<number, Entry>()
  /** How many values this pickle has pushed. */
  #made = 0

  /** `mostValues` bounds the values of one pickle and, apart from them, the entries of its memo. */
  constructor(mostValues: number) {
    this.#mostValues = mostValues
  }

  /** The memory of the current pickle's values besides their own bytes, in bytes. */
  get cost(): number {
    return this.#made * costOfValue + this.#memo.size * costOfMemo
  }

  /** The value on top of the stack; `undefined` where there is none above the last mark. */
  get top(): Value | undefined {
    return this.#entry?.value
  }

  get #entry(): Entry | undefined {
    return this.#stack.length > this.#base ? this.#stack.at(-1) : undefined
  }

  /** The index of the lowest entry above the last mark: those below it may not be popped. */
  get #base(): number {
    return this.#marks.at(-1) ?? 0
  }

  /** Pushes a value that contains no other. */
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

  /** Puts a mark on the stack. */
  mark(): Problem | undefined {
    if (this.#marks.length === deepest) return tooDeep
    this.#marks.push(this.#stack.length)
    return undefined
  }

  /** Stores the top value in the memo, by default under the next free index. */
  memoize(index: number = this.#memo.size): Problem | undefined {
    const entry = this.#entry
    if (entry === undefined) return underflow
    if (this.#memo.size === this.#mostValues && !this.#memo.has(index)) return tooMany
    this.#memo.set(index, entry)
    return undefined
  }

  /** Pushes a value from the memo. Not a list or tuple: it would be in two places, perhaps inside itself. */
  recall(index: number): Problem | undefined {
    const entry = this.#memo.get(index)
    if (entry === undefined) return "nothing is remembered under this number"
    return entry.depth === 0 ? this.#push(entry) : "a list or tuple in two places"
  }

  /** Pushes a new, empty list. */
  emptyList(): Problem | undefined {
    return this.#sequence("List", [])
  }

  /** Pops `length` values and pushes a tuple of them. */
  tuple(length: number): Problem | undefined {
    const start = this.#stack.length - length
    return start < this.#base ? underflow : this.#sequence("Tuple", this.#stack.splice(start))
  }

  /** Pops the values above the last mark, and the mark, and pushes a list or tuple of them. */
  marked(_tag: Sequence["_tag"]): Problem | undefined {
    const entries = this.#takeMarked()
    return entries === undefined ? underflow : this.#sequence(_tag, entries)
  }

  /** Pops a value and appends it to the list below it. */
  append(): Problem | undefined {
    return this.#entry === undefined ? underflow : this.#extend(this.#stack.splice(-1))
  }

  /** Pops the values above the last mark, and the mark, and appends them to the list below. */
  appendMarked(): Problem | undefined {
    const entries = this.#takeMarked()
    return entries === undefined ? underflow : this.#extend(entries)
  }

  /** Ends the pickle and returns its value, the only one on the stack. */
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
