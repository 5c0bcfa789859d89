/**
 * The last changes of the shared files in memory, in one order, the newest of each name: a reader that follows from any
 * place ends with the present state of every file. Never with a silent gap: a place that the log no longer reaches is
 * answered with `Rescan` first. Who finds the changes: directory/watch, s3/watch; who waits for them: FileChanges.
 */
import { type ChangeId, FileChange, type LoggedChange } from "../../../domain/FileChange.ts"
import { NewestChanges } from "./NewestChanges.ts"

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

/** An empty log that begins now, `epoch` in milliseconds since 1970 (UTC), and holds at most `capacity` bytes. */
export const makeChangeLog = (epoch: number, capacity: number): ChangeLog => {
  const newest = new NewestChanges(capacity)
  let last = 0
  /** The last answer, and what it was for: many ask for the same in a row, and it takes a while to find 8 MiB. */
  let before = { bytes: 0, last: 0, sequence: 0 }

  const placeBefore = (bytes: number): ChangeId => {
    if (before.bytes !== bytes || before.last !== last)
      before = { bytes, last, sequence: newest.sequenceBefore(bytes) }
    return { epoch, sequence: before.sequence }
  }

  const append = (change: FileChange, sequence = last + 1): void => {
    last = sequence
    if (change._tag === "Rescan") newest.clear(last)
    else newest.push({ epoch, sequence: last }, change)
  }

  const range: ChangeLog["range"] = (from, to, limit, reverse = false) =>
    newest.range(from, to, limit, reverse)

  const after = ({ epoch: ofEpoch, sequence }: ChangeId, limit: number) => {
    const { begin } = newest
    const isReached = ofEpoch === epoch && sequence >= begin && sequence <= last
    if (isReached) return range(sequence + 1, last, limit)
    if (limit < 1) return []
    const rescan: LoggedChange = { id: { epoch, sequence: begin }, change: FileChange.Rescan() }
    return [rescan, ...range(begin + 1, last, limit - 1)]
  }

  return {
    epoch,
    last: () => ({ epoch, sequence: last }),
    begin: () => ({ epoch, sequence: newest.begin }),
    length: () => newest.length,
    held: () => newest.held,
    placeBefore,
    append,
    after,
    range
  }
}
