/** The PROXY protocol, over real sockets and behind a real HAProxy. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Queue, Schedule, Scope } from "effect"
import { TestClock } from "effect/testing"
import { connect as connectSocket } from "node:net"
import * as Kind from "../../../src/cli/flags/Kind.ts"
import { makeProxies } from "../../../src/net/proxy/TrustedProxies.ts"
import type { Limits } from "../../../src/server/Acceptor.ts"
import type { Options } from "../../../src/server/Server.ts"
import { makeTls } from "../../../src/net/TlsHandshake.ts"
import { byteByByte, request } from "../../support/values/Bytes.ts"
import { hasOpenssl, Made, shows } from "../../support/Certificates.ts"
import { hasHaproxy, inFrontOf } from "../../support/peers/Haproxy.ts"
import { connect, type RawSocket } from "../../support/peers/RawSocket.ts"
import { acceptedSockets, closed, emptyStore, serve } from "../../support/programs/TestServer.ts"

const ping = request("PING")
const pong = "+PONG\r\n"
const full = "-ERR max number of clients reached\r\n"

/** A server that takes headers from these networks. */
const behind = (networks: string, options: Partial<Options> = {}) =>
  serve(emptyStore, {
    proxies: makeProxies({ networks: Kind.networks.parse(networks) ?? [] }),
    ...options
  })

const limits = (given: Partial<Limits>): Limits => ({
  connections: 100,
  perAddress: 100,
  idle: Duration.zero,
  stall: Duration.zero,
  request: Duration.hours(1),
  memory: 1024 * 1024,
  ...given
})

const line = (host: string, port = 56_324): string =>
  `PROXY TCP4 ${host} 10.0.0.1 ${port} 65432\r\n`

const signature = "\r\n\r\n\0\r\nQUIT\n"
const bytesFor = "\x21\x11\0\x0c\xcb\0\x71\x07\x0a\0\0\x01\xdc\x04\xff\x98"
const local = `${signature}\x20\0\0\0`

/** The address that the server has for this client. */
const addressOf = Effect.fnUntraced(function* (client: RawSocket) {
  yield* client.send(request("CLIENT", "INFO"))
  const head = yield* client.takeThrough("\r\n")
  const text = yield* client.take(Number(head.slice(1)) + 2)
  return / addr=(\S+)/.exec(text)?.[1]
})

const own = ({ socket }: RawSocket): string =>
  socket.localFamily === "IPv6"
    ? `[${socket.localAddress}]:${socket.localPort}`
    : `${socket.localAddress}:${socket.localPort}`

describe("a connection of a proxy that is believed", () => {
  for (const [what, header, address] of [
    ["a line", line("203.0.113.7"), "203.0.113.7:56324"],
    ["a line of IPv6", "PROXY TCP6 2001:db8::7 ::1 56324 1\r\n", "[2001:db8::7]:56324"],
    ["bytes", signature + bytesFor, "203.0.113.7:56324"]
  ] as const) {
    it.effect(`is that of the address it names in ${what}, however it comes`, () =>
      Effect.gen(function* () {
        const server = yield* behind("127.0.0.0/8")
        const together = yield* connect(server)
        yield* together.send(header + ping)
        assert.strictEqual(yield* together.take(pong.length), pong)
        assert.strictEqual(yield* addressOf(together), address)
        const slowly = yield* connect(server)
        for (const byte of byteByByte(Buffer.from(header, "latin1"))) yield* slowly.send(byte)
        assert.strictEqual(yield* addressOf(slowly), address)
      })
    )
  }

  for (const [what, header] of [
    ["UNKNOWN", "PROXY UNKNOWN\r\n"],
    ["LOCAL", local]
  ] as const) {
    it.effect(`is the proxy's own where it says ${what}`, () =>
      Effect.gen(function* () {
        const client = yield* connect(yield* behind("127.0.0.1"))
        yield* client.send(header)
        assert.strictEqual(yield* addressOf(client), own(client))
      })
    )
  }

  for (const [what, sent] of [
    ["a request", ping],
    ["TLS", "\x16\x03\x01\x02\x00"],
    ["half a header", line("203.0.113.7").slice(0, 20) + ping],
    ["a header with a name in it", line("localhost")],
    ["bytes of another version", `${signature}\x11\x11`]
  ] as const) {
    it.effect(`is closed without a word when it begins with ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* behind("127.0.0.1")
        const accepted = yield* acceptedSockets
        const client = yield* connect(server, { allowHalfOpen: true })
        yield* client.send(sent)
        if (what === "half a header") yield* client.end
        assert.strictEqual(yield* client.rest, "")
        yield* closed(yield* Queue.take(accepted))
      })
    )
  }

  it.effect("is closed when no whole header has come within five seconds", () =>
    Effect.gen(function* () {
      const server = yield* behind("127.0.0.1")
      const accepted = yield* acceptedSockets
      for (const sent of ["", "PROXY TCP4 203.0.113.7", signature]) {
        const client = yield* connect(server)
        yield* client.send(sent)
        const inside = yield* Queue.take(accepted)
        yield* TestClock.adjust("4999 millis")
        assert.isFalse(inside.destroyed)
        yield* TestClock.adjust("1 milli")
        yield* closed(inside)
      }
    })
  )

  it.effect("is not waited for when the server is told to stop before its header came", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const server = yield* Scope.provide(behind("127.0.0.1", { grace: Duration.hours(1) }), scope)
      const accepted = yield* acceptedSockets
      const client = yield* connect(server)
      const inside = yield* Queue.take(accepted)
      // Time stands still, so neither the grace nor the bound on the header ends.
      yield* Scope.close(scope, Exit.void)
      yield* closed(inside)
      assert.strictEqual(yield* client.rest, "")
    })
  )

  it.effect("has to wait for no header where there are too many connections for it", () =>
    Effect.gen(function* () {
      const server = yield* behind("127.0.0.1", { limits: limits({ connections: 1 }) })
      const accepted = yield* acceptedSockets
      // As many as there may be, and those that may be told that they are too many.
      const first = yield* connect(server)
      yield* Effect.forEach(Array.from({ length: 64 }), () => connect(server))
      const inside = yield* Queue.takeN(accepted, 65)
      const next = yield* connect(server)
      assert.strictEqual(yield* next.rest, "")
      assert.isTrue(inside.every((socket) => !socket.destroyed))
      assert.strictEqual(yield* first.ask(local + ping, pong), pong)
    })
  )

  it.effect(
    "speaks pickle for this machine's own programs only, whichever address it came in at",
    () =>
      Effect.gen(function* () {
        const server = yield* behind("127.0.0.0/8")
        // `["HORA", None]`, as Python writes it in protocol 0.
        const hora = "(lp0\nVHORA\np1\naNa."
        const own = yield* connect(server)
        yield* own.send(line("127.0.0.9") + hora)
        assert.match(yield* own.takeThrough(":"), /^\x80\x03/)
        const stranger = yield* connect(server)
        yield* stranger.send(`${line("203.0.113.7")}${hora}\r\n`)
        assert.match(yield* stranger.takeThrough("\r\n"), /^-ERR /)
      })
  )

  it.effect("counts for the address it names, of which there may be so many and no more", () =>
    Effect.gen(function* () {
      const server = yield* behind("127.0.0.1", { limits: limits({ perAddress: 2 }) })
      const from = (host: string) =>
        Effect.tap(connect(server), (client) => client.send(line(host) + ping))
      for (const host of ["203.0.113.7", "203.0.113.7", "203.0.113.8"]) {
        assert.strictEqual(yield* (yield* from(host)).take(pong.length), pong)
      }
      assert.strictEqual(yield* (yield* from("203.0.113.7")).rest, full)
      // The proxy's own connections are those of this machine.
      for (let count = 0; count < 3; count++) {
        const client = yield* connect(server)
        yield* client.send(local + ping)
        assert.strictEqual(yield* client.take(pong.length), pong)
      }
    })
  )
})

describe("a connection from anywhere else", () => {
  it.effect("needs no header, and is not believed when it sends one", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* behind("10.0.0.0/8, ::1, fd00::/8"))
      yield* client.ask(ping, pong)
      yield* client.send(line("203.0.113.7"))
      assert.match(yield* client.takeThrough("\r\n"), /^-ERR Comando desconhecido/)
      assert.strictEqual(yield* addressOf(client), own(client))
    })
  )
})

describe("networks", () => {
  it("are addresses and prefixes of both families, with commas between them", () => {
    const trusted = makeProxies({
      networks: Kind.networks.parse("192.0.2.1, 10.0.0.0/8,2001:db8::/32") ?? []
    })
    for (const address of [
      "192.0.2.1",
      "::ffff:192.0.2.1",
      "10.255.0.1",
      "2001:db8:1::1",
      "2001:db8::1%eth0"
    ]) {
      assert.isTrue(trusted.includes(address), address)
    }
    for (const address of ["192.0.2.2", "11.0.0.1", "::1", "2001:db9::1", "", "?"]) {
      assert.isFalse(trusted.includes(address), address)
    }
  })

  it("are refused where one is not what it looks like", () => {
    for (const text of ["", "10.0.0.1/8", "10.0.0.0/33", "localhost", "10.0.0.0/8,", "10.0.0"]) {
      assert.isUndefined(Kind.networks.parse(text), text)
    }
  })
})

const skipped = hasHaproxy ? "" : " (skipped: it is not installed)"
describe.skipIf(!hasHaproxy)(`HAProxy${skipped}`, () => {
  for (const words of [
    "send-proxy",
    "send-proxy-v2",
    "send-proxy-v2 proxy-v2-options crc32c,unique-id"
  ]) {
    it.live(`says for whom it connects, with ${words}`, () =>
      Effect.gen(function* () {
        const server = yield* behind("127.0.0.1")
        for (const host of ["127.0.0.1", "::1"]) {
          const { address } = yield* inFrontOf(server, words, host)
          const client = yield* connect(address)
          assert.strictEqual(yield* addressOf(client), own(client))
        }
      })
    )
  }

  it.live("finds the server in good health, by checks of its own", () =>
    Effect.gen(function* () {
      const server = yield* behind("127.0.0.1")
      const { admin } = yield* inFrontOf(server, "send-proxy-v2 check inter 50ms")
      const health = Effect.callback<string>((resume) => {
        let heard = ""
        const socket = connectSocket(admin, () => socket.end("show stat\n"))
        socket.on("data", (piece) => (heard += piece.toString()))
        socket.on("close", () => resume(Effect.succeed(/^back,server,.*$/m.exec(heard)?.[0] ?? "")))
      })
      // A check has 50 ms, in which a busy machine may not answer: another one does.
      yield* Effect.repeat(health, {
        schedule: Schedule.spaced("20 millis"),
        until: (line) => /,UP,.*,L7OK,/.test(line)
      })
    })
  )

  it.live.skipIf(!hasOpenssl)("passes TLS through, behind its header", () =>
    Effect.gen(function* () {
      const made = yield* Made
      const tls = yield* makeTls(shows(made.server, made.authority))
      const server = yield* behind("127.0.0.1", { tls })
      for (const words of ["send-proxy", "send-proxy-v2"]) {
        const { address } = yield* inFrontOf(server, words)
        const { cert, key } = made.client
        const client = yield* connect(address, { tls: { ca: made.authority.cert, cert, key } })
        assert.strictEqual(yield* addressOf(client), own(client))
      }
    }).pipe(Effect.provide(Made.layer))
  )
})
