/** A question that monitors ask every few seconds: over a bucket, where each listing is paid for, it lists nothing. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { makeServerInfo } from "../../../../src/services/ServerInfo.ts"
import { Stats } from "../../../../src/telemetry/Stats.ts"
import { bucket, fakeS3 } from "../../../support/fakes/FakeS3.ts"
import { s3Store } from "../../../support/peers/S3.ts"

describe("INFO ALL over a bucket", () => {
  it.live("tells of the files that were counted last, and lists nothing", () =>
    Effect.gen(function* () {
      const gateway = yield* fakeS3({ "a.txt": "um", "b/c": "dois" })
      const store = yield* s3Store(gateway.url, bucket)
      const stats = Context.get(yield* Layer.build(Stats.layer), Stats)
      const { describe } = yield* makeServerInfo(stats, store)
      const lists = () => gateway.asked.filter(({ key }) => key === "").length
      const told = (section: string) =>
        Effect.map(describe([section]), (text) => /^db0:keys=(\d+),/m.exec(text)?.[1])
      const atStart = lists()
      assert.isUndefined(yield* told("all"))
      assert.strictEqual(lists(), atStart)
      assert.strictEqual(yield* told("keyspace"), "2")
      assert.isAbove(lists(), atStart)
      gateway.put("d", "três")
      const counted = lists()
      assert.strictEqual(yield* told("all"), "2")
      assert.strictEqual(yield* told("everything"), "2")
      assert.strictEqual(lists(), counted)
    })
  )
})
