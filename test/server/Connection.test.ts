/** One conversation over a real socket: what leaves when, how it ends, and what is left of it. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Queue, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Socket } from "node:net"
import { StoreUnavailable } from "../../src/domain/Errors.ts"
import { PeerLost } from "../../src/net/Peer.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import {
  acceptedSockets,
  closed,
  emptyStore,
  serve,
  serveObserved
} from "../support/programs/TestServer.ts"

const mebibyte = 1024 * 1024
const ping = request("PING")
const notFound = onWire("-NOTFOUND Arquivo não encontrado!\r\n")

/** Tells of every call of one of the socket's methods, once it has returned. */
const observe = (
  socket: Socket,
  method: "write" | "end",
  called: (chunk: unknown) => void
): void => {
  const value = new Proxy(socket[method], {
    apply: (target, self, parameters: Array<unknown>): unknown => {
      const result: unknown = Reflect.apply(target, self, parameters)
      called(parameters[0])
      return result
    }
  })
  Object.defineProperty(socket, method, { value })
}

/** Every write of this end from now on, as it is handed to the system. */
const writesOf = (socket: Socket): Array<string> => {
  const writes: Array<string> = []
  observe(socket, "write", (chunk) =>
    writes.push(
      typeof chunk === "string" ? chunk : Buffer.isBuffer(chunk) ? chunk.toString("latin1") : "?"
    )
  )
  return writes
}

/** A client, and the server's side of its connection. */
const connected = Effect.fnUntraced(function* (...parameters: Parameters<typeof connect>) {
  const accepted = yield* acceptedSockets
  const client = yield* connect(...parameters)
  return { client, server: yield* Queue.take(accepted) }
})

describe("a batch", () => {
  it.effect("of commands that came together is answered in one write", () =>
    Effect.gen(function* () {
      const { client, server } = yield* connected(yield* serve(emptyStore))
      const writes = writesOf(server)
      const replies = `+PONG\r\n${bulk("olá")}${notFound}*0\r\n$-1\r\n`
      const batch = ["PING", "ECHO olá", "DETALHES nada", "LISTAR", "GET nada"]
      yield* client.send(batch.map((line) => request(...line.split(" "))).join(""))
      assert.strictEqual(yield* client.take(replies.length), replies)
      assert.deepStrictEqual(writes, [replies])
    })
  )

  it.effect("that is still incomplete is answered as far as it goes", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(emptyStore))
      assert.strictEqual(yield* client.ask(ping + ping.slice(0, -3), "+PONG\r\n"), "+PONG\r\n")
      assert.strictEqual(yield* client.ask(ping.slice(-3), "+PONG\r\n"), "+PONG\r\n")
    })
  )

  it.effect("of 1,000 commands is answered in order, in few writes", () =>
    Effect.gen(function* () {
      const { client, server } = yield* connected(yield* serve(emptyStore))
      const writes = writesOf(server)
      const numbers = Array.from({ length: 1000 }, (_, index) => String(index))
      const replies = numbers.map(bulk).join("")
      const asked = numbers.map((number) => request("ECHO", number)).join("")
      assert.strictEqual(yield* client.ask(asked, replies), replies)
      // One for each time the server's socket had something to read, 64 KiB at most.
      assert.isAtMost(writes.length, 4)
    })
  )

  it.effect("whose replies are many is not held whole: a write has little more than 64 KiB", () =>
    Effect.gen(function* () {
      const size = 10_000
      const file = yield* SlowFile.make({ size })
      const { client, server } = yield* connected(yield* serve(file.layer))
      const writes = writesOf(server)
      const replies = bulk("x".repeat(size)).repeat(100)
      const heard = yield* client.ask(request("GET", "a").repeat(100), replies)
      assert.isTrue(heard === replies)
      assert.isAtMost(Math.max(...writes.map((write) => write.length)), 64 * 1024 + 2 * size)
    })
  )

  it.effect("keeps small files in one write with their neighbours", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: 1000 })
      const { client, server } = yield* connected(yield* serve(file.layer))
      const writes = writesOf(server)
      const content = bulk("x".repeat(1000))
      const replies = `+PONG\r\n*2\r\n${bulk("a")}${content}${content}+PONG\r\n`
      yield* client.send(ping + request("ARQUIVO", "a") + request("GET", "a") + ping)
      assert.strictEqual(yield* client.take(replies.length), replies)
      assert.deepStrictEqual(writes, [replies])
    })
  )

  it.effect("with large files in it is answered in order", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: mebibyte })
      const client = yield* connect(yield* serve(file.layer))
      const content = bulk("x".repeat(mebibyte))
      const replies = `+PONG\r\n${content}+PONG\r\n*2\r\n${bulk("a")}${content}+PONG\r\n`
      const heard = yield* client.ask(
        ping + request("GET", "a") + ping + request("ARQUIVO", "a") + ping,
        replies
      )
      assert.isTrue(heard === replies)
    })
  )
})

describe("the end of input", () => {
  it.effect("closes the connection without a word", () =>
    Effect.gen(function* () {
      const { address, nextEnd } = yield* serveObserved(emptyStore)
      const client = yield* connect(address)
      yield* client.end
      assert.strictEqual(yield* client.rest, "")
      assert.deepStrictEqual(yield* nextEnd, Exit.void)
    })
  )

  it.effect("closes it without a word in the middle of a request, too", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(emptyStore))
      yield* client.send(ping + ping.slice(0, -1))
      yield* client.end
      assert.strictEqual(yield* client.rest, "+PONG\r\n")
    })
  )

  it.effect("loses no reply to what came before it", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: mebibyte })
      const client = yield* connect(yield* serve(file.layer), { allowHalfOpen: true })
      yield* client.send(request("GET", "a") + ping)
      yield* client.end
      assert.isTrue((yield* client.rest) === `${bulk("x".repeat(mebibyte))}+PONG\r\n`)
    })
  )

  it.effect("loses none either to a client that takes its time to read them", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore)
      const { client, server } = yield* connected(address, { allowHalfOpen: true })
      const written = yield* Queue.unbounded<void>()
      const ended = yield* Deferred.make<void>()
      observe(server, "write", () => Queue.offerUnsafe(written, undefined))
      observe(server, "end", () => Deferred.doneUnsafe(ended, Effect.void))
      const message = "p".repeat(60_000)
      yield* client.pause
      let asked = 0
      // Until the system takes no more, so that the end of the last reply is still the server's to send.
      for (; server.writableLength === 0; asked++) {
        yield* client.send(request("ECHO", message))
        yield* Queue.take(written)
      }
      yield* client.end
      yield* Deferred.await(ended)
      yield* TestClock.adjust("1 minute")
      yield* client.resume
      assert.strictEqual((yield* client.rest).length, bulk(message).length * asked)
    })
  )
})

describe("a protocol error", () => {
  const complaint = "-ERR Protocol error: invalid multibulk length\r\n"

  it.effect(
    "is told after the replies to what came before it, and then the connection closes",
    () =>
      Effect.gen(function* () {
        const { address, nextEnd } = yield* serveObserved(emptyStore)
        const client = yield* connect(address)
        yield* client.send(ping + ping + "*x\r\n" + ping)
        assert.strictEqual(yield* client.rest, `+PONG\r\n+PONG\r\n${complaint}`)
        assert.deepStrictEqual(yield* nextEnd, Exit.void)
      })
  )

  it.effect("is told to a client that goes on sending, which is listened to until it ends", () =>
    Effect.gen(function* () {
      const { client, server } = yield* connected(yield* serve(emptyStore), { allowHalfOpen: true })
      yield* client.send("*x\r\n" + ping.repeat(1_000_000))
      assert.strictEqual(yield* client.rest, complaint)
      // What it still sends is read and thrown away, so that its end is seen; no clock goes on here.
      yield* client.end
      yield* closed(server)
    })
  )

  it.effect("is not told to a client that wants no replies, which is cut off all the same", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(emptyStore))
      yield* client.send("CLIENT REPLY OFF\r\n*x\r\n")
      assert.strictEqual(yield* client.rest, "")
    })
  )
})

describe("a farewell", () => {
  it.effect.each([
    ["QUIT", "+OK\r\n"],
    ["quit now", "+OK\r\n"],
    ["SAIR", "+Adeus!\r\n"],
    ["finalizar_conexao", "+Adeus!\r\n"]
  ] as const)("is the last reply, whatever comes after it (%s)", ([command, reply]) =>
    Effect.gen(function* () {
      const { address, nextEnd } = yield* serveObserved(emptyStore)
      const client = yield* connect(address)
      yield* client.send(`PING\r\n${command}\r\nPING\r\nPING\r\n`)
      assert.strictEqual(yield* client.rest, `+PONG\r\n${reply}`)
      assert.deepStrictEqual(yield* nextEnd, Exit.void)
    })
  )

  it.effect("waits two seconds for the client to close its end, and then cuts it off", () =>
    Effect.gen(function* () {
      const { client, server } = yield* connected(yield* serve(emptyStore), { allowHalfOpen: true })
      yield* client.send("QUIT\r\n")
      assert.strictEqual(yield* client.rest, "+OK\r\n")
      assert.isFalse(server.destroyed)
      yield* Effect.raceFirst(closed(server), Effect.forever(TestClock.adjust("2 seconds")))
    })
  )
})

describe("a client that goes away", () => {
  it.effect("in the middle of a file leaves no fiber, no file and no socket behind", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: 256 * mebibyte })
      const { address, nextEnd } = yield* serveObserved(file.layer)
      const { client, server } = yield* connected(address)
      yield* client.send(request("GET", "a"))
      yield* client.take(mebibyte)
      yield* client.reset
      assert.isTrue(Exit.isFailure(yield* nextEnd))
      yield* file.released
      yield* closed(server)
      assert.isBelow(file.taken(), file.size)
    })
  )

  it.effect("while nothing is asked leaves neither fiber nor socket behind", () =>
    Effect.gen(function* () {
      const { address, nextEnd } = yield* serveObserved(emptyStore)
      const { client, server } = yield* connected(address)
      yield* client.ask(ping, "+PONG\r\n")
      yield* client.reset
      const exit = yield* nextEnd
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof PeerLost)
      yield* closed(server)
    })
  )

  it.effect("while the store is slow lets go of the file", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({
        size: mebibyte,
        before: { byte: mebibyte / 2, run: Effect.never }
      })
      const { client, server } = yield* connected(yield* serve(file.layer))
      yield* client.send(request("GET", "a"))
      yield* client.take(1000)
      yield* client.reset
      yield* closed(server)
      yield* file.released
    })
  )

  it.effect("harms nobody else", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: 64 * mebibyte })
      const address = yield* serve(file.layer)
      const other = yield* connect(address)
      const { client, server } = yield* connected(address)
      yield* client.send(request("GET", "a"))
      yield* client.take(1000)
      yield* client.reset
      yield* closed(server)
      assert.strictEqual(yield* other.ask(ping, "+PONG\r\n"), "+PONG\r\n")
    })
  )
})

describe("a file whose end cannot be read", () => {
  const failsAt = (byte: number) =>
    SlowFile.make({ size: mebibyte, before: { byte, run: Effect.fail(SlowFile.shrank) } })

  it.effect(
    "ends the connection, never its bytes: none is missing in silence, none is made up",
    () =>
      Effect.gen(function* () {
        const file = yield* failsAt(mebibyte - 1)
        const { address, nextEnd } = yield* serveObserved(file.layer)
        const client = yield* connect(address)
        yield* client.send(ping + request("GET", "a") + ping)
        const heard = yield* client.rest
        const start = `+PONG\r\n$${mebibyte}\r\n`
        assert.strictEqual(heard.slice(0, start.length), start)
        assert.match(heard.slice(start.length), /^x*$/)
        assert.isBelow(heard.length, start.length + mebibyte)
        const exit = yield* nextEnd
        assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof StoreUnavailable)
        yield* file.released
      })
  )

  it.effect("takes no reply with it that was made before, even where not a byte can be read", () =>
    Effect.gen(function* () {
      const file = yield* failsAt(0)
      const { address, nextEnd } = yield* serveObserved(file.layer)
      const client = yield* connect(address)
      yield* client.send(ping + request("GET", "a") + ping)
      assert.strictEqual(yield* client.rest, `+PONG\r\n$${mebibyte}\r\n`)
      yield* nextEnd
      yield* file.released
    })
  )

  it.effect("is refused like any other where nothing of it was sent yet", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({
        size: 1000,
        before: { byte: 0, run: Effect.fail(SlowFile.shrank) }
      })
      const client = yield* connect(yield* serve(file.layer))
      const replies = `${onWire("-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n")}+PONG\r\n`
      assert.strictEqual(yield* client.ask(request("GET", "a") + ping, replies), replies)
      yield* file.released
    })
  )
})

describe("a client that does not read", () => {
  /** Asks something else until nothing has changed for a while: as much time as the server needs, and no clock. */
  const untilStill = (ask: Effect.Effect<unknown, unknown>, look: () => number) =>
    Effect.gen(function* () {
      for (let seen = look(), still = 0; still < 50;) {
        yield* Effect.orDie(ask)
        if (look() === seen) still++
        else {
          seen = look()
          still = 0
        }
      }
    })

  it.effect("makes the server stop reading its file, and gets all of it once it reads", () =>
    Effect.gen(function* () {
      const file = yield* SlowFile.make({ size: 64 * mebibyte })
      const address = yield* serve(file.layer)
      const other = yield* connect(address)
      const { client, server } = yield* connected(address)
      yield* client.pause
      yield* client.send(request("GET", "a"))
      yield* file.opened
      yield* untilStill(other.ask(ping, "+PONG\r\n"), file.taken)
      // What the two systems' buffers hold is theirs; the server itself holds one chunk.
      assert.isBelow(file.taken(), file.size / 2)
      assert.isAtMost(server.writableLength, 64 * 1024)
      yield* client.resume
      const head = `$${file.size}\r\n`
      const reply = yield* client.takeBytes(head.length + file.size + 2)
      assert.strictEqual(reply.subarray(0, head.length).toString(), head)
      assert.isTrue(reply.subarray(head.length, -2).equals(Buffer.alloc(file.size, "x")))
      yield* file.released
    })
  )

  it.effect("may send twenty megabytes of requests before it reads the first reply", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore)
      const other = yield* connect(address)
      const { client, server } = yield* connected(address)
      const asked = request("ECHO", "e".repeat(1000)).repeat(20 * 1024)
      yield* client.pause
      yield* client.send(asked)
      yield* untilStill(other.ask(ping, "+PONG\r\n"), () => server.bytesRead)
      assert.strictEqual(server.bytesRead, asked.length)
      assert.isAtMost(server.writableLength, 128 * 1024)
      yield* client.resume
      const replies = bulk("e".repeat(1000)).length * 20 * 1024
      assert.strictEqual((yield* client.takeBytes(replies)).length, replies)
    })
  )

  it.effect("is not read from any more where it has sent 32 MiB, however much it asks", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore)
      const other = yield* connect(address)
      const { client, server } = yield* connected(address)
      const asked = request("ECHO", "e".repeat(1000)).repeat(80 * 1024)
      yield* client.pause
      yield* client.send(asked)
      yield* untilStill(other.ask(ping, "+PONG\r\n"), () => server.bytesRead)
      // What was answered before the system took no more, besides.
      assert.isBelow(server.bytesRead, 48 * mebibyte)
      assert.isAtMost(server.writableLength, 128 * 1024)
      yield* client.resume
      const replies = bulk("e".repeat(1000)).length * 80 * 1024
      assert.strictEqual((yield* client.takeBytes(replies)).length, replies)
    })
  )
})

describe("the end of the server", () => {
  it.effect("cuts every connection off, idle or busy, and lets go of their files", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const file = yield* SlowFile.make({ size: 256 * mebibyte })
      const address = yield* serve(file.layer).pipe(Scope.provide(scope))
      const idle = yield* connected(address)
      const busy = yield* connected(address)
      yield* idle.client.ask(ping, "+PONG\r\n")
      yield* busy.client.send(request("GET", "a"))
      yield* busy.client.take(1000)
      yield* busy.client.pause
      yield* Scope.close(scope, Exit.void)
      yield* file.released
      yield* closed(idle.server)
      yield* closed(busy.server)
      assert.strictEqual(yield* idle.client.rest, "")
      yield* busy.client.resume
      assert.isBelow((yield* busy.client.rest).length, file.size)
      const refused = yield* Effect.flip(connect(address))
      assert.strictEqual(refused._tag, "ConnectionEnded")
    })
  )

  it.effect("does not wait for a client that was told goodbye", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const address = yield* serve(emptyStore).pipe(Scope.provide(scope))
      const { client, server } = yield* connected(address, { allowHalfOpen: true })
      yield* client.send("QUIT\r\n")
      assert.strictEqual(yield* client.rest, "+OK\r\n")
      yield* Scope.close(scope, Exit.void)
      yield* closed(server)
    })
  )
})

describe("two connections", () => {
  it.effect("do not wait for each other: one is answered while the other's file is held up", () =>
    Effect.gen(function* () {
      const held = yield* Deferred.make<void>()
      const file = yield* SlowFile.make({
        size: mebibyte,
        before: { byte: 0, run: Deferred.await(held) }
      })
      const address = yield* serve(file.layer)
      const slow = yield* connect(address)
      const quick = yield* connect(address)
      yield* slow.send(request("GET", "a"))
      yield* file.opened
      assert.strictEqual(yield* quick.ask(ping, "+PONG\r\n"), "+PONG\r\n")
      yield* Deferred.succeed(held, undefined)
      const expected = bulk("x".repeat(mebibyte))
      assert.isTrue((yield* slow.take(expected.length)) === expected)
    })
  )
})
