/** Replies captured from a real redis-server (test/fixtures/README.md), asked again of this server. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Queue, Redacted } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import type { Socket } from "node:net"
import vectors from "../fixtures/resp-vectors.json" with { type: "json" }
import { connect, type RawSocket } from "../support/peers/RawSocket.ts"
import { acceptedSockets, emptyStore, serve } from "../support/programs/TestServer.ts"

class Served extends Context.Service<Served, Address>()("test/Served") {
  static readonly layer = (password: string | null) =>
    Layer.effect(
      Served,
      serve(emptyStore, password === null ? {} : { passwords: () => [Redacted.make(password)] })
    )
}

/** Sends one byte, and the next only when the server has read it: no two ever come together. */
const sendByteByByte = (client: RawSocket, server: Socket, bytes: string) =>
  Effect.callback<void>((resume) => {
    const all = Buffer.from(bytes, "latin1")
    const sendFrom = (position: number): void => {
      // A server that has closed its output reads no further: it has said why.
      if (position === all.length || server.writableEnded || server.destroyed)
        return resume(Effect.void)
      server.once("data", () => sendFrom(position + 1))
      client.socket.write(all.subarray(position, position + 1))
    }
    sendFrom(0)
  })

/** One more question, which every connection may ask: RESET needs no password. */
const sentinel = "*1\r\n$5\r\nRESET\r\n"
const sentinelReply = "+RESET\r\n"

/** Everything that comes until the server closes, or until it answers one more question and nothing else. */
const hear = (client: RawSocket, expected: string, closes: boolean) =>
  closes
    ? client.rest
    : Effect.gen(function* () {
        yield* client.send(sentinel)
        yield* client.end
        const heard = yield* client.rest
        assert.strictEqual(heard.slice(expected.length), sentinelReply)
        return heard.slice(0, expected.length)
      })

for (const secret of new Set(vectors.map(({ password }) => password))) {
  const title =
    secret === null ? "what redis-server answers" : "what a redis-server with a password answers"
  layer(Served.layer(secret), { excludeTestServices: true })(title, (it) => {
    for (const { case: name, closed, in: request, out, password } of vectors) {
      if (password !== secret) continue
      const then = closed ? "and closes" : "and stays"

      it.effect(`is answered alike when the request comes whole, ${then}: ${name}`, () =>
        Effect.gen(function* () {
          const client = yield* connect(yield* Served)
          yield* client.send(request)
          assert.strictEqual(yield* hear(client, out, closed), out)
        })
      )

      it.effect(`is answered alike when the request comes byte by byte, ${then}: ${name}`, () =>
        Effect.gen(function* () {
          const accepted = yield* acceptedSockets
          const client = yield* connect(yield* Served)
          yield* sendByteByByte(client, yield* Queue.take(accepted), request)
          assert.strictEqual(yield* hear(client, out, closed), out)
        })
      )
    }
  })
}
