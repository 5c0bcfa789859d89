/** What keeps strangers from taking the whole server for themselves, over real sockets. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Socket } from "node:net"
import type { Limits } from "../../src/server/Acceptor.ts"
import { FileStore } from "../../src/services/files/FileStore.ts"
import { bulk, request } from "../support/values/Bytes.ts"
import { connect, deliver, type RawSocket, received } from "../support/peers/RawSocket.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import {
  acceptedSockets,
  closed,
  emptyStore,
  serve,
  serveLogged
} from "../support/programs/TestServer.ts"

const mebibyte = 1024 * 1024
const ping = request("PING")
const pong = "+PONG\r\n"
const full = "-ERR max number of clients reached\r\n"

/** Nothing is limited that the test does not limit. */
const limits = (given: Partial<Limits>): Limits => ({
  connections: 1000,
  perAddress: 1000,
  idle: Duration.zero,
  stall: Duration.zero,
  request: Duration.hours(1),
  memory: 256 * mebibyte,
  ...given
})

/** A server with these limits, a client, and the server's side of its connection. */
const connected = Effect.fnUntraced(function* (
  given: Partial<Limits>,
  store: Layer.Layer<FileStore> = emptyStore
) {
  const address = yield* serve(store, { limits: limits(given), web: {} })
  const accepted = yield* acceptedSockets
  const client = yield* connect(address)
  return { address, client, server: yield* Queue.take(accepted) }
})

const info = Effect.fnUntraced(function* (client: RawSocket, section: string) {
  yield* client.send(request("INFO", section))
  const head = yield* client.takeThrough("\r\n")
  const body = yield* client.take(Number(head.slice(1)) + 2)
  return new Map(
    body.split("\r\n").map((line) => {
      const [name = "", value = ""] = line.split(":")
      return [name, value] as const
    })
  )
})

describe("the most connections", () => {
  it.effect(
    "are held; one more is told so in Redis's words, and there is room when one leaves",
    () =>
      Effect.gen(function* () {
        const address = yield* serve(emptyStore, { limits: limits({ connections: 2 }) })
        const accepted = yield* acceptedSockets
        const first = yield* connect(address)
        const second = yield* connect(address)
        const secondInside = yield* Effect.andThen(Queue.take(accepted), Queue.take(accepted))
        yield* first.ask(ping, pong)
        const third = yield* connect(address)
        assert.strictEqual(yield* third.rest, full)
        // Whatever it asks is not looked at.
        const asking = yield* connect(address)
        yield* asking.send(ping)
        assert.strictEqual(yield* asking.rest, full)
        assert.strictEqual((yield* info(first, "stats")).get("rejected_connections"), "2")
        const clients = yield* info(first, "clients")
        assert.strictEqual(clients.get("connected_clients"), "2")
        assert.strictEqual(clients.get("maxclients"), "2")
        yield* second.end
        yield* closed(secondInside)
        const fourth = yield* connect(address)
        assert.strictEqual(yield* fourth.ask(ping, pong), pong)
      })
  )

  it.effect("leave nothing of a connection that was turned away", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore, { limits: limits({ connections: 1 }) })
      const accepted = yield* acceptedSockets
      yield* connect(address)
      yield* Queue.take(accepted)
      const refused = yield* connect(address, { allowHalfOpen: true })
      const inside = yield* Queue.take(accepted)
      assert.strictEqual(yield* refused.rest, full)
      // It does not close its end, and is not waited for.
      yield* Effect.raceFirst(closed(inside), Effect.forever(TestClock.adjust("1 second")))
    })
  )

  it.effect("are not exceeded by those that are turned away and do not go", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore, { limits: limits({ connections: 1 }) })
      const accepted = yield* acceptedSockets
      const first = yield* connect(address)
      yield* Queue.take(accepted)
      const lingering = []
      for (let count = 0; count < 64; count++) {
        const refused = yield* connect(address, { allowHalfOpen: true })
        assert.strictEqual(yield* refused.rest, full)
        lingering.push(yield* Queue.take(accepted))
      }
      const next = yield* connect(address, { allowHalfOpen: true })
      assert.strictEqual(yield* next.rest, full)
      // Time stands still, so it was not waited for.
      yield* closed(yield* Queue.take(accepted))
      assert.isTrue(lingering.every(({ destroyed }) => !destroyed))
      assert.strictEqual(yield* first.ask(ping, pong), pong)
    })
  )

  it.effect("from one address do not count on loopback", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore, { limits: limits({ perAddress: 1 }) })
      for (let index = 0; index < 5; index++) {
        const client = yield* connect(address)
        assert.strictEqual(yield* client.ask(ping, pong), pong)
      }
    })
  )
})

/** The effect, while second after second goes by. */
const asTimeGoesBy = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.raceFirst(effect, Effect.forever(TestClock.adjust("1 second")))

describe("the most descriptors", () => {
  const busy = "-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n"
  const unavailable = Buffer.from(busy).toString("latin1")

  it.live("are those of connections and transfers; who is over is told, and all else goes on", () =>
    Effect.gen(function* () {
      const size = 256 * mebibyte
      const file = yield* SlowFile.make({ size })
      const { address, next } = yield* serveLogged(file.layer, {
        limits: limits({ descriptors: 4 }),
        web: {}
      })
      const head = `$${size}\r\n`
      const first = yield* connect(address)
      const second = yield* connect(address)
      const third = yield* connect(address)
      yield* first.ask(ping, pong)
      yield* second.ask(ping, pong)
      yield* first.send(request("GET", "a"))
      assert.strictEqual(yield* first.take(head.length), head)
      yield* first.pause
      assert.strictEqual(yield* second.ask(request("GET", "a"), unavailable), unavailable)
      yield* third.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n")
      assert.match(yield* third.takeThrough("\r\n\r\n"), /^HTTP\/1\.1 503 /)
      const { fields } = yield* next("storage.failed")
      assert.match(String(fields["error"]), /4 descriptors are taken by connections and transfers/)
      assert.strictEqual(yield* (yield* connect(address)).rest, full)
      assert.strictEqual(yield* second.ask(request("STRLEN", "a"), `:${size}\r\n`), `:${size}\r\n`)
      assert.strictEqual(yield* second.ask(ping, pong), pong)
      // Whoever leaves makes room, with what it was sent.
      yield* third.end
      yield* third.rest
      yield* second.send(request("GET", "a"))
      assert.strictEqual(yield* second.take(head.length), head)
    })
  )
})

describe("a connection on which nothing happens", () => {
  const idle = Duration.minutes(10)

  it.effect("is closed after its time and no sooner, without a word", () =>
    Effect.gen(function* () {
      const { address, client, server } = yield* connected({ idle })
      yield* client.ask(ping, pong)
      yield* TestClock.adjust("10 minutes")
      assert.isFalse(server.destroyed)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* client.rest, "")
      yield* asTimeGoesBy(closed(server))
      const silent = yield* connect(address)
      assert.strictEqual(yield* asTimeGoesBy(silent.rest), "")
    })
  )

  it.effect("is told goodbye where that is its protocol's way", () =>
    Effect.gen(function* () {
      const { client } = yield* connected({ idle })
      // `["HORA", None]`, as Python writes it in protocol 0.
      yield* client.send("(lp0\nVHORA\np1\naNa.")
      assert.match(yield* client.takeThrough(":"), /\d\d:/)
      assert.match(yield* asTimeGoesBy(client.rest), /\d\d:\d\d.*Adeus!/s)
    })
  )

  it.effect("is closed though it has begun a request, if its bytes have stopped", () =>
    Effect.gen(function* () {
      const { client } = yield* connected({ idle })
      yield* client.ask(`${ping}*2\r\n$3\r\nGE`, pong)
      assert.strictEqual(yield* asTimeGoesBy(client.rest), "")
    })
  )

  it.effect("is kept for ever where the time is 0", () =>
    Effect.gen(function* () {
      const { client } = yield* connected({ idle: Duration.zero })
      yield* client.ask(ping, pong)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* client.ask(ping, pong), pong)
    })
  )
})

describe("a connection on which something happens", () => {
  const idle = Duration.minutes(1)

  it.effect("is kept, however long it lasts in all", () =>
    Effect.gen(function* () {
      const { client } = yield* connected({ idle })
      for (let times = 0; times < 12; times++) {
        yield* client.ask(ping, pong)
        yield* TestClock.adjust("58 seconds")
      }
      assert.strictEqual(yield* client.ask(ping, pong), pong)
    })
  )

  it.effect("is kept while a slow store makes it wait for its file", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const file = yield* SlowFile.make({
        size: mebibyte,
        before: { byte: mebibyte / 2, run: Deferred.await(gate) }
      })
      const { client } = yield* connected({ idle }, file.layer)
      yield* client.send(request("GET", "a"))
      const head = `$${mebibyte}\r\n`
      const start = yield* client.take(1000)
      yield* TestClock.adjust("10 minutes")
      yield* Deferred.succeed(gate, undefined)
      const rest = yield* client.take(head.length + mebibyte + 2 - 1000)
      assert.isTrue(start + rest === `${head}${"x".repeat(mebibyte)}\r\n`)
      // The time counts from then.
      yield* TestClock.adjust("58 seconds")
      assert.strictEqual(yield* client.ask(ping, pong), pong)
    })
  )

  it.effect("is kept while a digest takes its time", () =>
    Effect.gen(function* () {
      const digest = "0123456789abcdef".repeat(4)
      const details = { size: 1, modified: 0, version: "1" }
      const asked = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const store = Layer.succeed(FileStore, {
        names: Stream.empty,
        count: Effect.succeed(0),
        knownCount: Effect.undefined,
        pick: () => Effect.succeed(undefined),
        getIfPresent: () => undefined,
        list: () => Effect.succeed([]),
        listFiles: () => Effect.succeed([]),
        folder: () => Effect.succeed(Stream.empty),
        folderKeys: () => Effect.succeed(Stream.empty),
        describe: () => Effect.succeed(details),
        open: () =>
          Effect.succeed({
            ...details,
            read: () => Stream.succeed(Buffer.from("x")),
            sha256: Deferred.succeed(asked, undefined).pipe(
              Effect.andThen(Deferred.await(gate)),
              Effect.as(digest)
            )
          })
      })
      const { client } = yield* connected({ idle }, store)
      yield* client.send(request("SOMA", "a"))
      yield* Deferred.await(asked)
      yield* TestClock.adjust("10 minutes")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* client.take(bulk(digest).length), bulk(digest))
      assert.strictEqual(yield* asTimeGoesBy(client.rest), "")
    })
  )
})

describe("a request that does not become complete", () => {
  /** Sends a byte a second until the connection is gone; how many seconds that took. */
  const drip = Effect.fnUntraced(function* (client: RawSocket, server: Socket) {
    let seconds = 0
    while (!server.destroyed) {
      yield* deliver(client, server, "x")
      yield* TestClock.adjust("1 second")
      seconds += 1
    }
    return seconds
  })

  for (const [kind, begun] of [
    ["an inline line", "GET "],
    ["an array's count", "*1"],
    ["an array", "*2\r\n$3\r\nGET\r\n$1000\r\n"],
    ["a line that may be HTTP's", "GET /"],
    ["a head of HTTP", "GET / HTTP/1.1\r\nHost: a\r\nA: "],
    ["a pickle", "\x80\x03X\xff\x00\x00\x00"]
  ] as const) {
    it.effect(`is cut off in time, though a byte of it comes every second: ${kind}`, () =>
      Effect.gen(function* () {
        const { client, server } = yield* connected({
          request: Duration.seconds(30),
          idle: Duration.minutes(10)
        })
        yield* deliver(client, server, begun)
        const seconds = yield* drip(client, server)
        assert.isAtLeast(seconds, 30)
        assert.isAtMost(seconds, 33)
        assert.strictEqual(yield* client.rest, "")
      })
    )
  }

  it.effect("does not trouble who sends requests all the time, cut anywhere", () =>
    Effect.gen(function* () {
      const { client, server } = yield* connected({ request: Duration.seconds(30) })
      yield* client.ask(`${ping}*1\r`, pong)
      for (let second = 0; second < 100; second++) {
        yield* TestClock.adjust("1 second")
        yield* client.ask(`\n$4\r\nPING\r\n*1\r`, pong)
      }
      assert.isFalse(server.destroyed)
    })
  )

  it.effect("is not what a half request is that came along with one for a long file", () =>
    Effect.gen(function* () {
      const size = 64 * mebibyte
      const file = yield* SlowFile.make({ size })
      const { client } = yield* connected({ request: Duration.seconds(30) }, file.layer)
      const head = `$${size}\r\n`
      yield* client.send(`${request("GET", "a")}*1\r\n$4\r\nPI`)
      yield* client.take(head.length)
      yield* client.pause
      // What completes it waits to be read, as long as the file is being sent.
      yield* client.send("NG\r\n")
      yield* TestClock.adjust("10 minutes")
      yield* client.resume
      yield* client.takeBytes(size)
      assert.strictEqual(yield* client.take(2 + pong.length), `\r\n${pong}`)
    })
  )

  it.effect("is cut off, the largest first, where all together hold too much", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore, { limits: limits({ memory: 300_000 }) })
      const accepted = yield* acceptedSockets
      const begin = Effect.fnUntraced(function* (size: number) {
        const client = yield* connect(address)
        const server = yield* Queue.take(accepted)
        const begun = `${ping}*2\r\n$3\r\nGET\r\n$500000\r\n${"x".repeat(size)}`
        yield* client.send(begun)
        yield* client.take(pong.length)
        yield* received(server, begun.length)
        return { client, server }
      })
      const small = yield* begin(50_000)
      const large = yield* begin(200_000)
      const middle = yield* begin(100_000)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* large.client.rest, "")
      yield* closed(large.server)
      assert.isFalse(small.server.destroyed)
      assert.isFalse(middle.server.destroyed)
    })
  )
})

describe("memory that is held", () => {
  const memory = 4 * mebibyte

  it.live("for requests between MULTI and EXEC counts over all connections", () =>
    Effect.gen(function* () {
      const { address, client } = yield* connected({ memory: 600_000 })
      const queued = request("ECHO", "x".repeat(50_000))
      yield* client.ask(request("MULTI"), "+OK\r\n")
      for (let times = 0; times < 6; times++) yield* client.ask(queued, "+QUEUED\r\n")
      const other = yield* connect(address)
      yield* other.ask(request("MULTI"), "+OK\r\n")
      for (let times = 0; times < 5; times++) yield* other.ask(queued, "+QUEUED\r\n")
      yield* other.send(queued.repeat(3))
      assert.match(yield* other.rest, /^(?:\+QUEUED\r\n)*$/)
      assert.strictEqual(yield* client.ask(ping, "+QUEUED\r\n"), "+QUEUED\r\n")
    })
  )

  it.live("for replies that nobody reads counts, and the one with the most is cut off", () =>
    Effect.gen(function* () {
      const { address, client, server } = yield* connected({ memory })
      yield* client.pause
      // Half of them fill what the system takes, on both ends; the last of them is too large for the bound.
      const echo = request("ECHO", "x".repeat(mebibyte - 100))
      const more = Effect.suspend(() => {
        const before = server.bytesRead
        return Effect.andThen(client.send(echo), received(server, before + 1))
      })
      yield* Effect.forkChild(Effect.forever(more))
      const other = yield* connect(address)
      yield* closed(server)
      yield* other.ask(ping, pong)
    })
  )
})

describe("a peer that takes nothing", () => {
  const stall = Duration.millis(100)

  it.live("in the middle of a file is cut off, and the file let go of", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: 256 * mebibyte })
      const { client, server } = yield* connected({ stall }, file.layer)
      yield* client.pause
      yield* client.send(request("GET", "a"))
      yield* file.released
      yield* closed(server)
      assert.isBelow(file.taken(), file.size)
    })
  )

  it.live("in the middle of many small replies is cut off", () =>
    Effect.gen(function* () {
      const { client, server } = yield* connected({ stall })
      yield* client.pause
      const echo = request("ECHO", "x".repeat(60_000))
      yield* Effect.forkChild(
        Effect.forever(
          Effect.callback<void>((resume) => {
            if (client.socket.destroyed || client.socket.write(echo)) return resume(Effect.yieldNow)
            client.socket.once("drain", () => resume(Effect.void))
          })
        )
      )
      yield* closed(server)
    })
  )

  it.live("and has ended its input is cut off all the same", () =>
    Effect.gen(function* () {
      const { address, client, server } = yield* connected({ stall })
      yield* client.ask(ping, pong)
      yield* client.pause
      // The system takes no more, and Node holds what is left, when the end comes.
      yield* Effect.sync(() => {
        while (server.writableLength === 0) server.write(Buffer.alloc(mebibyte))
      })
      yield* client.end
      yield* closed(server)
      const other = yield* connect(address)
      assert.strictEqual(yield* other.ask(ping, pong), pong)
    })
  )

  it.live("for a moment now and then, but reads on, is sent all of the file", () =>
    Effect.gen(function* () {
      // Node's own timers measure it, which no test's clock rules: a pause may last 15 times as long as it should.
      const stall = Duration.millis(1500)
      const size = 24 * mebibyte
      const file = yield* SlowFile.make({ size })
      const { client } = yield* connected({ stall }, file.layer)
      yield* client.send(request("GET", "a"))
      const head = `$${size}\r\n`
      yield* client.take(head.length)
      // Two seconds in all.
      for (let pauses = 0; pauses < 20; pauses++) {
        yield* client.pause
        yield* Effect.sleep("100 millis")
        yield* client.resume
        yield* client.takeBytes(mebibyte)
      }
      assert.strictEqual(
        (yield* client.takeBytes(size - 20 * mebibyte)).length,
        size - 20 * mebibyte
      )
      assert.strictEqual(yield* client.take(2), "\r\n")
    })
  )
})
