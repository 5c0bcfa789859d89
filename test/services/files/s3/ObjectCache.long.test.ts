/** What the cache of small objects takes in memory, weighed in a process of its own. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { Bucket } from "../../../../src/services/files/s3/Bucket.ts"
import { makeObjectCache } from "../../../../src/services/files/s3/ObjectCache.ts"
import { memoryInUse } from "../../../support/Heap.ts"

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
})
