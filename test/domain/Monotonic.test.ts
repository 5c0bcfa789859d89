import { assert, describe, it } from "@effect/vitest"
import { Cache, Clock, Duration, Effect, Pool } from "effect"
import { TestClock } from "effect/testing"
import * as Monotonic from "../../src/domain/Monotonic.ts"
import { steps, withSettableWall } from "../support/values/WallClock.ts"

describe("monotonic time", () => {
  it.effect("goes on with the clock, in milliseconds", () =>
    Effect.gen(function* () {
      const before = yield* Monotonic.now
      yield* TestClock.adjust("90 seconds")
      assert.strictEqual((yield* Monotonic.now) - before, 90_000)
    })
  )

  for (const [step, by] of steps) {
    it.effect(`is the same when the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const wall = yield* Clock.currentTimeMillis
          const before = yield* Monotonic.now
          yield* setWall(by)
          assert.strictEqual((yield* Clock.currentTimeMillis) - wall, Duration.toMillis(by))
          assert.strictEqual(yield* Monotonic.now, before)
        })
      )
    )

    it.effect(`is what a cache of effect's goes by, where the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          let asked = 0
          const cache = yield* Cache.make({
            capacity: 1,
            timeToLive: "1 minute",
            lookup: (_: "it") => Effect.sync(() => (asked += 1))
          })
          const get = Monotonic.withoutWallClock(Cache.get(cache, "it"))
          yield* get
          yield* setWall(by)
          assert.strictEqual(yield* get, 1)
          yield* TestClock.adjust("61 seconds")
          assert.strictEqual(yield* get, 2)
        })
      )
    )

    it.effect(`is what a pool of effect's goes by, where the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          let living = 0
          const pool = yield* Monotonic.withoutWallClock(
            Pool.makeWithTTL({
              acquire: Effect.acquireRelease(
                Effect.sync(() => (living += 1)),
                () => Effect.sync(() => (living -= 1))
              ),
              min: 0,
              max: 1,
              timeToLive: "10 seconds"
            })
          )
          // The pool looks every ten seconds: first a second before this one has been idle for so long.
          yield* TestClock.adjust("1 second")
          yield* Effect.scoped(Pool.get(pool))
          yield* setWall(by)
          yield* TestClock.adjust("9 seconds")
          assert.strictEqual(living, 1)
          yield* TestClock.adjust("10 seconds")
          assert.strictEqual(living, 0)
        })
      )
    )
  }

  it.effect("leaves the wall clock to what runs inside and asks for it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2024, 0, 1))
      const told = yield* Monotonic.withoutWallClock(
        Effect.all([Clock.currentTimeMillis, Monotonic.withWallClock(Clock.currentTimeMillis)])
      )
      assert.deepStrictEqual(told, [yield* Monotonic.now, Date.UTC(2024, 0, 1)])
      assert.strictEqual(
        yield* Monotonic.withWallClock(Clock.currentTimeMillis),
        Date.UTC(2024, 0, 1)
      )
    })
  )
})
