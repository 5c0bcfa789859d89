/** What the cache of small objects takes in memory. What it serves, and when: test/s3/Bodies.s3.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import type { Bucket } from "../../../../src/services/files/s3/Bucket.ts"
import { makeObjectCache } from "../../../../src/services/files/s3/ObjectCache.ts"
import { memoryInUse } from "../../../support/Heap.ts"
import { beforeEachStep, interruptBeforeEachStep } from "../../../support/Interruption.ts"

const chunkSize = 64 * 1024
const objectSize = 1000

/** Objects of 1,000 bytes, each brought as node:http brings it: a piece of a buffer that is larger. */
const bucket: Bucket = {
  get: (key, _, take) =>
    Effect.sync(() => {
      take(Buffer.alloc(chunkSize).subarray(0, objectSize))
      return { etag: `"${key.length}"`, modified: 1_700_000_000_000, size: objectSize }
    }),
  head: () => Effect.die("not asked for"),
  checksum: () => Effect.die("not asked for"),
  list: () => Effect.die("not asked for"),
  objects: () => Effect.die("not asked for"),
  folder: () => Effect.die("not asked for")
}

/** A name as the server has it: a piece of what a socket brought. */
const nameFrom = (index: number): string =>
  Buffer.alloc(chunkSize, `arquivo de número ${String(index).padStart(10, "0")} `)
    .toString("latin1")
    .slice(0, 30)

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
  it.effect("takes no more memory than it may, whatever names and bytes were cut from", () =>
    Effect.gen(function* () {
      const capacity = 2 * 1024 * 1024
      const count = 1000
      const cache = yield* makeObjectCache({
        bucket,
        retry: (request) => request,
        capacity,
        fresh: Duration.infinity
      })
      // One that outlives its neighbours must not hold a buffer that they shared.
      assert.strictEqual((yield* cache.at("first")).beginning.buffer.byteLength, objectSize)
      const before = memoryInUse()
      for (let index = 0; index < count; index++) {
        yield* cache.at(nameFrom(index))
        // Who finds an object must not leave a name of its own there.
        assert.isDefined(cache.fresh(nameFrom(index)))
      }
      const taken = memoryInUse() - before
      assert.isDefined(cache.fresh(nameFrom(count - 1)))
      assert.isBelow(taken, capacity)
      assert.isAbove(taken, count * objectSize)
    })
  )

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
