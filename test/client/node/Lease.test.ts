import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { BigIntStats } from "node:fs"
import * as Lease from "../../../src/client/node/Lease.ts"

const hour = 60 * 60 * 1000

/** What is known of a file that was touched so many times. */
const statsAfter = (touches: number) =>
  ({ dev: 1n, ino: 1n, size: 5n, mtimeNs: 0n, ctimeNs: BigInt(touches) }) as BigIntStats

/** For how long a file that its owner touches every so many milliseconds is watched, and what is found. */
const watch = Effect.fnUntraced(function* (age: number, interval: number) {
  let elapsed = 0
  const stat = Effect.sync(() => statsAfter(Math.floor(elapsed / interval)))
  const watching = yield* Effect.forkChild(Lease.isAbandoned(stat, yield* stat, age))
  while (watching.pollUnsafe() === undefined) {
    elapsed += 50
    yield* TestClock.adjust(50)
  }
  return { isAbandoned: yield* Fiber.join(watching), elapsed }
})

describe("a lease", () => {
  it.effect("is over when nobody touched the file for five seconds", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* watch(0, Infinity), { isAbandoned: true, elapsed: 5000 })
      assert.deepStrictEqual(yield* watch(2000, Infinity), { isAbandoned: true, elapsed: 3000 })
    })
  )

  it.effect("goes on with each touch", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* watch(0, Lease.heartbeat), {
        isAbandoned: false,
        elapsed: 1000
      })
    })
  )

  it.effect(
    "is not over because the wall clock was set forward, nor longer if it was set back",
    () =>
      Effect.gen(function* () {
        const { isAbandoned } = yield* watch(hour, Lease.heartbeat)
        assert.isFalse(isAbandoned)
        assert.deepStrictEqual(yield* watch(hour, Infinity), { isAbandoned: true, elapsed: 2000 })
        assert.deepStrictEqual(yield* watch(-hour, Infinity), { isAbandoned: true, elapsed: 5000 })
      })
  )
})
