import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { together } from "../../../src/client/files/Saving.ts"

describe("what is found within moments", () => {
  it.effect("comes together, and all of it before a failure", () =>
    Effect.gen(function* () {
      const arrays: Array<ReadonlyArray<number>> = []
      const found = Stream.make(1, 2, 3).pipe(
        Stream.concat(Stream.fromEffect(Effect.as(Effect.sleep("1 second"), 4))),
        Stream.concat(Stream.make(5)),
        Stream.concat(Stream.fail("gone"))
      )
      const taking = yield* together(found).pipe(
        Stream.runForEachArray((some) => Effect.sync(() => void arrays.push(some))),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(arrays, [[1, 2, 3]])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(taking), "gone")
      assert.deepStrictEqual(arrays, [
        [1, 2, 3],
        [4, 5]
      ])
    })
  )
})
