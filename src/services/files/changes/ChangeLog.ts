/**
 * The last changes of the shared files in memory, in one order, the newest of each name: a reader that follows from any
 * place ends with the present state of every file. Never with a silent gap: a place that the log no longer reaches is
 * answered with `Rescan` first. Who finds the changes: directory/watch, s3/watch; who waits for them: FileChanges.
 */
import { type ChangeId, FileChange, type LoggedChange } from "../../../domain/FileChange.ts"

/** What an entry takes besides its texts, in bytes: two objects, a place in the order and one in the map (Node 26.10). */
const entryOverhead = 250

const heldBy = ({ change }: LoggedChange): number =>
  entryOverhead
  + (change._tag === "Rescan" ? 0 : change.name.length * 2)
  + (change._tag === "Created" || change._tag === "Changed" ? change.version.length : 0)

/** A bounded log of changes. */
export interface ChangeLog {
  readonly epoch: number
  /** The place of the newest change. */
  readonly last: () => ChangeId
  /** The newest place from which the log cannot be followed: who stands before it is told `Rescan`, which has this place. */
  readonly begin: () => ChangeId
  /** How many changes it holds. */
  readonly length: () => number
  /** What it holds, in bytes. */
  readonly held: () => number
  /** The oldest place behind which it holds at most this many bytes. */
  readonly placeBefore: (bytes: number) => ChangeId
  /**
   * Adds a change as the newest; it takes the place of an older one of the same name. A place that another log gave it may
   * be given, which is behind all others.
   */
  readonly append: (change: FileChange, sequence?: number) => void
  /**
   * At most `limit` changes behind a place, in order. `Rescan` comes first where the place is of another epoch, or where
   * the log does not reach back to it.
   */
  readonly after: (id: ChangeId, limit: number) => ReadonlyArray<LoggedChange>
  /** At most `limit` of the changes that it holds from one sequence to another, both included, the newest first if `reverse`. */
  readonly range: (
    from: number,
    to: number,
    limit: number,
    reverse?: boolean
  ) => ReadonlyArray<LoggedChange>
}

/**
 * An empty log that begins now, `epoch` in milliseconds since 1970 (UTC), and holds at most `capacity` bytes; what was
 * replaced or dropped is there for a while besides, as many entries as it holds and 64 more.
 */
export const makeChangeLog = (epoch: number, capacity: number): ChangeLog => {
  const newest = new Map<string, LoggedChange>()
  /** In order. Those that are not the newest of their name are skipped, and removed once they are as many as the others. */
  let entries: Array<LoggedChange> = []
  let first = 0
  let held = 0
  let last = 0
  let begin = 0

  const isNewest = (entry: LoggedChange): boolean =>
    entry.change._tag !== "Rescan" && newest.get(entry.change.name) === entry

  const forget = (entry: LoggedChange): void => {
    if (entry.change._tag === "Rescan") return
    newest.delete(entry.change.name)
    held -= heldBy(entry)
  }

  /** Drops the oldest until the rest fits. */
  const trim = (): void => {
    while (held > capacity) {
      const oldest = entries[first]
      if (oldest === undefined) return
      if (isNewest(oldest)) {
        forget(oldest)
        begin = oldest.id.sequence
      }
      first += 1
    }
  }

  const compact = (): void => {
    if (entries.length <= 2 * newest.size + 64) return
    entries = entries.filter(isNewest)
    first = 0
  }

  /** The index of the first entry of this sequence or a later one. */
  const indexOf = (sequence: number): number => {
    let low = first
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((entries[middle]?.id.sequence ?? 0) < sequence) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The last answer, and what it was for: many ask for the same in a row, and it takes a while to find 8 MiB. */
  let before = { bytes: 0, last: 0, sequence: 0 }

  const placeBefore = (bytes: number): ChangeId => {
    if (before.bytes !== bytes || before.last !== last) {
      let left = bytes
      let index = entries.length
      while (--index >= first) {
        const entry = entries[index]
        if (entry !== undefined && isNewest(entry)) left -= heldBy(entry)
        if (left < 0) break
      }
      before = { bytes, last, sequence: left < 0 ? (entries[index]?.id.sequence ?? 0) : 0 }
    }
    return { epoch, sequence: before.sequence }
  }

  const append = (change: FileChange, sequence = last + 1): void => {
    last = sequence
    if (change._tag === "Rescan") {
      newest.clear()
      entries = []
      first = 0
      held = 0
      begin = last
      return
    }
    const older = newest.get(change.name)
    // Not removed first: a Map keeps the places of what was removed, and looked through all those of this name for each change.
    if (older !== undefined) held -= heldBy(older)
    const entry: LoggedChange = {
      id: { epoch, sequence: last },
      // The Map keeps the first string of a name: the entry has the same, for two would be held.
      change:
        older === undefined || older.change._tag === "Rescan"
          ? change
          : { ...change, name: older.change.name }
    }
    newest.set(change.name, entry)
    entries.push(entry)
    held += heldBy(entry)
    trim()
    compact()
  }

  const range = (
    from: number,
    to: number,
    limit: number,
    reverse = false
  ): ReadonlyArray<LoggedChange> => {
    const end = to >= last ? entries.length : indexOf(to + 1)
    const start = indexOf(from)
    // Where none was replaced, it is a copy: to look up a hundred thousand, one by one, takes 10 ms.
    if (entries.length - first === newest.size)
      return reverse
        ? entries.slice(Math.max(start, end - limit), Math.max(start, end)).reverse()
        : entries.slice(start, Math.min(end, start + limit))
    const found: Array<LoggedChange> = []
    for (let step = 0; step < end - start && found.length < limit; step++) {
      const entry = entries[reverse ? end - 1 - step : start + step]
      if (entry !== undefined && isNewest(entry)) found.push(entry)
    }
    return found
  }

  const after = ({ epoch: ofEpoch, sequence }: ChangeId, limit: number) => {
    const isReached = ofEpoch === epoch && sequence >= begin && sequence <= last
    if (isReached) return range(sequence + 1, last, limit)
    if (limit < 1) return []
    const rescan: LoggedChange = { id: { epoch, sequence: begin }, change: FileChange.Rescan() }
    return [rescan, ...range(begin + 1, last, limit - 1)]
  }

  return {
    epoch,
    last: () => ({ epoch, sequence: last }),
    begin: () => ({ epoch, sequence: begin }),
    length: () => newest.size,
    held: () => held,
    placeBefore,
    append,
    after,
    range
  }
}
