/** Runs become one sorted list, and others have their turn meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { mergeRuns } from "../../../src/http/archive/MergeRuns.ts"
import { seeded } from "../../support/values/Seeded.ts"

const ascending = (self: number, that: number) => (self < that ? -1 : self > that ? 1 : 0)

describe("sorted runs", () => {
  it.effect("are merged, whatever their number and lengths", () =>
    Effect.gen(function* () {
      const random = seeded(11)
      for (const count of [0, 1, 2, 3, 7, 64, 1000]) {
        const runs = Array.from({ length: count }, () =>
          Array.from({ length: random(9) }, () => random(1000)).toSorted(ascending)
        )
        const merged = yield* mergeRuns(runs, ascending)
        assert.deepStrictEqual(merged, runs.flat().toSorted(ascending))
      }
    })
  )

  it.effect("are compared some thousand times in a turn, long ones and many short ones alike", () =>
    Effect.gen(function* () {
      const most = 20_000
      const total = 200_000
      for (const count of [2, total]) {
        const runs = Array.from({ length: count }, (_, run) =>
          Array.from({ length: total / count }, (_, index) => index * count + run)
        )
        let steps = 0
        let worst = 0
        const others = yield* Effect.forkChild(
          Effect.forever(
            Effect.andThen(
              Effect.yieldNow,
              Effect.sync(() => {
                steps = 0
              })
            )
          )
        )
        yield* mergeRuns(runs, (self, that) => {
          worst = Math.max(worst, ++steps)
          return ascending(self, that)
        })
        yield* Fiber.interrupt(others)
        assert.isBelow(worst, most, `${count} runs`)
      }
    })
  )
})
