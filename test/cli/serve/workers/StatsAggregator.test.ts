import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeStatsAggregator } from "../../../../src/cli/serve/workers/StatsAggregator.ts"
import { sum, type Totals } from "../../../../src/telemetry/ClusterStats.ts"

const told = (numbers: Partial<Totals>): Totals => ({
  ...sum.initialValue,
  workers: 1,
  ...numbers
})

const setUp = Effect.gen(function* () {
  const aggregator = makeStatsAggregator()
  const numbers = new Map<number, Totals | undefined>()
  const enter = (worker: number, totals: Totals | undefined) => {
    numbers.set(worker, totals)
    return aggregator.add(
      worker,
      Effect.suspend(() => {
        const totals = numbers.get(worker)
        return totals === undefined ? Effect.void : aggregator.report(worker, totals)
      })
    )
  }
  return { aggregator, numbers, enter }
})

describe("a roll call", () => {
  it.effect("adds up what all tell", () =>
    Effect.gen(function* () {
      const { enter, aggregator } = yield* setUp
      yield* enter(1, told({ commandsProcessed: 3, connectedClients: 1, rss: 100 }))
      yield* enter(2, told({ commandsProcessed: 4, connectedClients: 2, rss: 200 }))
      const expected = told({ workers: 2, commandsProcessed: 7, connectedClients: 3, rss: 300 })
      assert.deepStrictEqual(yield* aggregator.all, expected)
    })
  )

  it.effect("answers all who ask at the same time", () =>
    Effect.gen(function* () {
      const { enter, numbers, aggregator } = yield* setUp
      yield* enter(1, undefined)
      const asking = yield* Effect.forEach([1, 2, 3], () =>
        Effect.forkChild(aggregator.all, { startImmediately: true })
      )
      numbers.set(1, told({ commandsProcessed: 3 }))
      yield* aggregator.report(1, told({ commandsProcessed: 3 }))
      for (const fiber of asking) {
        assert.deepStrictEqual(yield* Fiber.join(fiber), told({ commandsProcessed: 3 }))
      }
    })
  )

  it.effect("waits half a second for one that does not answer, then takes what it told last", () =>
    Effect.gen(function* () {
      const { enter, numbers, aggregator } = yield* setUp
      yield* enter(1, told({ commandsProcessed: 3 }))
      yield* enter(2, told({ commandsProcessed: 4 }))
      yield* aggregator.all
      numbers.set(1, told({ commandsProcessed: 30 }))
      numbers.set(2, undefined)
      const all = yield* Effect.forkChild(aggregator.all, { startImmediately: true })
      yield* TestClock.adjust("499 millis")
      assert.isUndefined(all.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(all), told({ commandsProcessed: 34 }))
    })
  )

  it.effect("counts what one that is gone had done, and no longer what it was", () =>
    Effect.gen(function* () {
      const { enter, aggregator } = yield* setUp
      yield* enter(1, told({ commandsProcessed: 3, connectedClients: 5, maxClients: 10, rss: 1 }))
      yield* enter(2, told({ commandsProcessed: 4, maxClients: 10, rss: 1 }))
      yield* aggregator.all
      yield* aggregator.remove(1)
      const one = told({ commandsProcessed: 7, maxClients: 10, rss: 1 })
      assert.deepStrictEqual(yield* aggregator.all, one)
      yield* enter(1, told({ commandsProcessed: 1, maxClients: 10, rss: 1 }))
      const two = told({ workers: 2, commandsProcessed: 8, maxClients: 20, rss: 2 })
      assert.deepStrictEqual(yield* aggregator.all, two)
    })
  )
})
