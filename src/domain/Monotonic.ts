/**
 * Time that only goes forward, for whatever is a duration, an age, an expiry, a pause or a rate. The wall clock is set
 * by people, by NTP, and where a virtual machine wakes up: an hour back once kept a paced transfer waiting for an hour.
 * Who may read that one, for what people and files see, stands in test/architecture.test.ts.
 */
import { Clock, type Duration, Effect } from "effect"

const perMillisecond = 1_000_000n

/**
 * Whole milliseconds since a moment of the past that the machine has chosen, the same for all its processes
 * (clock_gettime(2), CLOCK_MONOTONIC). Says nothing alone: only the difference of two is of use.
 */
export const nowUnsafe = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe() / perMillisecond)

/** As `nowUnsafe`, of the clock at hand. */
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
 * Runs an effect with a clock whose every reading is monotonic, for those of effect's modules that tell ages by the
 * wall clock: Cache those of its entries (Cache.ts, hasExpired), CircuitBreaker how long it has been open. What runs
 * inside and may say something in the log has its wall clock back by `withWallClock`.
 */
export const withoutWallClock = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => Effect.provideService(effect, Clock.Clock, new WithoutWall(clock)))

/** Undoes `withoutWallClock` for what runs inside it. */
export const withWallClock = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) =>
    clock instanceof WithoutWall
      ? Effect.provideService(effect, Clock.Clock, clock.original)
      : effect
  )
