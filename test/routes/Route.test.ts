import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { inTurns } from "../../src/routes/Route.ts"

describe("work that is shared out", () => {
  it.effect("is done in order, and others get their turn between", () =>
    Effect.gen(function* () {
      const done: Array<number | "other"> = []
      const other = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => void done.push("other"))
          )
        )
      )
      // A third of what is done in a turn: three items a turn.
      yield* inTurns([1, 2, 3, 4, 5, 6, 7], 500_000 / 3, (item) => void done.push(item))
      yield* Fiber.interrupt(other)
      assert.deepStrictEqual(
        done.filter((one) => one !== "other"),
        [1, 2, 3, 4, 5, 6, 7]
      )
      assert.isBelow(done.indexOf("other"), done.indexOf(7))
    })
  )

  it.effect("is one item a turn where one takes longer than a turn", () =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      yield* inTurns([1, 2, 3], Number.MAX_SAFE_INTEGER, (item) => void seen.push(item))
      assert.deepStrictEqual(seen, [1, 2, 3])
    })
  )
})
