/** The wall clock set back and forward by an hour while a server waits for all it may wait for: Debian's faketime. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hasSettableClock, makeSettableClock } from "../support/programs/SettableClock.ts"
import { App } from "../support/programs/App.ts"
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
  for (const [step, hours] of [
    ["back", -1],
    ["forward", 1]
  ] as const) {
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
