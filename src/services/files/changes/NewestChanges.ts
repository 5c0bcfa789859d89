/**
 * The newest change of each name, in order, as many as fit into a capacity. What was replaced or dropped is there for a
 * while besides, as many entries as it holds and 64 more. What a place means to a follower is left to ChangeLog.
 */
import type { ChangeId, FileChange, LoggedChange } from "../../../domain/FileChange.ts"

/** What an entry takes besides its texts, in bytes: two objects, a place in the order and one in the map (Node 26.10). */
const entryOverhead = 250

/** A change of one file. */
export type ChangeOfFile = Exclude<FileChange, { readonly _tag: "Rescan" }>

/** Such a change at its place. */
interface Entry extends LoggedChange {
  readonly change: ChangeOfFile
}

const heldBy = ({ change }: Entry): number =>
  entryOverhead + change.name.length * 2 + (change._tag === "Deleted" ? 0 : change.version.length)

/** Changes in the order of their sequences, at most `capacity` bytes of them. */
export class NewestChanges {
  readonly #capacity: number
  readonly #newest = new Map<string, Entry>()
  /** In order. Those that are not the newest of their name are skipped, and removed once they are as many as the others. */
  #entries: Array<Entry> = []
  /** The index of the oldest that was not dropped. */
  #first = 0
  #held = 0
  #begin = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** How many there are. */
  get length(): number {
    return this.#newest.size
  }

  /** What they take, in bytes. */
  get held(): number {
    return this.#held
  }

  /** The sequence of the last that was dropped: all that came behind it are here, or newer ones of their names. */
  get begin(): number {
    return this.#begin
  }

  /** Drops all, up to a sequence. */
  clear(sequence: number): void {
    this.#newest.clear()
    this.#entries = []
    this.#first = 0
    this.#held = 0
    this.#begin = sequence
  }

  /** Adds one behind all others, in place of an older one of its name; drops the oldest until the rest fits. */
  push(id: ChangeId, change: ChangeOfFile): void {
    const older = this.#newest.get(change.name)
    // Not removed first: a Map keeps the places of what was removed, and looked through all those of this name for each change.
    if (older !== undefined) this.#held -= heldBy(older)
    const entry: Entry = {
      id,
      // The Map keeps the first string of a name: the entry has the same, for two would be held.
      change: older === undefined ? change : { ...change, name: older.change.name }
    }
    this.#newest.set(change.name, entry)
    this.#entries.push(entry)
    this.#held += heldBy(entry)
    this.#trim()
    this.#compact()
  }

  /** At most `limit` from one sequence to another, both included, the newest first if `reverse`. */
  range(from: number, to: number, limit: number, reverse: boolean): ReadonlyArray<LoggedChange> {
    const entries = this.#entries
    const end = this.#indexOf(to + 1)
    const start = this.#indexOf(from)
    // Where none was replaced, it is a copy: to look up a hundred thousand, one by one, takes 10 ms.
    if (entries.length - this.#first === this.#newest.size)
      return reverse
        ? entries.slice(Math.max(start, end - limit), Math.max(start, end)).reverse()
        : entries.slice(start, Math.min(end, start + limit))
    const found: Array<Entry> = []
    for (let step = 0; step < end - start && found.length < limit; step++) {
      const entry = entries[reverse ? end - 1 - step : start + step]
      if (entry !== undefined && this.#isNewest(entry)) found.push(entry)
    }
    return found
  }

  /** The sequence behind which there are at most this many bytes; 0 where all fit. */
  sequenceBefore(bytes: number): number {
    let left = bytes
    for (let index = this.#entries.length - 1; index >= this.#first; index--) {
      const entry = this.#entries[index]
      if (entry === undefined || !this.#isNewest(entry)) continue
      left -= heldBy(entry)
      if (left < 0) return entry.id.sequence
    }
    return 0
  }

  #isNewest(entry: Entry): boolean {
    return this.#newest.get(entry.change.name) === entry
  }

  #trim(): void {
    while (this.#held > this.#capacity) {
      const oldest = this.#entries[this.#first]
      if (oldest === undefined) return
      if (this.#isNewest(oldest)) {
        this.#newest.delete(oldest.change.name)
        this.#held -= heldBy(oldest)
        this.#begin = oldest.id.sequence
      }
      this.#first += 1
    }
  }

  #compact(): void {
    if (this.#entries.length <= 2 * this.#newest.size + 64) return
    this.#entries = this.#entries.filter((entry) => this.#isNewest(entry))
    this.#first = 0
  }

  /** The index of the first entry of this sequence or a later one. */
  #indexOf(sequence: number): number {
    if (sequence > (this.#entries.at(-1)?.id.sequence ?? 0)) return this.#entries.length
    let low = this.#first
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle]?.id.sequence ?? 0) < sequence) low = middle + 1
      else high = middle
    }
    return low
  }
}
