import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeWriteBehind } from "../../../../src/client/files/large/WriteBehind.ts"
import { memoryInUse } from "../../../support/Heap.ts"

const KiB = 1024

/** A chunk of which each byte says which it is. */
const chunk = (number: number, size = 64 * KiB): Uint8Array => new Uint8Array(size).fill(number)

/** The first byte of each chunk of a piece. */
const numbers = (piece: ReadonlyArray<Uint8Array>): string => piece.map(([first]) => first).join()

describe("writing behind", () => {
  it.effect("gathers a MiB, and receives on while that is written, but not more than another", () =>
    Effect.gen(function* () {
      const pieces: Array<string> = []
      const disk = yield* Deferred.make<void>()
      const { flush, take } = yield* makeWriteBehind((piece) =>
        Effect.andThen(
          Effect.sync(() => pieces.push(numbers(piece))),
          Deferred.await(disk)
        )
      )
      let taken = 0
      const taking = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: 40 }, (_, index) => index),
          (number) => Effect.tap(take(chunk(number)), () => Effect.sync(() => (taken += 1)))
        )
      )
      const sixteen = (from: number) =>
        Array.from({ length: 16 }, (_, index) => from + index).join()
      while (taken < 31) yield* Effect.yieldNow
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([taken, pieces], [31, [sixteen(0)]])
      yield* Deferred.succeed(disk, undefined)
      yield* Fiber.join(taking)
      yield* flush
      assert.deepStrictEqual(pieces, [sixteen(0), sixteen(16), "32,33,34,35,36,37,38,39"])
    })
  )

  it.effect("writes what is waiting after a tenth of a second, though nothing more comes", () =>
    Effect.gen(function* () {
      const pieces: Array<string> = []
      const { flush, take } = yield* makeWriteBehind((piece) =>
        Effect.sync(() => void pieces.push(numbers(piece)))
      )
      yield* take(chunk(1, 10))
      yield* TestClock.adjust("99 millis")
      yield* take(chunk(2, 10))
      assert.deepStrictEqual(pieces, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(pieces, ["1,2"])
      yield* flush
      assert.deepStrictEqual(pieces, ["1,2"])
    })
  )

  it.effect("tells that a piece could not be written, and writes nothing behind it", () =>
    Effect.gen(function* () {
      let writes = 0
      const { flush, take } = yield* makeWriteBehind(() => {
        writes += 1
        return Effect.fail("the disk is full")
      })
      yield* take(chunk(1, 1024 * KiB))
      assert.strictEqual(yield* Effect.flip(take(chunk(2, 1024 * KiB))), "the disk is full")
      assert.strictEqual(yield* Effect.flip(flush), "the disk is full")
      assert.strictEqual(writes, 1)
    })
  )

  it.effect("holds nothing of what was written", () =>
    Effect.gen(function* () {
      const { flush, take } = yield* makeWriteBehind(() => Effect.void)
      const before = memoryInUse()
      for (let number = 0; number < 64; number++) yield* take(chunk(number, 512 * KiB))
      yield* flush
      assert.isBelow(memoryInUse() - before, 8 * 1024 * KiB)
    })
  )
})
