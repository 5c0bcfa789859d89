/** Who is let in at a door that speaks TLS, over real sockets. Time stands still unless a test moves it. */
import { assert, describe, layer } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Queue, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Socket } from "node:net"
import type { ConnectionOptions, TLSSocket } from "node:tls"
import type { Limits } from "../../src/server/Acceptor.ts"
import type { Options } from "../../src/server/Server.ts"
import { makeTls } from "../../src/net/TlsHandshake.ts"
import type { BadCredentials } from "../../src/tls/Credentials.ts"
import { request } from "../support/values/Bytes.ts"
import { type Certificates, hasOpenssl, Made, type Pair, shows } from "../support/Certificates.ts"
import { connect, ConnectionEnded } from "../support/peers/RawSocket.ts"
import { acceptedSockets, closed, emptyStore, serve } from "../support/programs/TestServer.ts"

const ping = request("PING")
const pong = "+PONG\r\n"

/** A server that shows its certificate, and asks for a client's where `mutual`. */
const encrypted = Effect.fnUntraced(function* (mutual = false, options: Partial<Options> = {}) {
  const made = yield* Made
  const tls = yield* makeTls(shows(made.server, mutual ? made.authority : undefined))
  const address = yield* serve(emptyStore, { tls, ...options })
  const accepted = yield* acceptedSockets
  return { address, accepted, made, tls }
})

/** A client that trusts the authority, and perhaps shows a certificate of its own. */
const trusting = ({ authority }: Certificates, own?: Pair): ConnectionOptions => ({
  ca: authority.cert,
  ...(own === undefined ? {} : { cert: own.cert, key: own.key })
})

/** The name of the certificate that a server has shown. */
const shown = (socket: Socket): unknown => (socket as TLSSocket).getPeerCertificate().subject.CN

const limits = (given: Partial<Limits>): Limits => ({
  connections: 1000,
  perAddress: 1000,
  idle: Duration.zero,
  stall: Duration.zero,
  request: Duration.hours(1),
  memory: 1024 * 1024,
  ...given
})

const skipped = hasOpenssl ? "" : " (skipped: openssl is not installed)"
describe.skipIf(!hasOpenssl)(`a door that speaks TLS${skipped}`, () => {
  layer(Made.layer, { timeout: "1 minute" })((it) => {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const only = { minVersion: version, maxVersion: version }

      it.effect(`answers in ${version}`, () =>
        Effect.gen(function* () {
          const { address, made } = yield* encrypted()
          const client = yield* connect(address, { tls: { ...trusting(made), ...only } })
          assert.strictEqual(yield* client.ask(ping, pong), pong)
          assert.strictEqual((client.socket as TLSSocket).getProtocol(), version)
        })
      )

      it.effect(
        `lets in a client with a certificate of the authority in ${version}, and no other`,
        () =>
          Effect.gen(function* () {
            const { accepted, address, made } = yield* encrypted(true)
            const known = yield* connect(address, {
              tls: { ...trusting(made, made.client), ...only }
            })
            yield* Queue.take(accepted)
            assert.strictEqual(yield* known.ask(ping, pong), pong)
            for (const own of [undefined, made.stranger, made.expired]) {
              const tls = { ...trusting(made, own), ...only }
              // In 1.3 the client is through before the server has seen that it has no certificate.
              const asked = Effect.flatMap(connect(address, { tls }), (client) =>
                client.ask(ping, pong)
              )
              assert.instanceOf(yield* Effect.flip(Effect.scoped(asked)), ConnectionEnded)
              yield* closed(yield* Queue.take(accepted))
            }
            assert.strictEqual(yield* known.ask(ping, pong), pong)
          })
      )

      it.effect(`says by an alert that it wants a certificate in ${version}`, () =>
        Effect.gen(function* () {
          const { address, made } = yield* encrypted(true)
          const tls = { ...trusting(made), ...only }
          const asked = Effect.flatMap(connect(address, { tls }), (client) =>
            client.ask(ping, pong)
          )
          const { code } = yield* Effect.flip(Effect.scoped(asked))
          assert.match(code ?? "", /^ERR_SSL_.*_ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)$/)
        })
      )

      it.effect(
        `does not let in by a session of ${version} who was not let in by a certificate`,
        () =>
          Effect.gen(function* () {
            const { address, made } = yield* encrypted(true)
            const sessions: Array<Buffer> = []
            const attempt = (session?: Buffer) =>
              Effect.gen(function* () {
                const tls = { ...trusting(made, made.stranger), ...only, session }
                const client = yield* connect(address, { tls })
                client.socket.on("session", (given: Buffer) => sessions.push(given))
                return yield* client.ask(ping, pong)
              }).pipe(Effect.scoped, Effect.flip)
            assert.instanceOf(yield* attempt(), ConnectionEnded)
            for (const session of sessions.splice(0)) {
              assert.instanceOf(yield* attempt(session), ConnectionEnded)
            }
          })
      )
    }

    it.effect("refuses TLS 1.1", () =>
      Effect.gen(function* () {
        const { accepted, address, made } = yield* encrypted()
        const old = {
          minVersion: "TLSv1",
          maxVersion: "TLSv1.1",
          ciphers: "DEFAULT@SECLEVEL=0"
        } as const
        const { code } = yield* Effect.flip(
          Effect.scoped(connect(address, { tls: { ...trusting(made), ...old } }))
        )
        assert.strictEqual(code, "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION")
        yield* closed(yield* Queue.take(accepted))
      })
    )

    it.effect(
      "tells a client of Redis that does not encrypt that it has to, and nothing else",
      () =>
        Effect.gen(function* () {
          const { accepted, address } = yield* encrypted()
          for (const [sent, heard] of [
            [ping, /^-NOTLS .*\r\n$/],
            ["PING\r\n", /^$/],
            ["GET / HTTP/1.1\r\n\r\n", /^$/],
            ["\x80\x04]\x94(\x8c", /^$/],
            ["\0\x01\x02 garbage", /^$/],
            // How TLS begins, and then not.
            ["\x16\x03\x01\x00\x05garbage garbage", /^/]
          ] as const) {
            const client = yield* connect(address)
            yield* client.send(sent)
            assert.match(yield* client.rest, heard, sent)
            yield* closed(yield* Queue.take(accepted))
          }
        })
    )

    it.effect("gives a handshake ten seconds, however it is drawn out", () =>
      Effect.gen(function* () {
        const { accepted, address } = yield* encrypted()
        for (const sent of ["", "\x16", "\x16\x03\x01\x02\x00\x01\x00"]) {
          const client = yield* connect(address)
          yield* client.send(sent)
          const inside = yield* Queue.take(accepted)
          yield* TestClock.adjust("9999 millis")
          assert.isFalse(inside.destroyed)
          yield* TestClock.adjust("1 milli")
          yield* closed(inside)
          assert.strictEqual(yield* client.rest, "")
        }
      })
    )

    for (const [how, grace] of [
      ["and has an hour", Duration.hours(1)],
      ["at once", Duration.zero]
    ] as const) {
      it.effect(`does not wait for a handshake when it is told to stop ${how}`, () =>
        Effect.gen(function* () {
          const scope = yield* Scope.fork(yield* Effect.scope)
          const { accepted, address } = yield* Scope.provide(encrypted(false, { grace }), scope)
          const silent = yield* connect(address)
          const begun = yield* connect(address)
          yield* begun.send("\x16\x03\x01\x02\x00\x01\x00")
          const inside = yield* Queue.takeN(accepted, 2)
          // Time stands still, so neither the grace nor the bound on the handshake ends.
          yield* Scope.close(scope, Exit.void)
          for (const socket of inside) yield* closed(socket)
          for (const client of [silent, begun]) assert.strictEqual(yield* client.rest, "")
        })
      )
    }

    it.effect(
      "counts a handshake that goes on among the connections, and says nothing when full",
      () =>
        Effect.gen(function* () {
          const { accepted, address, made } = yield* encrypted(false, {
            limits: limits({ connections: 2 })
          })
          const first = yield* connect(address)
          const inside = yield* Queue.take(accepted)
          const second = yield* connect(address, { tls: trusting(made) })
          yield* Queue.take(accepted)
          assert.strictEqual(yield* second.ask(ping, pong), pong)
          const third = yield* connect(address)
          assert.strictEqual(yield* third.rest, "")
          yield* first.end
          yield* closed(inside)
          const fourth = yield* connect(address, { tls: trusting(made) })
          assert.strictEqual(yield* fourth.ask(ping, pong), pong)
        })
    )

    it.effect("shows a renewed certificate to who comes next, and keeps who is there", () =>
      Effect.gen(function* () {
        const { address, made, tls } = yield* encrypted()
        const before = yield* connect(address, { tls: trusting(made) })
        assert.strictEqual(shown(before.socket), "server")
        yield* tls.setCredentials(shows(made.renewed))
        const after = yield* connect(address, { tls: trusting(made) })
        assert.strictEqual(shown(after.socket), "renewed")
        assert.strictEqual(yield* before.ask(ping, pong), pong)
      })
    )

    it.effect(
      "refuses credentials that are not whole or do not go together, and keeps what it had",
      () =>
        Effect.gen(function* () {
          const { address, made, tls } = yield* encrypted()
          const { authority, renewed, server } = made
          const good = shows(renewed)
          const half = (text: string): string => text.slice(0, text.length / 2)
          const bad: ReadonlyArray<readonly [BadCredentials["fault"], Partial<typeof good>]> = [
            ["cert", { cert: "" }],
            ["cert", { cert: half(good.cert) }],
            ["cert", { cert: good.key }],
            ["cert", { cert: good.cert + half(authority.cert) }],
            ["cert", { cert: good.cert.replace(/\n.{8}/, "\nAAAAAAAA") }],
            ["key", { key: "" }],
            ["key", { key: half(good.key) }],
            ["key", { key: good.cert }],
            ["pair", { key: server.key }],
            ["ca", { clientCa: "" }],
            ["ca", { clientCa: authority.cert + half(authority.cert) }]
          ]
          for (const [fault, part] of bad) {
            const error = yield* Effect.flip(tls.setCredentials({ ...good, ...part }))
            assert.strictEqual(error.fault, fault, JSON.stringify(part))
            assert.strictEqual((yield* Effect.flip(makeTls({ ...good, ...part }))).fault, fault)
          }
          const client = yield* connect(address, { tls: trusting(made) })
          assert.strictEqual(shown(client.socket), "server")
        })
    )

    it.effect(
      "takes a file that holds the certificate, its key, and the parameters of the key",
      () =>
        Effect.gen(function* () {
          const { address, made, tls } = yield* encrypted()
          const { cert, key } = made.renewed
          // OpenSSL's `ecparam -genkey` writes the curve, P-256 (RFC 5480, 2.1.1.1), before the key.
          const parameters =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
          const all = parameters + key + cert
          yield* tls.setCredentials({ cert: all, key: all })
          const client = yield* connect(address, { tls: trusting(made) })
          assert.strictEqual(shown(client.socket), "renewed")
        })
    )

    it.effect("tells a client that speaks TLS to a plain door so that it understands", () =>
      Effect.gen(function* () {
        const made = yield* Made
        const address = yield* serve(emptyStore)
        const exit = yield* Effect.exit(Effect.scoped(connect(address, { tls: trusting(made) })))
        const error = exit._tag === "Failure" ? Cause.squash(exit.cause) : undefined
        assert.instanceOf(error, ConnectionEnded)
        assert.strictEqual(error.code, "ERR_SSL_WRONG_VERSION_NUMBER")
      })
    )
  })
})
