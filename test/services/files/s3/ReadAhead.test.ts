import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { type Fetch, makeReadAhead } from "../../../../src/services/files/s3/ReadAhead.ts"
import { noise } from "../../../support/Transfers.ts"

const mebibyte = 1024 * 1024
const content = noise(1, 33 * mebibyte)

/** Fetches from `content`, in chunks of odd sizes, and notes what was asked. */
const source = () => {
  const asked: Array<readonly [start: number, length: number]> = []
  const fetch: Fetch<never> = (start, length, take) =>
    Effect.gen(function* () {
      asked.push([start, length])
      for (let at = start; at < start + length; at += 70_001) {
        take(content.subarray(at, Math.min(at + 70_001, start + length)))
        yield* Effect.yieldNow
      }
    })
  return { asked, fetch }
}

/** All of a stream's bytes; a chunk is valid only until the next one is asked for, so it is copied. */
const collect = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Stream.runFold(
    stream,
    (): Array<Buffer> => [],
    (chunks, chunk) => {
      chunks.push(Buffer.from(chunk))
      return chunks
    }
  ).pipe(Effect.map((chunks) => Buffer.concat(chunks)))

describe("reading ahead", () => {
  it.effect("gives the bytes of any range, in order", () =>
    Effect.gen(function* () {
      const { read } = makeReadAhead(64 * mebibyte)
      for (const [start, length] of [
        [0, content.length],
        [5, 1],
        [content.length - 1, 1],
        [262_143, 262_146],
        [7, 0],
        [123_456, 12 * mebibyte]
      ] as const) {
        const bytes = yield* collect(read(source().fetch, start, length))
        assert.isTrue(bytes.equals(content.subarray(start, start + length)), `${start}+${length}`)
      }
    })
  )

  it.effect("asks for each byte once, in parts that grow", () =>
    Effect.gen(function* () {
      const { asked, fetch } = source()
      const { read } = makeReadAhead(256 * mebibyte)
      yield* Stream.runDrain(read(fetch, 0, content.length))
      let end = 0
      for (const [start, length] of asked) {
        assert.strictEqual(start, end)
        end = start + length
      }
      assert.strictEqual(end, content.length)
      assert.deepStrictEqual(
        asked.slice(0, 3).map(([, length]) => length),
        [262_144, 524_288, mebibyte]
      )
      assert.strictEqual(Math.max(...asked.map(([, length]) => length)), 16 * mebibyte)
    })
  )

  it.effect("hands on what has come before the part is whole", () =>
    Effect.gen(function* () {
      const { read } = makeReadAhead(mebibyte)
      const half: Fetch<never> = (start, length, take) =>
        Effect.andThen(
          Effect.sync(() => take(content.subarray(start, start + length / 2))),
          Effect.never
        )
      const bytes = yield* collect(Stream.take(read(half, 0, 1000), 1))
      assert.isTrue(bytes.equals(content.subarray(0, 500)))
    })
  )

  it.effect("fails as a part fails, after what came before it", () =>
    Effect.gen(function* () {
      const { read } = makeReadAhead(64 * mebibyte)
      const { fetch } = source()
      const broken: Fetch<string> = (start, length, take) =>
        start === 0 ? fetch(start, length, take) : Effect.fail("gone")
      let come = 0
      const error = yield* Effect.flip(
        Stream.runForEach(read(broken, 0, mebibyte), (chunk) =>
          Effect.sync(() => {
            come += chunk.length
          })
        )
      )
      assert.deepStrictEqual([error, come], ["gone", 262_144])
    })
  )

  it.effect("holds no more than its capacity and a short part a reader, however many read", () =>
    Effect.gen(function* () {
      let asked = 0
      const { read } = makeReadAhead(4 * mebibyte)
      const counted: Fetch<never> = (_, length) =>
        Effect.andThen(
          Effect.sync(() => {
            asked += length
          }),
          Effect.never
        )
      const readers = yield* Effect.replicateEffect(
        Effect.forkChild(Stream.runDrain(read(counted, 0, content.length)), {
          startImmediately: true
        }),
        100
      )
      yield* Effect.yieldNow
      assert.isAtLeast(asked, 100 * 64 * 1024)
      assert.isAtMost(asked, 4 * mebibyte + 100 * 64 * 1024)
      yield* Fiber.interruptAll(readers)
      // What they held is free again: the third part is the first that takes a quarter of what is left.
      asked = 0
      const last = yield* Effect.forkChild(Stream.runDrain(read(counted, 0, content.length)), {
        startImmediately: true
      })
      yield* Effect.yieldNow
      assert.strictEqual(asked, 262_144 + 524_288 + 851_968)
      yield* Fiber.interrupt(last)
    })
  )

  it.effect("ends the fetches of a reader that leaves", () =>
    Effect.gen(function* () {
      const { read } = makeReadAhead(64 * mebibyte)
      const ended = yield* Effect.forEach([0, 1, 2], () => Deferred.make<void>())
      const queue = [...ended]
      const hanging: Fetch<never> = () =>
        Effect.suspend(() => {
          const mine = queue.shift()
          return Effect.onInterrupt(Effect.never, () =>
            mine === undefined ? Effect.void : Deferred.succeed(mine, undefined)
          )
        })
      const reader = yield* Effect.forkChild(Stream.runDrain(read(hanging, 0, content.length)), {
        startImmediately: true
      })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(reader)
      for (const one of ended) yield* Deferred.await(one)
    })
  )
})
