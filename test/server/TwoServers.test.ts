/** Two servers in one process, over real sockets: neither can tell that the other is there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Address } from "../../src/domain/Address.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { readReply, textOf } from "../support/peers/Replies.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"
import { bulk, request } from "../support/values/Bytes.ts"

/** Asks on twenty connections at once, a hundred requests on each that no other connection sends. */
const load = (address: Address, name: string) =>
  Effect.forEach(
    Array.from({ length: 20 }, (_, index) => index),
    Effect.fnUntraced(function* (index) {
      const client = yield* connect(address)
      const words = Array.from({ length: 100 }, (_, number) => `${name} ${index} ${number}`)
      const expected = words.map(bulk).join("")
      const asked = words.map((word) => request("ECHO", word)).join("")
      assert.strictEqual(yield* client.ask(asked, expected), expected)
    }),
    { concurrency: "unbounded", discard: true }
  )

/** A number of the server's INFO, asked on a connection of its own. */
const numberOf = Effect.fnUntraced(function* (address: Address, field: string) {
  const client = yield* connect(address)
  yield* client.send(request("INFO"))
  const text = textOf(yield* readReply(client))
  return Number(new RegExp(`^${field}:([0-9]+)`, "m").exec(text)?.[1])
})

describe("two servers in one process", () => {
  it.live("answer each its own clients, and count each its own, both under load", () =>
    Effect.gen(function* () {
      const one = yield* serve(emptyStore)
      const other = yield* serve(emptyStore)
      yield* Effect.all([load(one, "one"), load(other, "other"), load(other, "again")], {
        concurrency: "unbounded"
      })
      assert.strictEqual(yield* numberOf(one, "total_commands_processed"), 20 * 100 + 1)
      assert.strictEqual(yield* numberOf(other, "total_commands_processed"), 40 * 100 + 1)
      assert.strictEqual(yield* numberOf(one, "total_connections_received"), 20 + 2)
      assert.strictEqual(yield* numberOf(other, "total_connections_received"), 40 + 2)
    })
  )

  it.effect("have each its own password, and make nobody wait for wrong ones of the other", () =>
    Effect.gen(function* () {
      const one = yield* serve(emptyStore, { passwords: () => [Redacted.make("one")] })
      const other = yield* serve(emptyStore, { passwords: () => [Redacted.make("other")] })
      const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
      const guesser = yield* connect(one)
      const guess = request("AUTH", "other")
      for (let time = 0; time < 4; time++) yield* guesser.ask(guess, wrong)
      const fifth = yield* Effect.forkChild(guesser.ask(guess, wrong), { startImmediately: true })
      const client = yield* connect(other)
      assert.strictEqual(yield* client.ask(request("AUTH", "one"), wrong), wrong)
      assert.strictEqual(yield* client.ask(guess, "+OK\r\n"), "+OK\r\n")
      assert.isUndefined(fifth.pollUnsafe())
    })
  )

  it.effect("have each its own rate", () =>
    Effect.gen(function* () {
      const slow = yield* serve(emptyStore, { maxTotalRate: 1 })
      const fast = yield* serve(emptyStore)
      const waiting = yield* connect(slow)
      const ping = request("PING")
      yield* waiting.ask(ping, "+PONG\r\n")
      const second = yield* Effect.forkChild(waiting.ask(ping, "+PONG\r\n"), {
        startImmediately: true
      })
      const client = yield* connect(fast)
      for (let time = 0; time < 100; time++) yield* client.ask(ping, "+PONG\r\n")
      assert.isUndefined(second.pollUnsafe())
      yield* TestClock.adjust("7 seconds")
      assert.strictEqual(yield* Fiber.join(second), "+PONG\r\n")
    })
  )
})
