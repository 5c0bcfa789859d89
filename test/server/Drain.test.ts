/** Being told to stop: what is in progress is finished, within the grace, and nothing new is begun. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, type Layer, Queue, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Address } from "../../src/domain/Address.ts"
import type { FileStore } from "../../src/services/files/FileStore.ts"
import type { Stats } from "../../src/telemetry/Stats.ts"
import * as DirectoryFileStore from "../../src/services/files/directory/DirectoryFileStore.ts"
import { bulk, request } from "../support/values/Bytes.ts"
import { connect, received } from "../support/peers/RawSocket.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import {
  acceptedSockets,
  closed,
  emptyStore,
  serve,
  type TestOptions
} from "../support/programs/TestServer.ts"
import { recorderOf } from "../support/values/Changes.ts"
import { noise } from "../support/Transfers.ts"

const mebibyte = 1024 * 1024
const ping = request("PING")
const pong = "+PONG\r\n"

/** A server that can be told to stop. */
const stoppable = Effect.fnUntraced(function* <E>(
  store: Layer.Layer<FileStore, E, Stats>,
  options: Pick<TestOptions, "changes" | "grace"> = {}
) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const address = yield* Scope.provide(
    serve(store, { grace: Duration.seconds(30), ...options }),
    scope
  )
  const accepted = yield* acceptedSockets
  /** A client, and the server's side of its connection. */
  const join = (...options: ReadonlyArray<{ readonly allowHalfOpen?: boolean }>) =>
    Effect.gen(function* () {
      const client = yield* connect(address, ...options)
      return { client, server: yield* Queue.take(accepted) }
    })
  /** Tells it to stop, and waits until the door is closed; the fiber is done when the server is. */
  const stop = Effect.gen(function* () {
    const idle = yield* join()
    yield* idle.client.ask(ping, pong)
    const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void), {
      startImmediately: true
    })
    assert.strictEqual(yield* idle.client.rest, "")
    return stopping
  })
  return { address, join, stop }
})

const isRefused = (address: Address) => Effect.map(Effect.exit(connect(address)), Exit.isFailure)

/** A file that stops in the middle until it is told to go on. */
const held = Effect.gen(function* () {
  const gate = yield* Deferred.make<void>()
  const file = yield* SlowFile.make({
    size: mebibyte,
    before: { byte: mebibyte / 2, run: Deferred.await(gate) }
  })
  return { ...file, goOn: Deferred.succeed(gate, undefined) }
})

const whole = `$${mebibyte}\r\n${"x".repeat(mebibyte)}\r\n`

describe("a server that is told to stop", () => {
  it.effect("ends connections on which nothing is asked, at once, and takes no new ones", () =>
    Effect.gen(function* () {
      const file = yield* held
      const { address, join, stop } = yield* stoppable(file.layer)
      const busy = yield* join()
      const silent = yield* join()
      const begun = yield* join()
      yield* busy.client.send(request("GET", "a"))
      yield* busy.client.take(1000)
      yield* begun.client.ask(`${ping}*2\r\n$3\r\nGE`, pong)
      const stopping = yield* stop
      assert.strictEqual(yield* silent.client.rest, "")
      assert.strictEqual(yield* begun.client.rest, "")
      assert.isTrue(yield* isRefused(address))
      yield* file.goOn
      yield* busy.client.rest
      yield* Fiber.join(stopping)
      assert.isTrue(yield* isRefused(address))
    })
  )

  it.effect("ends at once where nobody is being answered", () =>
    Effect.gen(function* () {
      const { join, stop } = yield* stoppable(emptyStore)
      const { client } = yield* join()
      yield* client.ask(ping, pong)
      yield* Fiber.join(yield* stop)
      assert.strictEqual(yield* client.rest, "")
    })
  )

  it.effect("answers what is being asked", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const file = yield* SlowFile.make({
        size: 3,
        before: { byte: 0, run: Deferred.await(gate) }
      })
      const { join, stop } = yield* stoppable(file.layer)
      const { client } = yield* join()
      yield* client.send(request("GET", "a"))
      yield* file.opened
      const stopping = yield* stop
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* client.rest, bulk("xxx"))
      yield* Fiber.join(stopping)
    })
  )

  it.effect("answers all that has come, though it came behind a long reply", () =>
    Effect.gen(function* () {
      const file = yield* held
      const { join, stop } = yield* stoppable(file.layer)
      const { client, server } = yield* join()
      const first = request("GET", "a") + ping + request("ECHO", "olá")
      const second = request("ECHO", "um") + request("GET", "a")
      yield* client.send(first)
      const start = yield* client.take(1000)
      yield* client.send(second)
      yield* received(server, first.length + second.length)
      const stopping = yield* stop
      yield* file.goOn
      const replies = whole + pong + bulk("olá") + bulk("um") + whole
      assert.isTrue(start + (yield* client.rest) === replies)
      yield* Fiber.join(stopping)
    })
  )

  it.effect("lets transfers finish, byte for byte", () =>
    Effect.gen(function* () {
      const size = 32 * mebibyte
      const files = [noise(1, size), noise(2, size), noise(3, size)]
      const folder = yield* folderWith(
        Object.fromEntries(files.map((bytes, index) => [`${index}.bin`, bytes]))
      )
      const { join, stop } = yield* stoppable(DirectoryFileStore.layer({ folder, hidden: false }))
      const head = `$${size}\r\n`
      const transfers = yield* Effect.forEach(files, (bytes, index) =>
        Effect.gen(function* () {
          const { client } = yield* join()
          yield* client.send(request("GET", `${index}.bin`))
          yield* client.take(head.length)
          yield* client.pause
          return { bytes, client }
        })
      )
      const stopping = yield* stop
      for (const { bytes, client } of transfers) {
        yield* client.resume
        assert.isTrue((yield* client.takeBytes(size)).equals(bytes))
        assert.strictEqual(yield* client.rest, "\r\n")
      }
      yield* Fiber.join(stopping)
    })
  )

  it.effect("waits for nothing from a client that was answered and does not close its end", () =>
    Effect.gen(function* () {
      const { join, stop } = yield* stoppable(emptyStore)
      const { client, server } = yield* join({ allowHalfOpen: true })
      yield* client.ask(ping, pong)
      const stopping = yield* stop
      assert.strictEqual(yield* client.rest, "")
      yield* Effect.raceFirst(closed(server), Effect.forever(TestClock.adjust("1 second")))
      yield* Fiber.join(stopping)
    })
  )

  it.effect("ends an XREAD that waits for a change, without one, and waits for none itself", () =>
    Effect.gen(function* () {
      const { join, stop } = yield* stoppable(emptyStore, { changes: recorderOf().changes })
      const { client, server } = yield* join()
      const asked = "XREAD BLOCK 0 STREAMS arquivos $\r\n"
      yield* client.send(asked)
      yield* received(server, asked.length)
      const stopping = yield* stop
      assert.strictEqual(yield* client.rest, "*-1\r\n")
      yield* Fiber.join(stopping)
    })
  )

  it.effect("says goodbye to old clients", () =>
    Effect.gen(function* () {
      const { join, stop } = yield* stoppable(emptyStore)
      const { client } = yield* join()
      // `["HORA", None]`, as Python writes it in protocol 0.
      yield* client.send("(lp0\nVHORA\np1\naNa.")
      yield* client.takeThrough(":")
      const stopping = yield* stop
      assert.match(yield* client.rest, /Adeus!/)
      yield* Fiber.join(stopping)
    })
  )
})

describe("when the grace is over", () => {
  it.effect("what is left is cut off, and let go of", () =>
    Effect.gen(function* () {
      const file = yield* held
      const { join, stop } = yield* stoppable(file.layer, { grace: Duration.seconds(30) })
      const { client, server } = yield* join()
      yield* client.send(request("GET", "a"))
      yield* client.take(1000)
      const stopping = yield* stop
      yield* TestClock.adjust("29 seconds")
      assert.isFalse(server.destroyed)
      assert.isUndefined(stopping.pollUnsafe())
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(stopping)
      yield* file.released
      yield* closed(server)
      assert.isBelow((yield* client.rest).length, mebibyte)
    })
  )

  it.effect("which is at once where there is none, everybody is cut off", () =>
    Effect.gen(function* () {
      const file = yield* held
      const { join, stop } = yield* stoppable(file.layer, { grace: Duration.zero })
      const { client, server } = yield* join()
      yield* client.send(request("GET", "a"))
      yield* client.take(1000)
      yield* Fiber.join(yield* stop)
      yield* file.released
      yield* closed(server)
    })
  )
})
