/** A door that speaks TLS under load: handshakes that never end, and certificates that change all the time. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Queue } from "effect"
import type { TLSSocket } from "node:tls"
import { makeTls } from "../../src/net/TlsHandshake.ts"
import { request } from "../support/values/Bytes.ts"
import { hasOpenssl, Made, shows } from "../support/Certificates.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { acceptedSockets, closed, emptyStore, serve } from "../support/programs/TestServer.ts"

const ping = request("PING")
const pong = "+PONG\r\n"

/** The beginning of a handshake record of 512 bytes, whose rest never comes. */
const begun = "\x16\x03\x01\x02\x00\x01\x00"

const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length

const skipped = hasOpenssl ? "" : " (skipped: openssl is not installed)"
describe.skipIf(!hasOpenssl)(`a door that speaks TLS${skipped}`, () => {
  layer(Made.layer, { excludeTestServices: true, timeout: "1 minute" })((it) => {
    it.effect("answers at once beside 500 handshakes that never end, which are gone in time", () =>
      Effect.gen(function* () {
        const made = yield* Made
        const atFirst = openSockets()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const tls = yield* makeTls(shows(made.server), { timeout: "5 seconds" })
            const address = yield* serve(emptyStore, { tls })
            const accepted = yield* acceptedSockets
            const slow = yield* Effect.forEach(
              Array.from({ length: 500 }),
              () => Effect.tap(connect(address), (client) => client.send(begun)),
              { concurrency: 50 }
            )
            const inside = yield* Queue.takeN(accepted, 500)
            const good = yield* connect(address, { tls: { ca: made.authority.cert } })
            assert.strictEqual(yield* good.ask(ping, pong), pong)
            // Not for want of the others: all of them are still waited for.
            assert.isTrue(inside.every((socket) => !socket.destroyed))
            const began = performance.now()
            for (const socket of inside) yield* closed(socket)
            assert.isBelow(performance.now() - began, 6000)
            for (const client of slow) assert.strictEqual(yield* client.rest, "")
            yield* good.send(request("INFO", "clients"))
            const head = yield* good.takeThrough("\r\n")
            const info = yield* good.take(Number(head.slice(1)) + 2)
            assert.match(info, /^connected_clients:1\r$/m)
          })
        )
        yield* Effect.repeat(Effect.yieldNow, { until: () => openSockets() <= atFirst })
      })
    )

    it.effect("fails no request while its certificates change all the time", () =>
      Effect.gen(function* () {
        const made = yield* Made
        const tls = yield* makeTls(shows(made.server, made.authority))
        const address = yield* serve(emptyStore, { tls })
        const { cert, key } = made.client
        const own = { ca: made.authority.cert, cert, key }
        const names = new Set<unknown>()
        let answered = 0
        const ask = Effect.scoped(
          Effect.gen(function* () {
            const client = yield* connect(address, { tls: own })
            for (let count = 0; count < 3; count++) yield* client.ask(ping, pong)
            names.add((client.socket as TLSSocket).getPeerCertificate().subject.CN)
            answered += 1
          })
        )
        const steady = yield* connect(address, { tls: own })
        const asking = yield* Effect.forkChild(
          Effect.forEach(Array.from({ length: 4 }), () => Effect.forever(ask), { concurrency: 4 })
        )
        for (let changes = 0; changes < 200; changes++) {
          yield* tls.setCredentials(
            shows(changes % 2 === 0 ? made.renewed : made.server, made.authority)
          )
          yield* Effect.flip(tls.setCredentials({ ...shows(made.renewed), key: made.server.key }))
          assert.strictEqual(yield* steady.ask(ping, pong), pong)
          yield* Effect.sleep("20 millis")
        }
        // Still at it: one that had failed would have ended them all.
        assert.isUndefined(asking.pollUnsafe())
        yield* Fiber.interrupt(asking)
        assert.isAbove(answered, 100)
        assert.sameMembers([...names], ["renewed", "server"])
      })
    )
  })
})
