/** Wrong passwords over real sockets: who waits for the answer, for how long, and who does not. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Address } from "../../src/domain/Address.ts"
import { request } from "../support/values/Bytes.ts"
import { connect, type RawSocket } from "../support/peers/RawSocket.ts"
import { emptyStore, serveLogged } from "../support/programs/TestServer.ts"

const auth = request("AUTH", "errada")
const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
const ping = request("PING")
const pong = "+PONG\r\n"

/** A server with a password, after four wrong ones from 127.0.0.1. */
const tried = Effect.gen(function* () {
  const server = yield* serveLogged(emptyStore, {
    passwords: () => [Redacted.make("certa")],
    web: {}
  })
  const client = yield* connect(server.address)
  for (let time = 0; time < 4; time++) {
    assert.strictEqual(yield* client.ask(auth, wrong), wrong)
    assert.strictEqual((yield* server.next("authentication.failed")).fields["delay_seconds"], 0)
  }
  return { ...server, client }
})

/** Sends a wrong password and returns, once the server has looked at it, what will be the answer. */
const tryAgain = Effect.fnUntraced(function* (
  client: RawSocket,
  next: Effect.Success<typeof tried>["next"],
  seconds: number,
  asked: string = auth
) {
  yield* client.send(asked)
  const { fields, level } = yield* next("authentication.failed")
  assert.deepStrictEqual([level, fields["delay_seconds"]], ["WARN", seconds])
  return yield* Effect.forkChild(client.take(wrong.length), { startImmediately: true })
})

/** Somebody else is answered meanwhile: whatever was going to be sent by now has been. */
const othersAreAnswered = (address: Address) =>
  Effect.scoped(
    Effect.gen(function* () {
      const other = yield* connect(address)
      yield* other.ask(request("AUTH", "certa"), "+OK\r\n")
      yield* other.ask(ping, pong)
    })
  )

const isAnswered = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  fiber.pollUnsafe() !== undefined

describe("the fifth wrong password in a minute from one address", () => {
  it.effect("waits for its answer, and so does what was asked after it, on that connection", () =>
    Effect.gen(function* () {
      const { address, client, next } = yield* tried
      const answer = yield* tryAgain(client, next, 1)
      yield* client.send(request("AUTH", "certa") + ping)
      yield* TestClock.adjust("999 millis")
      yield* othersAreAnswered(address)
      assert.isFalse(isAnswered(answer))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(answer), wrong)
      assert.strictEqual(yield* client.take(5 + pong.length), `+OK\r\n${pong}`)
      const longer = yield* tryAgain(client, next, 2)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(longer), wrong)
    })
  )

  it.effect("waits on another connection, and in HELLO, as well", () =>
    Effect.gen(function* () {
      const { address, next } = yield* tried
      const other = yield* connect(address)
      const hello = request("HELLO", "3", "AUTH", "default", "errada")
      const answer = yield* tryAgain(other, next, 1, hello)
      yield* othersAreAnswered(address)
      assert.isFalse(isAnswered(answer))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(answer), wrong)
    })
  )

  it.effect("waits over HTTP as well, where the others came over RESP", () =>
    Effect.gen(function* () {
      const { address, next } = yield* tried
      const browser = yield* connect(address, { allowHalfOpen: true })
      const basic = Buffer.from("x:errada").toString("base64")
      const get = `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ${basic}\r\n\r\n`
      const answer = yield* tryAgain(browser, next, 1, get)
      yield* TestClock.adjust("999 millis")
      yield* othersAreAnswered(address)
      assert.isFalse(isAnswered(answer))
      yield* TestClock.adjust("1 millis")
      assert.match(yield* Fiber.join(answer), /^HTTP\/1\.1 401 /)
    })
  )

  it.effect("makes nobody else wait, not even who gives the right one from there", () =>
    Effect.gen(function* () {
      const { address, client, next } = yield* tried
      const answer = yield* tryAgain(client, next, 1)
      yield* othersAreAnswered(address)
      assert.isFalse(isAnswered(answer))
    })
  )

  it.effect.skipIf(process.platform !== "linux")("does not count for another address", () =>
    Effect.gen(function* () {
      const { address, client, next } = yield* tried
      const answer = yield* tryAgain(client, next, 1)
      const stranger = yield* connect(address, { localAddress: "127.0.0.2" })
      assert.strictEqual(yield* stranger.ask(auth, wrong), wrong)
      assert.isFalse(isAnswered(answer))
    })
  )

  it.effect("holds nothing once the connection is gone", () =>
    Effect.gen(function* () {
      const { address, client, next } = yield* tried
      const answer = yield* tryAgain(client, next, 1)
      yield* client.reset
      yield* Fiber.await(answer)
      const { fields } = yield* next("connection.closed")
      assert.deepInclude(fields, { commands: 5, reason: "lost" })
      yield* othersAreAnswered(address)
    })
  )
})
