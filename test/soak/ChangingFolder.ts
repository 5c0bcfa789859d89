/**
 * A shared folder whose files come, grow, are replaced and go, and what each of them may be found to hold at any time:
 * a file's bytes follow from its name and its generation, so that every body that is served can be told to be one
 * version of its file, as it was between question and answer, or none. Knows nothing of servers.
 */
import { createCipheriv, createHash } from "node:crypto"
import { appendFileSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { seeded } from "../support/values/Seeded.ts"

/** What a file is from one change to the next; `undefined` where there is none. */
interface State {
  /** A generation's bytes are the beginning of one endless row, so that a file can grow. */
  readonly generation: number
  readonly size: number
  /** While the change is made in place, sizes from this one on can be seen. */
  readonly from: number
}

/** A point in a file's history: what it was then, or became later, is `since` that point. */
export type Moment = number

/** A range of a file, in bytes. */
export interface Range {
  readonly start: number
  readonly length: number
}

const whole: Range = { start: 0, length: Number.POSITIVE_INFINITY }

const KiB = 1024

/** Sizes around those at which the server does something else: nothing, one write, two buffers. */
const stableSizes = [0, 1, 1000, 64 * KiB, 64 * KiB + 1, 512 * KiB, 1024 * KiB + 7, 5 * 1024 * KiB]

/** How many files change. */
const changing = 24

const largestNew = 300 * KiB
const largestGrowth = 40 * KiB
/** A file that has grown to this is replaced or deleted next. */
const largest = 600 * KiB

const contentOf = (name: string, { generation, size }: State): Buffer =>
  createCipheriv(
    "aes-128-ctr",
    createHash("md5").update(`${generation} ${name}`).digest(),
    Buffer.alloc(16)
  ).update(Buffer.alloc(size))

/** The folder. Changes are made, and written down, within one turn: nothing of this process comes between. */
export class ChangingFolder {
  readonly #folder: string
  readonly #random: ReturnType<typeof seeded>
  readonly #history = new Map<string, Array<State | undefined>>()
  /** Files that never change. */
  readonly stable: ReadonlyArray<string>
  /** A file much larger than all buffers on the way of it, which never changes. */
  readonly large = "grande.bin"
  readonly largeSize = 64 * 1024 * KiB
  /** Files that may change at any time, and may not be there. */
  readonly changing: ReadonlyArray<string>
  /** How many changes were made. */
  changes = 0

  constructor(folder: string, random: ReturnType<typeof seeded>) {
    this.#folder = folder
    this.#random = random
    this.stable = stableSizes.map((size) => `fixos/${size}.bin`)
    this.changing = Array.from({ length: changing }, (_, index) => `pasta ${index % 3}/${index}`)
    mkdirSync(join(folder, "fixos"))
    stableSizes.forEach((size, index) => this.#put(this.stable[index] ?? "", size))
    this.#put(this.large, this.largeSize)
    for (const name of this.changing) this.#put(name, random(largestNew))
  }

  /** A moment in the file's history: now. */
  now(name: string): Moment {
    return this.#of(name).length - 1
  }

  /** How long the file is now, in bytes; 0 where there is none. */
  size(name: string): number {
    return this.#of(name).at(-1)?.size ?? 0
  }

  /** Whether the file was missing at any time since. */
  wasMissing(name: string, since: Moment): boolean {
    return this.#since(name, since).includes(undefined)
  }

  /** Whether the file was there all the time since. */
  wasThere(name: string, since: Moment): boolean {
    return !this.wasMissing(name, since)
  }

  /** Whether the file has changed since. */
  hasChanged(name: string, since: Moment): boolean {
    return this.now(name) !== since
  }

  /** Whether the file could be seen with this size at any time since. */
  wasOfSize(name: string, since: Moment, size: number): boolean {
    return this.#ranges(name, since).some((state) => state.from <= size && size <= state.size)
  }

  /** Whether the range may be past the end of what the file was at any time since. */
  wasShorterThan(name: string, since: Moment, size: number): boolean {
    return this.#ranges(name, since).some(({ from }) => from < size)
  }

  /** Whether these are the bytes of the range, or of all, of one state of the file since that moment. */
  holds(name: string, since: Moment, bytes: Uint8Array, { length, start }: Range = whole): boolean {
    const lengthOf = (size: number): number => Math.min(length, Math.max(0, size - start))
    return this.#ranges(name, since).some((state) => {
      if (bytes.length < lengthOf(state.from) || bytes.length > lengthOf(state.size)) return false
      return contentOf(name, state)
        .subarray(start, start + bytes.length)
        .equals(bytes)
    })
  }

  /** The SHA-256 of the file as it is now. */
  digest(name: string): string {
    const state = this.#of(name).at(-1)
    const bytes = state === undefined ? "" : contentOf(name, state)
    return createHash("sha256").update(bytes).digest("hex")
  }

  /** Changes one file in one way, both by chance. */
  change(): void {
    const name = this.changing[this.#random(this.changing.length)] ?? ""
    const state = this.#of(name).at(-1)
    this.changes += 1
    if (state === undefined) {
      const made = this.#next(name, this.#random(largestNew), 0)
      writeFileSync(join(this.#folder, name), contentOf(name, made))
      return
    }
    const way = this.#random(10)
    if (way < 2) {
      unlinkSync(join(this.#folder, name))
      this.#of(name).push(undefined)
    } else if (way < 5 && state.size < largest) {
      const size = state.size + 1 + this.#random(largestGrowth)
      const grown = { generation: state.generation, size, from: state.size }
      appendFileSync(join(this.#folder, name), contentOf(name, grown).subarray(state.size))
      this.#of(name).push(grown)
    } else {
      this.#put(name, this.#random(largestNew))
    }
  }

  /** Puts a new file in the place of the one that is there, if any, at one stroke. */
  #put(name: string, size: number): void {
    const path = join(this.#folder, name)
    const beside = join(this.#folder, ".novo")
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(beside, contentOf(name, this.#next(name, size, size)))
    renameSync(beside, path)
  }

  #next(name: string, size: number, from: number): State {
    const states = this.#of(name)
    const state = { generation: states.length, size, from }
    states.push(state)
    return state
  }

  #of(name: string): Array<State | undefined> {
    const known = this.#history.get(name) ?? []
    this.#history.set(name, known)
    return known
  }

  #since(name: string, since: Moment): ReadonlyArray<State | undefined> {
    return this.#of(name).slice(since)
  }

  /** What was there since; of the first state the change that made it is over. */
  #ranges(name: string, since: Moment): ReadonlyArray<State> {
    return this.#since(name, since).flatMap((state, index) =>
      state === undefined ? [] : [index === 0 ? { ...state, from: state.size } : state]
    )
  }
}
