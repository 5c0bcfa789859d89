import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TurnQuota, Turns } from "../../src/net/Turns.ts"
import { turn } from "../support/EventLoop.ts"

describe("turns", () => {
  it.live("let one of those who wait go on in each turn of the event loop, the first first", () =>
    Effect.gen(function* () {
      const turns = new Turns()
      const gone: Array<string> = []
      const wait = (name: string) =>
        Effect.forkChild(
          Effect.map(turns.next, () => gone.push(name)),
          { startImmediately: true }
        )
      yield* wait("one")
      yield* wait("two")
      const third = yield* wait("three")
      yield* wait("four")
      assert.deepStrictEqual(gone, [])
      yield* Fiber.interrupt(third)
      const seen: Array<number> = []
      while (gone.length < 3) {
        yield* turn
        seen.push(gone.length)
      }
      assert.deepStrictEqual(gone, ["one", "two", "four"])
      for (const [index, count] of seen.entries()) {
        assert.isAtMost(count - (seen[index - 1] ?? 0), 1, seen.join(" "))
      }
    })
  )

  it.live(
    "are one in each turn of the event loop for whoever waits again at once, however long",
    () =>
      Effect.gen(function* () {
        const turns = new Turns()
        let had = 0
        const busy = yield* Effect.forkChild(
          Effect.forever(
            Effect.map(turns.next, () => void (had += 1)),
            { disableYield: true }
          ),
          { startImmediately: true }
        )
        for (let passed = 1; passed <= 50; passed++) {
          yield* turn
          assert.isAtMost(had, passed)
        }
        yield* Fiber.interrupt(busy)
        assert.isAbove(had, 40)
      })
  )
})

describe("a quota of a turn", () => {
  it.live("lets so many go at once, then as many in each turn, the first first", () =>
    Effect.gen(function* () {
      const quota = new TurnQuota(2)
      const gone: Array<number> = []
      const wait = (name: number) =>
        Effect.forkChild(
          Effect.map(quota.next, () => gone.push(name)),
          { startImmediately: true }
        )
      const fibers = yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7], wait)
      assert.deepStrictEqual(gone, [1, 2])
      const [, , , fourth] = fibers
      if (fourth !== undefined) yield* Fiber.interrupt(fourth)
      const seen = [gone.length]
      while (gone.length < 6) {
        yield* turn
        seen.push(gone.length)
      }
      assert.deepStrictEqual(gone, [1, 2, 3, 5, 6, 7])
      for (const [index, count] of seen.entries())
        assert.isAtMost(count - (seen[index - 1] ?? 0), 2, seen.join(" "))
      // Who comes while others wait does not overtake them, and who comes later need not wait.
      yield* turn
      yield* turn
      yield* wait(8)
      assert.strictEqual(gone.at(-1), 8)
    })
  )
})
