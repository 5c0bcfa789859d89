import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { restartForEver } from "../../../../src/cli/serve/workers/RestartPolicy.ts"

/** When each run begins, in milliseconds, where they last as long as this. */
const beginnings = Effect.fnUntraced(function* (
  lasts: (run: number) => Duration.Input,
  over: Duration.Input
) {
  const begun: Array<number> = []
  const run = Effect.gen(function* () {
    begun.push(yield* Clock.currentTimeMillis)
    yield* Effect.sleep(lasts(begun.length))
  })
  yield* Effect.forkScoped(restartForEver(run), { startImmediately: true })
  yield* TestClock.adjust(over)
  return begun
})

describe("what ends and is replaced", () => {
  it.effect("is replaced after pauses that double, while it ends at once", () =>
    Effect.gen(function* () {
      const begun = yield* beginnings(() => 0, "1 second")
      assert.deepStrictEqual(begun, [0, 50, 150, 350, 750])
    })
  )

  it.effect("waits half a minute at most, and goes on for ever", () =>
    Effect.gen(function* () {
      const begun = yield* beginnings(() => 0, "1 hour")
      const pauses = begun.slice(1).map((time, index) => time - (begun[index] ?? 0))
      assert.isAbove(begun.length, 100)
      assert.strictEqual(Math.max(...pauses), 30_000)
      assert.strictEqual(pauses.at(-1), 30_000)
    })
  )

  it.effect("is replaced at once where it had lived for a while, and the pauses begin anew", () =>
    Effect.gen(function* () {
      const begun = yield* beginnings((run) => (run === 4 ? "10 seconds" : 0), "11 seconds")
      assert.deepStrictEqual(begun, [0, 50, 150, 350, 10_350, 10_400, 10_500, 10_700])
    })
  )
})
