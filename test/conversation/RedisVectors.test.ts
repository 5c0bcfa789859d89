/** Replies captured from a real redis-server (test/fixtures/README.md), asked again of this server. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Queue, Redacted } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import vectors from "../fixtures/resp-vectors.json" with { type: "json" }
import { connect, type RawSocket, sendByteByByte } from "../support/peers/RawSocket.ts"
import { acceptedSockets, emptyStore, serve } from "../support/programs/TestServer.ts"

class Served extends Context.Service<Served, Address>()("test/Served") {
  static readonly layer = (password: string | null) =>
    Layer.effect(
      Served,
      serve(emptyStore, password === null ? {} : { passwords: () => [Redacted.make(password)] })
    )
}

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
