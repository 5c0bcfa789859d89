/** The numbers of a server: that what is counted while it runs is counted out, however it ends. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Stats, whileCounted } from "../../src/telemetry/Stats.ts"
import { interruptBeforeEachStep } from "../support/Interruption.ts"

describe("what is counted while it runs", () => {
  it.effect("is counted then, and counted out at its end", () =>
    Effect.gen(function* () {
      const stats = yield* Stats
      const seen = Effect.sync(() => stats.blockedClients)
      assert.strictEqual(yield* whileCounted(stats, "blockedClients", seen), 1)
      yield* Effect.flip(whileCounted(stats, "blockedClients", Effect.fail("over")))
      assert.strictEqual(stats.blockedClients, 0)
    }).pipe(Effect.provide(Stats.layer))
  )

  it.effect("is counted out, or never was, wherever it is interrupted", () =>
    Effect.gen(function* () {
      const stats = yield* Stats
      yield* interruptBeforeEachStep(
        Effect.suspend(() => whileCounted(stats, "changeFollowers", Effect.never))
      )
      assert.strictEqual(stats.changeFollowers, 0)
    }).pipe(Effect.provide(Stats.layer))
  )
})
