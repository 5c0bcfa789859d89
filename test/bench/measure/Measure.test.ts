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
          return { figure: (figure += 1), processor: 2 * figure, load: figure / 10 }
        })
      const { load, processor, rounds } = yield* inTurn(
        { ours: side("ours"), theirs: side("theirs") },
        2
      )
      assert.deepStrictEqual(order, ["ours", "theirs", "ours", "theirs", "ours", "theirs"])
      assert.deepStrictEqual(rounds, [
        { ours: 3, theirs: 4 },
        { ours: 5, theirs: 6 }
      ])
      assert.deepStrictEqual(processor?.rounds, [
        { ours: 6, theirs: 8 },
        { ours: 10, theirs: 12 }
      ])
      assert.deepStrictEqual(load, { ours: 0.4, theirs: 0.5 })
    })
  )

  it.effect("have no ratio of processors' times where one is below a tick of the clock", () =>
    Effect.gen(function* () {
      const side = (processor: number) => Effect.succeed({ figure: 1, processor })
      const { processor } = yield* inTurn({ ours: side(0), theirs: side(10) }, 3)
      assert.isUndefined(processor)
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
  const wanted = { reach: 0.85, aim: 1 }

  it("of a rate asks for more, of a time for less", () => {
    assert.deepStrictEqual(
      [1, 0.9, 0.8].map((ratio) => judge(wanted, commandsPerSecond, { ratio, spread: 0.1 })),
      ["aim", "reach", "short"]
    )
    assert.deepStrictEqual(
      [2, 2.5, 2.7].map((ratio) =>
        judge({ reach: 2.6, aim: 2 }, milliseconds, { ratio, spread: 0.1 })
      ),
      ["aim", "reach", "short"]
    )
  })

  it("is withheld where the spread is over 25 %, and where nothing is wanted", () => {
    assert.strictEqual(judge(wanted, commandsPerSecond, { ratio: 2, spread: 0.26 }), "noisy")
    assert.strictEqual(judge({}, milliseconds, { ratio: 2, spread: 0.25 }), "report")
  })

  it("is withheld where the load had nothing left, on either side", () => {
    const judged = (ours: number, theirs: number) =>
      judge(wanted, commandsPerSecond, { ratio: 0.8, spread: 0, load: { ours, theirs } })
    assert.deepStrictEqual(
      [judged(0.95, 0.2), judged(0.2, 0.95), judged(0.8, 0.8)],
      ["load", "load", "short"]
    )
  })
})
