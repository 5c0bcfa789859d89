/**
 * Files that are being changed: each is told of once it was left alone for a while, or after a longest time. It runs in
 * the watching thread (Disk).
 */

/** Changed files that were not told of yet. */
export interface Unsettled {
  /** Notes that a file was changed now. */
  readonly mark: (name: string, now: number) => void
  /** Forgets a file. */
  readonly forget: (name: string) => void
  /** Forgets all of them. */
  readonly clear: () => void
  /** Removes and returns those that are due. */
  readonly take: (now: number) => ReadonlyArray<string>
  /** When the next one is due; `undefined` without any. */
  readonly next: () => number | undefined
}

/** None yet. Times are in milliseconds of one clock: a file is due `quiet` after its last change, `longest` after its first. */
export const makeUnsettled = (quiet: number, longest: number): Unsettled => {
  /** When each was first and last changed, in the order of these times: a name that is set anew goes to the end. */
  const first = new Map<string, number>()
  const last = new Map<string, number>()

  const forget = (name: string): void => {
    first.delete(name)
    last.delete(name)
  }

  const earliest = (times: ReadonlyMap<string, number>, wait: number): number => {
    for (const time of times.values()) return time + wait
    return Number.POSITIVE_INFINITY
  }

  return {
    forget,
    mark: (name, now) => {
      if (!first.has(name)) first.set(name, now)
      last.delete(name)
      last.set(name, now)
    },
    clear: () => {
      first.clear()
      last.clear()
    },
    take: (now) => {
      const due: Array<string> = []
      for (const [times, wait] of [
        [last, quiet],
        [first, longest]
      ] as const) {
        for (const [name, time] of times) {
          if (time + wait > now) break
          due.push(name)
          forget(name)
        }
      }
      return due
    },
    next: () =>
      first.size === 0 ? undefined : Math.min(earliest(last, quiet), earliest(first, longest))
  }
}
