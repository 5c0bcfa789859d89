/** When an effect that has ended is run again: at once if it ran for a while, else after a pause that grows. */
import { Duration, Effect, Schedule } from "effect"

/** An effect that ran this long counts as stable: the next run begins without a pause. */
const stableAfter = Duration.seconds(10)

/** 50 ms, then each twice the last, up to half a minute. */
const growingPause = Schedule.min([
  Schedule.exponential("50 millis"),
  Schedule.spaced("30 seconds")
])

/** Runs `run` again whenever it succeeds, and fails as soon as it fails. */
export const restartForEver = <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<never, E, R> =>
  run.pipe(
    Effect.timed,
    Effect.repeat({
      schedule: growingPause,
      while: ([ranFor]) => Duration.isLessThan(ranFor, stableAfter)
    }),
    Effect.forever
  )
