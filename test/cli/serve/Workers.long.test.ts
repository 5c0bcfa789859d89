/** `app serve --workers N` where processes die and freeze, and nobody outside may suffer more than he must. */
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Queue } from "effect"
import { TestClock } from "effect/testing"
import { renameSync } from "node:fs"
import { join } from "node:path"
import { App } from "../../support/programs/App.ts"
import { request } from "../../support/values/Bytes.ts"
import { childrenOf, isGone, socketsOf } from "../../support/programs/Processes.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"
import { info, ping, serve } from "../../support/programs/Workers.ts"

const folder = folderWith({ "DB/a.txt": "conteúdo" })

layer(App.layer, { timeout: "1 minute" })("app serve --workers", (it) => {
  it.effect("keeps its port, though it was any free one, when all workers are killed at once", () =>
    Effect.gen(function* () {
      const { address, process } = yield* serve({ cwd: yield* folder })
      for (const pid of childrenOf(process.pid)) globalThis.process.kill(pid, "SIGKILL")
      yield* process.says("stderr", /worker\.replaced/)
      yield* process.says("stderr", /worker\.replaced/)
      const clients = yield* Effect.forEach([1, 2], () => RawSocket.connect(address))
      for (const client of clients) yield* ping(client)
      const [one] = clients
      if (one === undefined) return assert.fail("a client")
      assert.strictEqual((yield* info(one)).get("workers"), "2")
    })
  )

  it.effect("hold no more of unfinished requests together than one process may alone", () =>
    Effect.gen(function* () {
      const app = yield* App
      const { address } = yield* app.serve(["--workers", "4", "--request-timeout", "1h"], {
        cwd: yield* folder
      })
      const half = Buffer.from(`*2\r\n$4\r\nECHO\r\n$1048000\r\n${"a".repeat(1_000_000)}`)
      const clients = yield* Effect.forEach(
        Array.from({ length: 600 }),
        () => Effect.tap(RawSocket.connect(address), (client) => client.send(half)),
        { concurrency: 50 }
      )
      const isOpen = ({ socket }: RawSocket.RawSocket) => !socket.destroyed && !socket.readableEnded
      // 256 MiB are room for 256 of them at most; four times as many would be all of these.
      for (let looks = 0; looks < 200 && clients.filter(isOpen).length > 300; looks++)
        yield* TestClock.withLive(Effect.sleep("100 millis"))
      assert.isAtMost(clients.filter(isOpen).length, 300)
      assert.isAbove(clients.filter(isOpen).length, 60)
    })
  )

  it.effect("leaves nobody waiting whose connection was on its way to one that died", () =>
    Effect.gen(function* () {
      const { address, clients, process } = yield* serve({ cwd: yield* folder })
      const [frozen = -1] = childrenOf(process.pid)
      const before = socketsOf(process.pid)
      globalThis.process.kill(frozen, "SIGSTOP")
      // One is on its way to the worker that takes nothing, and the other worker answers the rest.
      const waiting = yield* Effect.forEach([1, 2, 3, 4], () => RawSocket.connect(address))
      const answered = yield* Queue.unbounded<boolean>()
      yield* Effect.forEach(waiting, (client) =>
        Effect.forkScoped(
          Effect.flatMap(Effect.exit(ping(client)), (exit) =>
            Queue.offer(answered, Exit.isSuccess(exit))
          )
        )
      )
      assert.deepStrictEqual(yield* Queue.takeN(answered, 3), [true, true, true])
      globalThis.process.kill(frozen, "SIGKILL")
      assert.isFalse(yield* Queue.take(answered))
      yield* process.says("stderr", /worker\.replaced/)
      assert.strictEqual(socketsOf(process.pid), before)
      yield* clients(2)
    })
  )

  it.effect("answers INFO in bounded time while one is frozen, and says how many have told", () =>
    Effect.gen(function* () {
      const { clients, process } = yield* serve({ cwd: yield* folder })
      const [one, other] = yield* clients(2)
      if (one === undefined || other === undefined) return assert.fail("two clients")
      yield* info(one)
      const [frozen = -1] = childrenOf(process.pid)
      globalThis.process.kill(frozen, "SIGSTOP")
      const told = yield* Effect.raceFirst(info(one), info(other))
      assert.strictEqual(told.get("workers"), "1")
      assert.strictEqual(told.get("connected_clients"), "2")
      globalThis.process.kill(frozen, "SIGCONT")
    })
  )

  it.effect("goes on with the others where one cannot be replaced, until it can", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const { clients, process } = yield* serve({ cwd })
      const [one] = yield* clients(2)
      if (one === undefined) return assert.fail("a client")
      renameSync(join(cwd, "DB"), join(cwd, "away"))
      // The second client's: connections are dealt out in turn.
      const [, victim = -1] = childrenOf(process.pid)
      globalThis.process.kill(victim, "SIGKILL")
      yield* process.says("stderr", /A pasta DB não existe\.\n(.|\n)*worker\.ended .*code=1 /)
      yield* process.says("stderr", /A pasta DB não existe\.\n(.|\n)*worker\.ended .*code=1 /)
      // Not PING, which soon says that the folder is gone.
      yield* one.ask(request("ECHO", "here"), "$4\r\nhere\r\n")
      renameSync(join(cwd, "away"), join(cwd, "DB"))
      yield* process.says("stderr", /worker\.replaced worker=2\n/)
    })
  )

  it.effect("ends all at once on the second signal", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "DB/large": noise(2, 16 * 1024 * 1024) })
      const { address, process } = yield* serve({ cwd })
      const workers = childrenOf(process.pid)
      const taking = yield* RawSocket.connect(address)
      yield* taking.send(request("GET", "large"))
      yield* taking.takeThrough("\r\n")
      yield* taking.pause
      const idle = yield* Effect.forEach([1, 2], () => RawSocket.connect(address))
      for (const client of idle) yield* ping(client)
      yield* process.kill("SIGINT")
      for (const client of idle) yield* client.rest
      yield* process.kill("SIGINT")
      const { code } = yield* process.ended
      assert.strictEqual(code, 130)
      assert.isTrue(workers.every(isGone))
    })
  )

  it.effect("when the supervisor is killed, lets transfers finish, and ends", () =>
    Effect.gen(function* () {
      const content = noise(3, 16 * 1024 * 1024)
      const cwd = yield* folderWith({ "DB/large": content })
      const { address, process } = yield* serve({ cwd })
      const workers = childrenOf(process.pid)
      const taking = yield* RawSocket.connect(address)
      yield* taking.send(request("GET", "large"))
      yield* taking.takeThrough("\r\n")
      yield* taking.pause
      yield* process.kill("SIGKILL")
      yield* taking.resume
      assert.isTrue(content.equals(yield* taking.takeBytes(content.length)))
      // Its outputs are theirs as well, so that this is the end of them all.
      yield* process.ended
      assert.isTrue(workers.every(isGone))
    })
  )

  it.effect(
    "has one that is killed under load back within a second, and cuts off nobody else",
    () =>
      Effect.gen(function* () {
        const { clients, process } = yield* serve({ cwd: yield* folder })
        const asking = yield* clients(20)
        const lives: Array<number> = []
        const load = yield* Effect.forEach(asking, (client) =>
          Effect.forkScoped(Effect.exit(Effect.forever(ping(client))))
        )
        // What else runs on the machine may be in the way once; the time is the best of three.
        for (let run = 0; run < 3; run++) {
          const [victim = -1] = childrenOf(process.pid)
          const killed = performance.now()
          globalThis.process.kill(victim, "SIGKILL")
          yield* process.says("stderr", /worker\.replaced/)
          lives.push(performance.now() - killed)
          // The first to be killed had half of them, the next is the other; then nobody is left but newcomers.
          if (run === 0) {
            const done = load.filter((fiber) => fiber.pollUnsafe() !== undefined)
            assert.lengthOf(done, 10)
          }
        }
        assert.isBelow(Math.min(...lives), 1000)
      })
  )

  it.effect("leaves no descriptor behind after 10,000 connections of one question each", () =>
    Effect.gen(function* () {
      const { address, clients, process } = yield* serve({ cwd: yield* folder })
      const processes = [process.pid, ...childrenOf(process.pid)]
      const before = processes.map(socketsOf)
      const ask = Effect.scoped(
        Effect.gen(function* () {
          const client = yield* RawSocket.connect(address)
          yield* client.send("QUIT\r\n")
          assert.strictEqual(yield* client.rest, "+OK\r\n")
        })
      )
      yield* Effect.forEach(Array.from({ length: 10_000 }), () => ask, {
        concurrency: 50,
        discard: true
      })
      const [one] = yield* clients(1)
      if (one === undefined) return assert.fail("a client")
      const told = yield* info(one)
      assert.strictEqual(told.get("connected_clients"), "1")
      assert.strictEqual(told.get("total_connections_received"), "10001")
      yield* one.reset
      const later = yield* clients(2)
      // Both workers have one of these, and the supervisor has none.
      assert.deepStrictEqual(
        processes.map(socketsOf),
        before.map((sockets, index) => sockets + (index === 0 ? 0 : later.length / 2))
      )
    })
  )
})
