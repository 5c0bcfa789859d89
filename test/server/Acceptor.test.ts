/** What the log says of connections: how each ended, what it came to, and nothing that a stranger wrote there. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Limits } from "../../src/server/Acceptor.ts"
import { bulk, request } from "../support/values/Bytes.ts"
import { connect, type RawSocket } from "../support/peers/RawSocket.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import { emptyStore, serveLogged } from "../support/programs/TestServer.ts"

const ping = request("PING")
const pong = "+PONG\r\n"
const mebibyte = 1024 * 1024

const limits = (some: Partial<Limits> = {}): Limits => ({
  connections: 10,
  perAddress: 10,
  memory: mebibyte,
  idle: Duration.zero,
  stall: Duration.zero,
  request: Duration.seconds(30),
  ...some
})

/** What the log says of a connection on which this was done. */
const closedAfter = Effect.fnUntraced(function* (
  act: (client: RawSocket) => Effect.Effect<unknown, unknown>,
  options: Parameters<typeof serveLogged>[1] = {}
) {
  const { address, next } = yield* serveLogged(emptyStore, options)
  const client = yield* connect(address)
  yield* act(client)
  const { fields, level } = yield* next("connection.closed")
  assert.strictEqual(level, "INFO")
  return fields
})

describe("the log says of a connection", () => {
  it.effect("who it was, what was spoken, and what it came to", () =>
    Effect.gen(function* () {
      const { address, next } = yield* serveLogged(emptyStore)
      const client = yield* connect(address)
      const opened = yield* next("connection.opened")
      const asked = `${request("HELLO", "3", "SETNAME", "maria")}${ping}${request("nada")}QUIT\r\n`
      yield* client.send(asked)
      const heard = yield* client.rest
      const { fields } = yield* next("connection.closed")
      assert.strictEqual(opened.level, "DEBUG")
      assert.deepStrictEqual(opened.fields, { address: fields["address"] })
      assert.match(String(fields["address"]), /^127\.0\.0\.1:\d+$/)
      assert.deepStrictEqual(
        { ...fields, address: "" },
        {
          address: "",
          protocol: "resp3",
          client: "maria",
          // The unknown one was none.
          commands: 3,
          bytes_in: asked.length,
          bytes_out: heard.length,
          seconds: 0,
          reason: "goodbye"
        }
      )
    })
  )

  it.effect("that the client ended it", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter((client) =>
        Effect.andThen(client.ask(ping, pong), client.end)
      )
      assert.deepInclude(fields, { reason: "client-ended", protocol: "resp2", commands: 1 })
    })
  )

  it.effect("that it was reset", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter((client) =>
        Effect.andThen(client.ask(ping, pong), client.reset)
      )
      assert.deepInclude(fields, { reason: "lost" })
    })
  )

  it.effect("that it could not be understood", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter((client) => client.send("*z\r\n"))
      assert.deepInclude(fields, { reason: "malformed", commands: 0 })
    })
  )

  it.effect("that it spoke HTTP, and no protocol that is spoken here", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter((client) => client.send("GET / HTTP/1.1\r\n"))
      assert.deepInclude(fields, { reason: "foreign-protocol" })
      assert.notProperty(fields, "protocol")
    })
  )

  it.effect("that it spoke RESP, and HTTP thereafter", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter((client) =>
        Effect.andThen(client.ask(ping, pong), client.send("POST / HTTP/1.1\r\n"))
      )
      assert.deepInclude(fields, { reason: "foreign-protocol", protocol: "resp2" })
    })
  )

  it.effect("no protocol, where it never spoke", () =>
    Effect.gen(function* () {
      for (const web of [undefined, {}, { only: true }]) {
        const fields = yield* closedAfter((client) => client.end, { ...(web && { web }) })
        assert.deepInclude(fields, { reason: "client-ended", commands: 0, bytes_in: 0 })
        assert.notProperty(fields, "protocol")
      }
    })
  )

  it.effect("that it spoke pickle, and took its leave", () =>
    Effect.gen(function* () {
      // pickle.dumps(["SAIR", None], 0)
      const fields = yield* closedAfter((client) => client.send("(lp0\nVSAIR\np1\naNa."))
      assert.deepInclude(fields, { reason: "goodbye", protocol: "pickle", commands: 1 })
    })
  )

  it.effect("that it spoke pickle to a server with a password", () =>
    Effect.gen(function* () {
      const passwords = () => [Redacted.make("certa")]
      const fields = yield* closedAfter((client) => client.send("(lp0\nVHORA\np1\naNa."), {
        passwords
      })
      assert.deepInclude(fields, { reason: "denied" })
    })
  )

  it.effect("that nothing was asked for too long", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter(
        (client) => Effect.raceFirst(client.rest, Effect.forever(TestClock.adjust("1 second"))),
        { limits: limits({ idle: Duration.seconds(20) }) }
      )
      assert.deepInclude(fields, { reason: "idle" })
    })
  )

  it.effect("that a request was begun and not ended", () =>
    Effect.gen(function* () {
      const fields = yield* closedAfter(
        (client) =>
          Effect.gen(function* () {
            yield* client.ask(`${ping}*2\r\n`, pong)
            yield* TestClock.adjust("32 seconds")
          }),
        { limits: limits() }
      )
      assert.deepInclude(fields, { reason: "request-timeout", commands: 1 })
    })
  )

  it.effect("that its unfinished request was the largest when memory was short", () =>
    Effect.gen(function* () {
      const begun = `*2\r\n$4\r\nECHO\r\n$100000\r\n${"x".repeat(50_000)}`
      const fields = yield* closedAfter(
        (client) =>
          Effect.gen(function* () {
            yield* client.ask(ping, pong)
            yield* client.send(begun)
            assert.strictEqual(yield* client.rest, "")
          }),
        { limits: limits({ memory: 10_000 }) }
      )
      assert.deepInclude(fields, { reason: "memory" })
    })
  )

  it.effect("that it was one too many", () =>
    Effect.gen(function* () {
      const { address, next } = yield* serveLogged(emptyStore, {
        limits: limits({ connections: 1 })
      })
      const first = yield* connect(address)
      yield* first.ask(ping, pong)
      const second = yield* connect(address)
      assert.strictEqual(yield* second.rest, "-ERR max number of clients reached\r\n")
      const { fields, level } = yield* next("connection.refused")
      const { localPort } = second.socket
      assert.deepStrictEqual(
        { level, fields },
        { level: "WARN", fields: { address: `127.0.0.1:${localPort}`, connections: 1 } }
      )
    })
  )

  it.effect("that it was closed because the server stops, or cut off when that took too long", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const file = yield* SlowFile.make({
        size: mebibyte,
        before: { byte: mebibyte / 2, run: Deferred.await(gate) }
      })
      const scope = yield* Scope.fork(yield* Effect.scope)
      const { address, next } = yield* Scope.provide(
        serveLogged(file.layer, { grace: Duration.seconds(30) }),
        scope
      )
      const idle = yield* connect(address)
      yield* idle.ask(ping, pong)
      const busy = yield* connect(address)
      yield* busy.send(request("GET", "a.bin"))
      yield* busy.takeBytes(mebibyte / 4)
      const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void), {
        startImmediately: true
      })
      assert.deepStrictEqual((yield* next("drain.begun")).fields, { connections: 2 })
      assert.deepInclude((yield* next("connection.closed")).fields, { reason: "drain" })
      yield* TestClock.adjust("30 seconds")
      const transfer = yield* next("transfer.ended")
      assert.deepInclude(transfer.fields, { length: mebibyte, complete: false })
      assert.deepInclude((yield* next("connection.closed")).fields, { reason: "grace-over" })
      assert.deepStrictEqual((yield* next("drain.ended")).fields, { cut_off: 1 })
      yield* Fiber.join(stopping)
    })
  )
})

describe("the log says of a transfer", () => {
  it.effect("which bytes of which file, how many of them, and that all went", () =>
    Effect.gen(function* () {
      for (const [size, start, length] of [
        [1000, 10, 20],
        [mebibyte, 100, mebibyte - 100]
      ] as const) {
        const file = yield* SlowFile.make({ size })
        const { address, next } = yield* serveLogged(file.layer)
        const client = yield* connect(address)
        const name = "relatórios/2024.csv"
        const words = ["ARQUIVO", name, "INICIO", String(start), "TAMANHO", String(length)]
        yield* client.ask(request(...words), `*2\r\n${bulk(name)}${bulk("x".repeat(length))}`)
        const { fields, level } = yield* next("transfer.ended")
        const { localPort } = client.socket
        assert.deepStrictEqual(
          { level, ...fields },
          {
            level: "INFO",
            address: `127.0.0.1:${localPort}`,
            name,
            start,
            length,
            bytes_out: length,
            seconds: 0,
            complete: true
          }
        )
      }
    })
  )

  it.effect("that the store failed in the middle of it, and why", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({
        size: mebibyte,
        before: { byte: mebibyte / 2, run: Effect.fail(SlowFile.shrank) }
      })
      const { address, next } = yield* serveLogged(file.layer)
      const client = yield* connect(address)
      yield* client.send(request("GET", "a.bin"))
      const failed = yield* next("storage.failed")
      assert.deepInclude(failed, { level: "WARN" })
      assert.include(String(failed.fields["error"]), "the file shrank")
      assert.deepInclude((yield* next("transfer.ended")).fields, { complete: false })
      assert.deepInclude((yield* next("connection.closed")).fields, { reason: "storage" })
    })
  )

  it.effect("that a peer who takes nothing was cut off", () =>
    Effect.gen(function* () {
      const size = 256 * mebibyte
      const file = yield* SlowFile.make({ size })
      const { address, next } = yield* serveLogged(file.layer, {
        limits: limits({ stall: Duration.millis(50) })
      })
      const client = yield* connect(address)
      yield* client.pause
      yield* client.send(request("GET", "a.bin"))
      assert.deepInclude((yield* next("transfer.ended")).fields, { length: size, complete: false })
      assert.deepInclude((yield* next("connection.closed")).fields, { reason: "stalled" })
    })
  )
})

describe("a fault of our own", () => {
  it.effect("is told whole, and ends only that connection", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({
        size: mebibyte,
        before: { byte: 0, run: Effect.die(new Error("a fault")) }
      })
      const { address, next } = yield* serveLogged(file.layer)
      const client = yield* connect(address)
      yield* client.send(request("GET", "a.bin"))
      const failed = yield* next("connection.failed")
      assert.strictEqual(failed.level, "ERROR")
      assert.include(String(failed.fields["error"]), "Error: a fault")
      assert.deepInclude((yield* next("connection.closed")).fields, { reason: "fault" })
      yield* (yield* connect(address)).ask(ping, pong)
    })
  )
})
