/** An answer that is read whole, by who does not have it end. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Readable } from "node:stream"
import { S3Failure } from "../../../../src/services/files/s3/Bucket.ts"
import { readWhole } from "../../../../src/services/files/s3/sdk/WholeAnswer.ts"

/** A body that never ends, and how many bytes were taken of it. */
const endless = () => {
  const taken = { bytes: 0 }
  const body = new Readable({
    read() {
      taken.bytes += 1024
      this.push(Buffer.alloc(1024))
    }
  })
  return { body, taken }
}

const failureOf = (reading: Promise<unknown>) =>
  Effect.map(
    Effect.flip(Effect.tryPromise({ try: () => reading, catch: (cause) => cause })),
    (failure) => {
      assert.instanceOf(failure, S3Failure)
      return failure
    }
  )

describe("an answer that has no end", () => {
  it.effect("is read as far as it may be long", () =>
    Effect.gen(function* () {
      const { body, taken } = endless()
      const failure = yield* failureOf(readWhole(body, 200, 4096))
      assert.isTrue(failure.isWrongAnswer)
      assert.isTrue(body.destroyed)
      assert.isBelow(taken.bytes, 4096 + 2 * body.readableHighWaterMark)
    })
  )

  it.effect("is still of a store that is away, where it says so", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(readWhole(endless().body, 503, 4096))
      assert.strictEqual(failure.status, 503)
    })
  )

  it.effect("is not waited for longer than it may take", () =>
    Effect.gen(function* () {
      const body = new Readable({ read: () => undefined })
      body.push("<ListBucketResult>")
      const failure = yield* failureOf(readWhole(body, 200, 4096, 1))
      assert.strictEqual(failure.code, "ETIMEDOUT")
      assert.isTrue(body.destroyed)
    })
  )
})

it.effect("an answer is all of its bytes", () =>
  Effect.gen(function* () {
    const body = Readable.from([Buffer.from("um"), Buffer.from("dois")])
    const whole = yield* Effect.promise(() => readWhole(body, 200, 6))
    assert.strictEqual(whole.toString(), "umdois")
  })
)
