import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inTurn, judge, quantile, summarize } from "./Measure.ts"
import { commandsPerSecond, milliseconds } from "../Row.ts"

describe("rounds", () => {
  it.effect("are taken in turn, and the first of each side is not counted", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      let figure = 0
      const side = (name: string) =>
        Effect.sync(() => {
          order.push(name)
          return (figure += 1)
        })
      const { rounds } = yield* inTurn({ ours: side("ours"), theirs: side("theirs") }, 2)
      assert.deepStrictEqual(order, ["ours", "theirs", "ours", "theirs", "ours", "theirs"])
      assert.deepStrictEqual(rounds, [
        { ours: 3, theirs: 4 },
        { ours: 5, theirs: 6 }
      ])
    })
  )

  it("come to the median of their ratios, not to the ratio of medians", () => {
    const { ours, ratio, theirs } = summarize([
      { ours: 1, theirs: 1 },
      { ours: 20, theirs: 10 },
      { ours: 30, theirs: 10 }
    ])
    assert.deepStrictEqual([ratio, ours, theirs], [2, 20, 10])
  })

  it("are spread by their middle half, whatever one of them was spoiled by", () => {
    const rounds = [1, 1, 1, 1, 100].map((ours) => ({ ours, theirs: 1 }))
    assert.strictEqual(summarize(rounds).spread, 0)
  })
})

describe("a quantile", () => {
  it("lies between two values in proportion", () => {
    assert.strictEqual(quantile([3, 1, 2], 0.5), 2)
    assert.strictEqual(quantile([2, 1], 0.5), 1.5)
    assert.strictEqual(quantile([1, 2, 3, 4, 5], 0.25), 2)
  })
})

describe("a verdict", () => {
  const rate = { unit: commandsPerSecond, reach: 0.85, aim: 1 }
  const wait = { unit: milliseconds, reach: 2.6, aim: 2 }

  it("of a rate asks for more, of a time for less", () => {
    const judged = (row: typeof rate, ratio: number) => judge(row, { ratio, spread: 0.1 })
    assert.deepStrictEqual(
      [1, 0.9, 0.8].map((ratio) => judged(rate, ratio)),
      ["aim", "reach", "short"]
    )
    assert.deepStrictEqual(
      [2, 2.5, 2.7].map((ratio) => judged(wait, ratio)),
      ["aim", "reach", "short"]
    )
  })

  it("is withheld where the spread is over 25 %, and where nothing is wanted", () => {
    assert.strictEqual(judge(rate, { ratio: 2, spread: 0.26 }), "noisy")
    assert.strictEqual(judge({ unit: milliseconds }, { ratio: 2, spread: 0.25 }), "report")
  })
})
