/** Ranges of a file through buffers that all transfers share, of which there may be few or none. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { join } from "node:path"
import { openSync, closeSync, fstatSync } from "node:fs"
import { makeBufferPool, type PooledBuffer } from "../../../../src/services/files/BufferPool.ts"
import { asName } from "../../../../src/services/files/directory/index/FolderNames.ts"
import { readRange, type Source } from "../../../../src/services/files/directory/RangeReader.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"
import { noise } from "../../../support/Transfers.ts"

const MiB = 1024 * 1024
const content = noise(1, 2 * MiB + 17)

const opened = Effect.gen(function* () {
  const path = join(yield* folderWith({ "a.bin": content }), "a.bin")
  const descriptor = yield* Effect.acquireRelease(
    Effect.sync(() => openSync(path, "r")),
    (descriptor) => Effect.sync(() => closeSync(descriptor))
  )
  const source: Source = {
    name: asName("a.bin"),
    descriptor,
    stats: fstatSync(descriptor, { bigint: true }),
    underWay: new Set()
  }
  return source
})

/** All bytes of a stream, each chunk copied as late as it may be. */
const collect = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Effect.map(
    Stream.runFold(
      Stream.mapEffect(bytes, (chunk) => Effect.as(Effect.yieldNow, chunk)),
      (): Array<Buffer> => [],
      (chunks, chunk) => [...chunks, Buffer.from(chunk)]
    ),
    Buffer.concat
  )

describe("a range of a file", () => {
  for (const capacity of [0, 512 * 1024, MiB, 32 * MiB]) {
    it.effect(
      `is read right with ${capacity / 1024} KiB for all, by one and by twenty at once`,
      () =>
        Effect.gen(function* () {
          const source = yield* opened
          const pool = makeBufferPool(capacity)
          for (const [start, length] of [
            [0, content.length],
            [1, 5],
            [MiB, MiB + 17],
            [7, 0]
          ] as const) {
            const bytes = yield* collect(readRange(source, pool, start, length))
            assert.isTrue(bytes.equals(content.subarray(start, start + length)))
          }
          yield* Effect.forEach(
            Array.from({ length: 20 }, (_, index) => index * 1000),
            Effect.fnUntraced(function* (start) {
              const bytes = yield* collect(readRange(source, pool, start, MiB))
              assert.isTrue(bytes.equals(content.subarray(start, start + MiB)))
            }),
            { concurrency: "unbounded" }
          )
        })
    )
  }

  it.effect("gives its buffers back when it is read, and when it is given up", () =>
    Effect.gen(function* () {
      const source = yield* opened
      const pool = makeBufferPool(MiB)
      const taken = new Set<PooledBuffer>()
      const watched = {
        take: (wanted: number) => {
          const buffer = pool.take(wanted)
          if (buffer === undefined) return undefined
          const release = () => {
            assert.isTrue(taken.delete(given))
            buffer.release()
          }
          const given = { bytes: buffer.bytes, release }
          taken.add(given)
          return given
        }
      }
      yield* Stream.runDrain(readRange(source, watched, 0, content.length))
      assert.strictEqual(taken.size, 0)
      yield* Stream.runDrain(Stream.take(readRange(source, watched, 0, content.length), 2))
      // One is being filled, and is given back when that is over.
      yield* Effect.promise(() => Promise.allSettled(source.underWay))
      assert.strictEqual(taken.size, 0)
    })
  )
})
