/** When another takes the place of what has ended: at once if it had lived for a while, else after a pause that grows. */
import { Duration, Effect, Schedule } from "effect"

/** What has lived so long was sound, and may end for once. */
const soundAfter = Duration.seconds(10)

/** 50 ms, then each twice the last, up to half a minute. */
const growingPause = Schedule.min([
  Schedule.exponential("50 millis"),
  Schedule.spaced("30 seconds")
])

/** Runs `life` again whenever it ends, until it fails. */
export const replaceForEver = <A, E, R>(life: Effect.Effect<A, E, R>): Effect.Effect<never, E, R> =>
  life.pipe(
    Effect.timed,
    Effect.repeat({
      schedule: growingPause,
      while: ([lived]) => Duration.isLessThan(lived, soundAfter)
    }),
    Effect.forever
  )
