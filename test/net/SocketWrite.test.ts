/** Bytes that are written from a buffer which is used again afterwards. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { once } from "node:events"
import { Peer } from "../../src/net/Peer.ts"
import { PendingWrites } from "../../src/net/PendingWrites.ts"

/** A connection's two ends. */
const ends = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer({ allowHalfOpen: true })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no address")
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve))
    const client = connect(address.port, "127.0.0.1").pause()
    return { client, server, inside: await accepted }
  }),
  ({ client, inside, server }) =>
    Effect.sync(() => {
      client.destroy()
      inside.destroy()
      server.close()
    })
)

describe("a write of bytes that is interrupted", () => {
  it.effect("is over before its buffer is used for another client", () =>
    Effect.gen(function* () {
      const { client, inside } = yield* ends
      const peer = new Peer(inside, new PendingWrites())
      const buffer = Buffer.alloc(64 * 1024 * 1024, "a")
      const writing = yield* Effect.forkChild(peer.writeBytes(buffer), { startImmediately: true })
      yield* Fiber.interrupt(writing)
      buffer.fill("z")
      const came = yield* Effect.promise(async () => {
        const chunks: Array<Buffer> = []
        client.on("data", (chunk: Buffer) => void chunks.push(chunk)).resume()
        if (!client.closed) await once(client, "close")
        return Buffer.concat(chunks)
      })
      assert.isAbove(came.length, 0)
      assert.isBelow(came.length, buffer.length)
      assert.isFalse(came.includes("z"))
      assert.strictEqual(peer.closeReason, "grace-over")
    })
  )
})
