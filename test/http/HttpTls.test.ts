/** HTTP over TLS: what a client chooses in the handshake is what it is spoken to in. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ConnectionOptions } from "node:tls"
import { httpProtocol } from "../../src/codec/http/Http.ts"
import { makeTls } from "../../src/net/TlsHandshake.ts"
import { hasOpenssl, Made, shows } from "../support/Certificates.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"
import { request } from "../support/values/Bytes.ts"

const skipped = hasOpenssl ? "" : " (skipped: openssl is not installed)"

describe.skipIf(!hasOpenssl)(`over TLS${skipped}`, () => {
  layer(Made.layer, { excludeTestServices: true, timeout: "1 minute" })((it) => {
    const encrypted = Effect.gen(function* () {
      const made = yield* Made
      const tls = yield* makeTls(shows(made.server), { protocols: [httpProtocol] })
      const address = yield* serve(emptyStore, { tls, web: {} })
      return (more: ConnectionOptions) =>
        connect(address, { allowHalfOpen: true, tls: { ca: made.authority.cert, ...more } })
    })

    it.effect("a client that chooses http/1.1 is answered in HTTP only", () =>
      Effect.gen(function* () {
        const join = yield* encrypted
        const client = yield* join({ ALPNProtocols: ["h2", "http/1.1"] })
        yield* client.send("GET /-/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert.match(yield* client.rest, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok\n$/)
        for (const sent of [request("PING"), "PING\r\n"]) {
          const other = yield* join({ ALPNProtocols: ["http/1.1"] })
          yield* other.send(`${sent}\r\n`)
          assert.match(yield* other.rest, /^HTTP\/1\.1 400 /)
        }
      }).pipe(Effect.scoped)
    )

    it.effect("a client that chooses nothing is told apart by what it sends", () =>
      Effect.gen(function* () {
        const join = yield* encrypted
        const redis = yield* join({})
        assert.strictEqual(yield* redis.ask(request("PING"), "+PONG\r\n"), "+PONG\r\n")
        const browser = yield* join({})
        yield* browser.send(
          "GET /-/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        assert.match(yield* browser.rest, /^HTTP\/1\.1 200 OK\r\n/)
      }).pipe(Effect.scoped)
    )

    it.effect("a client that takes HTTP/2 only is not let in", () =>
      Effect.gen(function* () {
        const join = yield* encrypted
        const refused = yield* Effect.exit(join({ ALPNProtocols: ["h2"] }))
        assert.strictEqual(refused._tag, "Failure")
      }).pipe(Effect.scoped)
    )
  })
})
