import { assert, describe, it } from "@effect/vitest"
import { ReceiveBuffers } from "../../../../src/client/node/socket/ReceiveBuffers.ts"
import { noise } from "../../../support/Transfers.ts"
import { seeded } from "../../../support/values/Seeded.ts"

/** What is received. */
const sent = noise(1, 16 * 1024 * 1024)

/** Receives so many bytes, as a socket does. */
const receive = (buffers: ReceiveBuffers, from: number, count: number): number => {
  const room = buffers.room()
  const received = Math.min(count, room.length)
  room.set(sent.subarray(from, from + received))
  buffers.add(received)
  return received
}

/** Whether the bytes are those that were received from this position on. */
const isFrom = (bytes: Uint8Array, from: number): boolean =>
  Buffer.compare(bytes, sent.subarray(from, from + bytes.length)) === 0

const takeAll = (buffers: ReceiveBuffers): ReadonlyArray<Uint8Array> => {
  const all: Array<Uint8Array> = []
  for (let bytes = buffers.take(); bytes !== undefined; bytes = buffers.take()) all.push(bytes)
  return all
}

describe("what a socket receives into", () => {
  it("gives all bytes in order; those kept stay as they are, those lent until the next are asked for", () => {
    for (let seed = 0; seed < 20; seed++) {
      const below = seeded(seed)
      const buffers = new ReceiveBuffers()
      const kept: Array<{ readonly bytes: Uint8Array; readonly from: number }> = []
      let lent: typeof kept = []
      let isLending = false
      let received = 0
      let taken = 0
      for (let step = 0; step < 100; step++) {
        if (!buffers.isFull) received += receive(buffers, received, 1 + below(200_000))
        if (below(3) > 0) continue
        assert.isTrue(lent.every(({ bytes, from }) => isFrom(bytes, from)))
        lent = []
        isLending = below(4) > 0
        buffers.lend(isLending)
        for (const bytes of takeAll(buffers)) {
          ;(isLending ? lent : kept).push({ bytes, from: taken })
          taken += bytes.length
        }
        assert.strictEqual(taken, received)
      }
      assert.isTrue(kept.every(({ bytes, from }) => isFrom(bytes, from)))
    }
  })

  it("takes no more memory for more bytes, as long as all are lent", () => {
    const below = seeded(1)
    const buffers = new ReceiveBuffers()
    const memory = new Set<ArrayBufferLike>()
    for (let received = 0; received < sent.length - 2 ** 21;) {
      buffers.lend(true)
      for (const bytes of takeAll(buffers)) memory.add(bytes.buffer)
      // They are used while more comes.
      for (let reads = below(10); reads > 0 && !buffers.isFull; reads--)
        received += receive(buffers, received, 1 + below(200_000))
    }
    assert.isAtMost(memory.size, 6)
  })

  it("has the socket read on as long as no more than half a MiB waits", () => {
    const buffers = new ReceiveBuffers()
    let received = 0
    while (!buffers.isFull) received += receive(buffers, received, 64 * 1024)
    assert.strictEqual(received, 512 * 1024)
    takeAll(buffers)
    assert.isFalse(buffers.isFull)
  })
})
