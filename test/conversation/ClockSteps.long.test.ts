/** The wall clock set back and forward by an hour while a server waits for all it may wait for: Debian's faketime. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { hasOpenssl, Made } from "../support/Certificates.ts"
import { App, type Serving } from "../support/programs/App.ts"
import { inTheirTime, type Wait } from "../support/programs/ClockWaits.ts"
import { childrenOf } from "../support/programs/Processes.ts"
import {
  clockSteps,
  hasSettableClock,
  makeSettableClock
} from "../support/programs/SettableClock.ts"
import { request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { noise } from "../support/Transfers.ts"

const ping = request("PING")
const pong = "+PONG\r\n"
const secret = "correta-9f83b1"
const mebibyte = 1024 * 1024

/** What TIME says, in seconds since 1970. */
const wall = Effect.fnUntraced(function* (client: RawSocket.RawSocket) {
  yield* client.send(request("TIME"))
  yield* client.takeThrough("*2\r\n$10\r\n")
  const seconds = Number((yield* client.takeThrough("\r\n")).trim())
  yield* client.takeThrough("\r\n")
  yield* client.takeThrough("\r\n")
  return seconds
})

const wrongPassword = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"

layer(App.layer, { excludeTestServices: true, timeout: "1 minute" })("a clock", (it) => {
  for (const [step, hours] of clockSteps) {
    it.effect.skipIf(!hasSettableClock)(
      `that is set ${step} by an hour keeps nobody waiting, and cuts nobody off`,
      () =>
        Effect.gen(function* () {
          const { serve } = yield* App
          const content = noise(1, 6 * mebibyte)
          const cwd = yield* folderWith({ "DB/large": content })
          const clock = makeSettableClock(cwd)
          const { address } = yield* serve(
            ["--max-rate", "2MiB", "--max-total-rate", "2MiB", "--idle-timeout", "30m"],
            {
              cwd,
              env: {
                APP_PASSWORD: secret,
                ...clock.environment
              }
            }
          )
          const connected = Effect.tap(RawSocket.connect(address), (client) =>
            client.ask(request("AUTH", secret), "+OK\r\n")
          )
          const idle = yield* connected
          const half = yield* connected
          const taking = yield* connected
          const asking = yield* connected
          const guessing = yield* RawSocket.connect(address)
          for (let guess = 0; guess < 4; guess++) {
            yield* guessing.ask(request("AUTH", "errada"), wrongPassword)
          }
          yield* half.send("*2\r\n$4\r\nEC")
          yield* taking.send(request("GET", "large"))
          yield* taking.takeThrough("\r\n")
          const before = yield* wall(asking)

          const began = performance.now()
          yield* guessing.send(request("AUTH", "errada"))
          clock.set(hours * 3600)
          assert.approximately((yield* wall(asking)) - before, hours * 3600, 60)
          assert.strictEqual(yield* asking.ask(ping, pong), pong)
          // The fifth within a minute waits for a second; the sixth, begun after the step, for two.
          for (let guess = 0; guess < 2; guess++) {
            assert.strictEqual(yield* guessing.take(wrongPassword.length), wrongPassword)
            if (guess === 0) yield* guessing.send(request("AUTH", "errada"))
          }
          const guessed = performance.now() - began
          assert.isAtLeast(guessed, 2900)
          assert.isBelow(guessed, 20_000)
          assert.isTrue(content.equals(yield* taking.takeBytes(content.length)))
          assert.isBelow(performance.now() - began, 30_000)
          // By now the reaper has looked at all of them, once a second.
          yield* half.send("HO\r\n$1\r\nx\r\n")
          assert.strictEqual(yield* half.take(7), "$1\r\nx\r\n")
          assert.strictEqual(yield* idle.ask(ping, pong), pong)
        })
    )
  }
})

/** A server each of what a clock that is set must not shorten or lengthen, in one folder and with one clock. */
const servers = Effect.gen(function* () {
  const { serve } = yield* App
  const { server } = yield* Made
  const cwd = yield* folderWith({
    "DB/large": Buffer.alloc(64 * mebibyte),
    "gone/a.txt": "a",
    "other/a.txt": "a",
    passwords: `${secret}\n`
  })
  const clock = makeSettableClock(cwd)
  const start = (...words: ReadonlyArray<string>) => serve(words, { cwd, env: clock.environment })
  const limits = ["--idle-timeout", "8s", "--request-timeout", "4s", "--stall-timeout", "6s"]
  return {
    cwd,
    clock,
    limited: yield* start(...limits),
    encrypted: yield* start("--tls-cert", server.certFile, "--tls-key", server.keyFile),
    proxied: yield* start("--proxy-protocol", "127.0.0.0/8"),
    drained: yield* start("--drain-delay", "3s", "--grace", "4s"),
    closed: yield* start("--password-file", "passwords"),
    workers: yield* start("--workers", "2"),
    gone: yield* start("--dir", "gone"),
    told: yield* start("--dir", "other")
  }
})

/** What waits in them. */
const waitsOf = ({
  closed,
  cwd,
  drained,
  encrypted,
  gone,
  limited,
  proxied,
  told,
  workers
}: Effect.Success<typeof servers>): ReadonlyArray<Wait> => {
  /** Sends this, and waits for the end of the connection. */
  const untilCut = ({ address }: Serving, bytes: string) =>
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      yield* client.send(bytes)
      return client.rest
    })
  /** Asks for a large file and reads none of it. */
  const unread = ({ address }: Serving) =>
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      yield* client.send(request("GET", "large"))
      yield* client.takeThrough("\r\n")
      yield* client.pause
    })
  const says = ({ process }: Serving, what: RegExp) => process.says("stderr", what)
  return [
    { name: "an idle connection", seconds: 8, begin: untilCut(limited, request("PING")) },
    { name: "half a request", seconds: 4, begin: untilCut(limited, "*2\r\n$4\r\nEC") },
    { name: "half a head of HTTP", seconds: 4, begin: untilCut(limited, "GET / HTTP/1.1\r\nHo") },
    {
      name: "a reader that takes nothing",
      seconds: 6,
      begin: Effect.as(unread(limited), says(limited, /reason=stalled/))
    },
    {
      name: "XREAD with BLOCK",
      seconds: 5,
      begin: Effect.gen(function* () {
        const client = yield* RawSocket.connect(limited.address)
        yield* client.send(request("XREAD", "BLOCK", "5000", "STREAMS", "arquivos", "$"))
        return client.takeThrough("*-1\r\n")
      })
    },
    { name: "a handshake", seconds: 10, begin: untilCut(encrypted, "") },
    { name: "a PROXY header", seconds: 5, begin: untilCut(proxied, "PROXY ") },
    {
      name: "the end of a server",
      seconds: 7,
      begin: Effect.gen(function* () {
        yield* unread(drained)
        yield* drained.process.kill("SIGTERM")
        return drained.process.ended
      })
    },
    {
      name: "a new password",
      seconds: 0,
      // Changed once the clock is set: it is looked at each second.
      begin: Effect.succeed(
        Effect.suspend(() => {
          writeFileSync(join(cwd, "passwords"), "outra\n")
          return says(closed, /passwords\.reloaded/)
        })
      )
    },
    {
      name: "a worker in the place of another",
      seconds: 0,
      begin: Effect.succeed(
        Effect.suspend(() => {
          const [worker = -1] = childrenOf(workers.process.pid)
          process.kill(worker, "SIGKILL")
          return says(workers, /worker\.replaced/)
        })
      )
    },
    {
      name: "a folder that is gone, and comes back",
      seconds: 0,
      begin: Effect.sync(() => {
        renameSync(join(cwd, "gone"), join(cwd, "away"))
        return Effect.andThen(says(gone, /storage\.gone/), () => {
          renameSync(join(cwd, "away"), join(cwd, "gone"))
          return says(gone, /storage\.back/)
        })
      })
    },
    {
      name: "a change of a file",
      seconds: 0,
      begin: Effect.gen(function* () {
        const client = yield* RawSocket.connect(told.address)
        yield* client.ask(
          request("SUBSCRIBE", "arquivos"),
          "*3\r\n$9\r\nsubscribe\r\n$8\r\narquivos\r\n:1\r\n"
        )
        return Effect.suspend(() => {
          writeFileSync(join(cwd, "other/b.txt"), "b")
          return client.takeThrough("b.txt")
        })
      })
    }
  ]
}

layer(Layer.merge(App.layer, Made.layer), { excludeTestServices: true, timeout: "2 minutes" })(
  "a server whose clock is set",
  (it) => {
    for (const [step, hours] of clockSteps) {
      it.effect.skipIf(!hasSettableClock || !hasOpenssl)(
        `${step} by an hour ends each wait in its time`,
        () =>
          Effect.gen(function* () {
            const running = yield* servers
            yield* inTheirTime(waitsOf(running), () => running.clock.set(hours * 3600))
            const client = yield* RawSocket.connect(running.limited.address)
            yield* client.send(request("INFO", "server"))
            const uptime = /uptime_in_seconds:(\d+)/.exec(
              yield* client.takeThrough("uptime_in_days")
            )
            assert.isBelow(Number(uptime?.[1]), 600)
          })
      )
    }
  }
)
