import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { both, makePacer, type Pacer, unlimited } from "../../src/guard/Pacer.ts"
import * as Monotonic from "../../src/domain/Monotonic.ts"
import { steps, withSettableWall } from "../support/values/WallClock.ts"

/** Sends so many pieces of 100 bytes one after the other; when each may go, in milliseconds from now. */
const times = (pacer: Pacer, count: number) =>
  Effect.gen(function* () {
    const began = yield* Monotonic.now
    return yield* Effect.forEach(Array.from({ length: count }), () =>
      Effect.andThen(
        pacer.pace(100),
        Effect.map(Monotonic.now, (now) => now - began)
      )
    )
  })

/** Runs it while the clock goes on, a millisecond at a time. */
const overTime = <A>(run: Effect.Effect<A>, milliseconds: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(run)
    yield* Effect.forEach(Array.from({ length: milliseconds }), () => TestClock.adjust(1), {
      discard: true
    })
    return yield* Fiber.join(fiber)
  })

describe("a pacer", () => {
  it.effect("lets a piece go at its time, each as late as those before it are long", () =>
    Effect.gen(function* () {
      // 1,000 bytes a second: 100 ms for each piece.
      const found = yield* overTime(times(makePacer(1000), 6), 600)
      assert.deepStrictEqual(found, [0, 100, 200, 300, 400, 500])
    })
  )

  it.effect("gives nobody more than the leeway for having been silent for long", () =>
    Effect.gen(function* () {
      const pacer = makePacer(1000)
      yield* overTime(times(pacer, 3), 300)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* overTime(times(pacer, 6), 400), [0, 0, 0, 100, 200, 300])
    })
  )

  for (const [step, by] of steps) {
    it.effect(`keeps its rate where the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const pacer = makePacer(1000)
          yield* overTime(times(pacer, 3), 300)
          yield* setWall(by)
          assert.deepStrictEqual(yield* overTime(times(pacer, 4), 400), [0, 100, 200, 300])
        })
      )
    )
  }

  it.effect("keeps all who share it to its rate together", () =>
    Effect.gen(function* () {
      const pacer = makePacer(1000)
      const all = Effect.all([times(pacer, 5), times(pacer, 5)], { concurrency: 2 })
      const found = (yield* overTime(all, 1000)).flat().sort((a, b) => a - b)
      assert.deepStrictEqual(found, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
    })
  )

  it.effect("beside another is as slow as the slower of the two", () =>
    Effect.gen(function* () {
      const slow = [0, 100, 200, 300, 400]
      for (const pacer of [
        both(makePacer(1000), makePacer(100_000)),
        both(makePacer(100_000), makePacer(1000)),
        both(unlimited, makePacer(1000)),
        both(makePacer(1000), unlimited)
      ]) {
        assert.deepStrictEqual(yield* overTime(times(pacer, 5), 500), slow)
      }
    })
  )

  it.effect("without a rate waits for nothing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* times(both(unlimited, unlimited), 3), [0, 0, 0])
    })
  )

  it("has pieces of a twentieth of a second, neither tiny nor huge", () => {
    assert.strictEqual(makePacer(1_000_000).piece, 50_000)
    assert.strictEqual(makePacer(1).piece, 512)
    assert.strictEqual(makePacer(1e9).piece, 256 * 1024)
    assert.strictEqual(both(makePacer(1_000_000), makePacer(100_000)).piece, 5000)
  })
})
