/** A wall clock that a test sets, as people, NTP and virtual machines set it, while the monotonic one goes on. */
import { Clock, Duration, Effect } from "effect"

/** Sets the wall clock forward, or back where the duration is negative, and nothing else. */
export type SetWall = (by: Duration.Input) => Effect.Effect<void>

/** Runs a test whose wall clock can be set; TestClock rules all else as ever. */
export const withSettableWall = <A, E, R>(
  run: (setWall: SetWall) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => {
    let offset = 0
    const millis = () => clock.currentTimeMillisUnsafe() + offset
    const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
    const wall = {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos)
    }
    // What TestClock has beside a clock's own methods is found as it is.
    const settable = new Proxy(clock, {
      get: (target, key): unknown => Reflect.get(key in wall ? wall : target, key)
    })
    const setWall: SetWall = (by) =>
      Effect.sync(() => void (offset += Duration.toMillis(Duration.fromInputUnsafe(by))))
    return Effect.provideService(run(setWall), Clock.Clock, settable)
  })

/** An hour back, and an hour forward: what daylight saving time does to a clock that keeps local time. */
export const steps: ReadonlyArray<readonly [name: string, by: Duration.Duration]> = [
  ["back", Duration.hours(-1)],
  ["forward", Duration.hours(1)]
]
