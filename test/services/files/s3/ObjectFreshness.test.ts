import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeObjectCache } from "../../../../src/services/files/s3/ObjectCache.ts"
import { type Bucket, S3Failure } from "../../../../src/services/files/s3/Bucket.ts"
import { steps, withSettableWall } from "../../../support/values/WallClock.ts"

/** A bucket of one object, which can be replaced and removed, and a cache of it. */
const setUp = Effect.fnUntraced(function* (fresh: Duration.Input) {
  const state: { content: string | undefined; asked: number } = { content: "um", asked: 0 }
  const details = (content: string) => ({
    size: content.length,
    modified: 0,
    etag: `"${content}"`
  })
  const missing = new S3Failure({ status: 404, code: "NoSuchKey", cause: undefined })
  const bucket: Bucket = {
    get: (_, __, take) =>
      Effect.suspend(() => {
        state.asked += 1
        const { content } = state
        if (content === undefined) return Effect.fail(missing)
        take(Buffer.from(content))
        return Effect.succeed(details(content))
      }),
    head: () =>
      Effect.suspend(() =>
        state.content === undefined ? Effect.fail(missing) : Effect.succeed(details(state.content))
      ),
    checksum: () => Effect.succeed(undefined),
    list: () => Effect.succeed({ keys: [], more: false }),
    objects: () => Effect.succeed({ objects: [], folders: [], more: false }),
    folder: () => Effect.succeed({ objects: [], folders: [], more: false })
  }
  const cache = yield* makeObjectCache({
    bucket,
    retry: (request) => request,
    capacity: 1_000_000,
    fresh: Duration.fromInputUnsafe(fresh)
  })
  const content = Effect.map(cache.at("a.txt"), ({ beginning }) =>
    Buffer.from(beginning).toString()
  )
  return { cache, content, state }
})

describe("an object that was looked at", () => {
  it.effect("is told again while it is fresh, and asked for when it is no longer", () =>
    Effect.gen(function* () {
      const { cache, content, state } = yield* setUp("1 second")
      assert.isUndefined(cache.fresh("a.txt"))
      assert.strictEqual(yield* content, "um")
      state.content = "dois"
      assert.strictEqual(yield* content, "um")
      assert.isDefined(cache.fresh("a.txt"))
      yield* TestClock.adjust("1 second")
      assert.isUndefined(cache.fresh("a.txt"))
      assert.strictEqual(yield* content, "dois")
      assert.strictEqual(state.asked, 2)
    })
  )

  for (const [step, by] of steps) {
    for (const fresh of ["1 second", "0 seconds"] as const) {
      it.effect(`is no longer fresh than ${fresh} where the wall clock is set ${step}`, () =>
        withSettableWall((setWall) =>
          Effect.gen(function* () {
            const { cache, content, state } = yield* setUp(fresh)
            yield* content
            yield* setWall(by)
            yield* TestClock.adjust(fresh)
            state.content = "dois"
            assert.isUndefined(cache.fresh("a.txt"))
            assert.strictEqual(yield* content, "dois")
            yield* TestClock.adjust(fresh)
            state.content = undefined
            assert.strictEqual((yield* Effect.flip(content)).status, 404)
            assert.isUndefined(cache.fresh("a.txt"))
          })
        )
      )
    }

    it.effect(`is as fresh as it was where the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const { content, state } = yield* setUp("1 second")
          yield* content
          yield* setWall(by)
          yield* content
          assert.strictEqual(state.asked, 1)
        })
      )
    )
  }
})
