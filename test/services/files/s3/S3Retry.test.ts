import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { S3Failure } from "../../../../src/services/files/s3/Bucket.ts"
import { makeS3Retry } from "../../../../src/services/files/s3/S3Retry.ts"
import { steps, withSettableWall } from "../../../support/values/WallClock.ts"

const failure = (status: number | undefined, code = "ECONNREFUSED") =>
  new S3Failure({ status, code, cause: undefined })

/** A store that can be away; how often it was asked, and what was told of it. */
const store = Effect.gen(function* () {
  const state = { away: false, asked: 0, probed: 0, told: [] as Array<boolean> }
  const request = Effect.suspend(() => {
    state.asked += 1
    return state.away ? Effect.fail(failure(undefined)) : Effect.succeed("ok")
  })
  const probe = Effect.suspend(() => {
    state.probed += 1
    return state.away ? Effect.fail(failure(undefined)) : Effect.void
  })
  const retrying = yield* makeS3Retry(probe, (ready) => void state.told.push(ready))
  return { ...retrying, state, request }
})

describe("a question to the store", () => {
  it.effect("is asked once where it is answered, also with a refusal", () =>
    Effect.gen(function* () {
      const { retry, request, state } = yield* store
      assert.strictEqual(yield* retry(request), "ok")
      assert.strictEqual(state.asked, 1)
      for (const status of [304, 403, 404, 412, 416]) {
        let asked = 0
        const refused = Effect.suspend(() => {
          asked += 1
          return Effect.fail(failure(status))
        })
        assert.strictEqual((yield* Effect.flip(retry(refused))).status, status)
        assert.strictEqual(asked, 1)
      }
      assert.deepStrictEqual(state.told, [])
    })
  )

  it.effect("is asked again until it is answered", () =>
    Effect.gen(function* () {
      const { retry, request, state } = yield* store
      state.away = true
      const asking = yield* Effect.forkChild(retry(request), { startImmediately: true })
      yield* TestClock.adjust("100 millis")
      state.away = false
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(asking), "ok")
    })
  )

  it.effect("that hangs fails after ten seconds", () =>
    Effect.gen(function* () {
      const { retry } = yield* store
      const asking = yield* Effect.forkChild(Effect.flip(retry(Effect.never)), {
        startImmediately: true
      })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(asking)).code, "ETIMEDOUT")
    })
  )

  for (const [step, by] of steps) {
    it.effect(`is answered when the store is back, where the wall clock was set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const { retry, request, state } = yield* store
          state.away = true
          const asking = yield* Effect.forkChild(Effect.flip(retry(request)), {
            startImmediately: true
          })
          yield* TestClock.adjust("10 seconds")
          yield* Fiber.join(asking)
          yield* setWall(by)
          state.away = false
          yield* TestClock.adjust("3 seconds")
          assert.deepStrictEqual(state.told, [false, true])
          assert.strictEqual(yield* retry(request), "ok")
        })
      )
    )
  }

  it.effect("is refused at once when the store is gone, and answered when it is back", () =>
    Effect.gen(function* () {
      const { retry, request, state } = yield* store
      state.away = true
      const asking = yield* Effect.forkChild(Effect.flip(retry(request)), {
        startImmediately: true
      })
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(asking)
      assert.deepStrictEqual(state.told, [false])
      const before = state.asked
      const now = yield* Clock.currentTimeMillis
      yield* Effect.flip(retry(request))
      assert.strictEqual(yield* Clock.currentTimeMillis, now)
      assert.isAtMost(state.asked, before + 1)
      // Nobody asks, and yet it is seen that the store is back.
      state.away = false
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(state.told, [false, true])
      assert.strictEqual(yield* retry(request), "ok")
    })
  )
})

describe("bytes from the store", () => {
  it.effect("are asked for until nothing came for thirty seconds", () =>
    Effect.gen(function* () {
      const { resume, request, state } = yield* store
      state.away = true
      const reading = yield* Effect.forkChild(
        Effect.flip(
          resume(Effect.asVoid(request), () => 0).pipe(
            Effect.ensuring(Effect.map(Clock.currentTimeMillis, () => undefined))
          )
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("29 seconds")
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust("3 seconds")
      assert.isUndefined((yield* Fiber.join(reading)).status)
    })
  )

  it.effect("that come now and then, cut off each time, are asked for on and on", () =>
    Effect.gen(function* () {
      const { resume } = yield* store
      let come = 0
      const cut = Effect.suspend(() => {
        come += 1
        return come === 100 ? Effect.void : Effect.fail(failure(206, "ECONNRESET"))
      })
      const reading = yield* Effect.forkChild(
        resume(cut, () => come),
        { startImmediately: true }
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(reading)
      assert.strictEqual(come, 100)
    })
  )

  it.effect("of an object that changed are not asked for again", () =>
    Effect.gen(function* () {
      const { resume } = yield* store
      let asked = 0
      const changed = Effect.suspend(() => {
        asked += 1
        return Effect.fail(failure(412, "PreconditionFailed"))
      })
      assert.strictEqual((yield* Effect.flip(resume(changed, () => 0))).status, 412)
      assert.strictEqual(asked, 1)
    })
  )
})
