/**
 * The monotonic clock, for durations, ages, expiries, pauses and rates. The wall clock is set by people, by NTP, and
 * when a virtual machine resumes: an hour back once kept a paced transfer waiting for an hour. Which files may read the
 * wall clock, for what people and files see, is listed in test/architecture.test.ts.
 */
import { Clock, type Duration, Effect } from "effect"

const perMillisecond = 1_000_000n

/**
 * Whole milliseconds since an unspecified moment in the past, the same for all processes of the machine
 * (clock_gettime(2), CLOCK_MONOTONIC). Only the difference of two readings has a meaning.
 */
export const nowUnsafe = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe() / perMillisecond)

/** As `nowUnsafe`, of the current fiber's clock. */
export const now: Effect.Effect<number> = Clock.clockWith((clock) =>
  Effect.sync(() => nowUnsafe(clock))
)

/** A clock whose every reading is monotonic. */
class WithoutWall implements Clock.Clock {
  readonly original: Clock.Clock
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())
  readonly currentTimeNanos = this.monotonicTimeNanos
  readonly currentTimeMillis: Effect.Effect<number> = Effect.sync(() => nowUnsafe(this))

  constructor(original: Clock.Clock) {
    this.original = original
  }

  currentTimeMillisUnsafe(): number {
    return nowUnsafe(this)
  }

  currentTimeNanosUnsafe(): bigint {
    return this.monotonicTimeNanosUnsafe()
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.original.monotonicTimeNanosUnsafe()
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return this.original.sleep(duration)
  }
}

/**
 * Runs an effect with a clock whose every reading is monotonic, for the modules of Effect that measure ages by the wall
 * clock: Cache those of its entries (Cache.ts, hasExpired), CircuitBreaker how long it has been open, Pool those of what is
 * idle in it, by the clock it is made with. Effects inside that may log get the wall clock back by `withWallClock`.
 */
export const withoutWallClock = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => Effect.provideService(effect, Clock.Clock, new WithoutWall(clock)))

/** Undoes `withoutWallClock` for an effect that runs inside it. */
export const withWallClock = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) =>
    clock instanceof WithoutWall
      ? Effect.provideService(effect, Clock.Clock, clock.original)
      : effect
  )
