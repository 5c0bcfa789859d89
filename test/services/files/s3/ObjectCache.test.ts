/** What becomes of requests of the cache of small objects. What it takes in memory: ObjectCache.long; what it serves, and when: test/s3/Bodies.s3.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import type { Bucket } from "../../../../src/services/files/s3/Bucket.ts"
import { makeObjectCache } from "../../../../src/services/files/s3/ObjectCache.ts"
import { beforeEachStep, interruptBeforeEachStep } from "../../../support/Interruption.ts"

/** A bucket of which nothing is asked but objects. */
const bucket: Omit<Bucket, "get"> = {
  head: () => Effect.die("not asked for"),
  checksum: () => Effect.die("not asked for"),
  list: () => Effect.die("not asked for"),
  objects: () => Effect.die("not asked for"),
  folder: () => Effect.die("not asked for")
}

/** A cache whose requests are never answered, and how many are under way. */
const endlessly = Effect.gen(function* () {
  let open = 0
  const endless = Effect.acquireUseRelease(
    Effect.sync(() => void (open += 1)),
    () => Effect.never,
    () => Effect.sync(() => void (open -= 1))
  )
  const cache = yield* makeObjectCache({
    bucket: { ...bucket, get: () => endless },
    retry: (request) => request,
    capacity: 0,
    fresh: Duration.infinity
  })
  return { cache, open: () => open }
})

describe("the cache of small objects", () => {
  it.effect("ends a request for which nobody waits, wherever who asked is interrupted", () =>
    Effect.gen(function* () {
      const { cache, open } = yield* endlessly
      yield* interruptBeforeEachStep(cache.at("a"))
      assert.strictEqual(open(), 0)
      // Who waits already is joined, and is not ended by who joined it.
      yield* Effect.forkChild(cache.at("a"), { startImmediately: true })
      yield* interruptBeforeEachStep(cache.at("a"))
      assert.strictEqual(open(), 1)
    })
  )

  it.effect("keeps a request for who joined it, whenever the one who began it leaves", () =>
    Effect.gen(function* () {
      const { cache, open } = yield* endlessly
      const first = yield* Effect.forkChild(cache.at("a"), { startImmediately: true })
      let fiber = first
      yield* beforeEachStep(cache.at("a"), (joining) =>
        Effect.gen(function* () {
          yield* Fiber.interrupt(fiber)
          // Until all that this set off is done.
          for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
          assert.isUndefined(joining.pollUnsafe())
          assert.strictEqual(open(), 1)
          fiber = joining
        })
      )
    })
  )
})
