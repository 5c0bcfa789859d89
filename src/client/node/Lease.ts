/**
 * Whether a file on a shared disk still has an owner. Whoever writes a part file touches it once per heartbeat, and a file
 * that is seen untouched for the length of a lease has no owner any more. Seen by the monotonic clock: how old a file is
 * says only the wall clock, by which a step of an hour makes every file an hour old that somebody is writing.
 */
import { Effect } from "effect"
import type { BigIntStats } from "node:fs"

/** How often an owner touches its file, in milliseconds. */
export const heartbeat = 1000

/** How long a file without an owner is untouched, in milliseconds: five missed heartbeats. */
export const lease = 5 * heartbeat

/** For how long at least a file is watched, however old it is by the wall clock, in milliseconds. */
const leastWatch = 2 * heartbeat

/** How often a file is looked at meanwhile, in milliseconds. */
const pollInterval = heartbeat / 4

/** Whether it is one file, and nobody touched it between two calls of stat. */
const isSame = (one: BigIntStats, other: BigIntStats): boolean =>
  one.dev === other.dev
  && one.ino === other.ino
  && one.ctimeNs === other.ctimeNs
  && one.mtimeNs === other.mtimeNs
  && one.size === other.size

/**
 * Watches a file until its owner touches it, or its lease is over: then it is abandoned. `age`: for how long it has been
 * untouched by the wall clock, in milliseconds, which shortens the wait for a file that was left long ago.
 */
export const isAbandoned = Effect.fnUntraced(function* <E>(
  stat: Effect.Effect<BigIntStats, E>,
  initialStat: BigIntStats,
  age: number
) {
  const remaining = Math.max(leastWatch, lease - Math.max(0, age))
  for (let left = remaining; left > 0; left -= pollInterval) {
    yield* Effect.sleep(pollInterval)
    if (!isSame(yield* stat, initialStat)) return false
  }
  return true
})
