import { assert, describe, it } from "@effect/vitest"
import {
  largestBuffer,
  makeBufferPool,
  type PooledBuffer,
  smallestBuffer
} from "../../../src/services/files/BufferPool.ts"
import { seeded } from "../../support/values/Seeded.ts"

const MiB = 1024 * 1024

const sizeOf = (buffers: Iterable<PooledBuffer>): number =>
  [...buffers].reduce((sum, { bytes }) => sum + bytes.length, 0)

/** Takes buffers until there are no more. */
const takeAll = (pool: ReturnType<typeof makeBufferPool>): ReadonlyArray<PooledBuffer> => {
  const taken: Array<PooledBuffer> = []
  for (let next = pool.take(largestBuffer); next !== undefined; next = pool.take(largestBuffer))
    taken.push(next)
  return taken
}

describe("buffers of transfers", () => {
  it("are the largest while there is room, smaller the less there is, and take all of it in the end", () => {
    const sizes = takeAll(makeBufferPool(32 * MiB)).map(({ bytes }) => bytes.length)
    assert.deepStrictEqual(
      sizes,
      sizes.toSorted((left, right) => right - left)
    )
    assert.isAtLeast(sizes.filter((size) => size === largestBuffer).length, 48)
    assert.strictEqual(sizes.at(-1), smallestBuffer)
    assert.strictEqual(
      sizes.reduce((sum, size) => sum + size, 0),
      32 * MiB
    )
  })

  it("are no larger than what is wanted, rounded up", () => {
    const pool = makeBufferPool(32 * MiB)
    for (const [wanted, size] of [
      [1, smallestBuffer],
      [smallestBuffer + 1, 2 * smallestBuffer],
      [100_000, 128 * 1024],
      [10 * MiB, largestBuffer]
    ] as const)
      assert.strictEqual(pool.take(wanted)?.bytes.length, size)
  })

  it("can be had again when they were released", () => {
    const pool = makeBufferPool(2 * MiB)
    for (let round = 0; round < 5; round++) {
      const taken = takeAll(pool)
      assert.strictEqual(sizeOf(taken), 2 * MiB)
      for (const { release } of taken) release()
    }
    assert.strictEqual(pool.take(largestBuffer)?.bytes.length, 128 * 1024)
  })

  it("are none where there is less than one largest", () => {
    assert.isUndefined(makeBufferPool(0).take(1))
    assert.isUndefined(makeBufferPool(largestBuffer - 1).take(1))
  })

  it("never share a byte, nor exceed the capacity, in whatever order they are taken and released", () => {
    const below = seeded(7)
    const pool = makeBufferPool(2 * MiB)
    const held = new Map<number, PooledBuffer>()
    const check = (mark: number, { bytes }: PooledBuffer): void =>
      assert.isTrue(Buffer.alloc(bytes.length, mark % 256).equals(bytes))
    for (let mark = 0; mark < 2000; mark++) {
      const [oldest] = [...held].slice(below(Math.max(1, held.size)))
      if (oldest !== undefined && below(2) === 0) {
        check(oldest[0], oldest[1])
        held.delete(oldest[0])
        oldest[1].release()
        continue
      }
      const buffer = pool.take(1 + below(MiB))
      if (buffer === undefined) continue
      buffer.bytes.fill(mark % 256)
      held.set(mark, buffer)
      assert.isAtMost(sizeOf(held.values()), 2 * MiB)
    }
    for (const [mark, buffer] of held) check(mark, buffer)
  })
})
