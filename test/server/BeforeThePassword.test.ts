/** What strangers can have the server hold before they gave the password, over real sockets. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"
import { request } from "../support/values/Bytes.ts"

const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
const tooMany = "-ERR Protocol error: unauthenticated multibulk length\r\n"
const tooLong = "-ERR Protocol error: unauthenticated bulk length\r\n"
const large = "*65536\r\n$2\r\nab\r\n"

const server = serve(emptyStore, { passwords: () => [Redacted.make("certa")] })

describe("a wrong password", () => {
  it.live("gives nothing to what came in the same chunk, nor to what comes in the next", () =>
    Effect.gen(function* () {
      for (const auth of [request("AUTH", "x"), request("HELLO", "3", "AUTH", "default", "x")]) {
        // One for each, for the fifth wrong password of an address is answered later.
        const address = yield* server
        const together = yield* connect(address)
        yield* together.send(auth + large)
        assert.strictEqual(yield* together.rest, wrong + tooMany)
        const apart = yield* connect(address)
        assert.strictEqual(yield* apart.ask(auth, wrong), wrong)
        yield* apart.send(large)
        assert.strictEqual(yield* apart.rest, tooMany)
        const long = yield* connect(address)
        yield* long.send(`${auth}*1\r\n$20000\r\n`)
        assert.strictEqual(yield* long.rest, wrong + tooLong)
      }
    })
  )

  it.live("and one that has not come to its end give nothing in mid-request", () =>
    Effect.gen(function* () {
      const address = yield* server
      const client = yield* connect(address)
      yield* client.send("*2\r\n$4\r\nAUTH\r\n$20000\r\n")
      assert.strictEqual(yield* client.rest, tooLong)
    })
  )
})

describe("the right password", () => {
  it.live("opens for what came along with it", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* server)
      const exists = request("EXISTS", ...Array.from({ length: 50 }, () => "x"))
      const answered = "+OK\r\n:0\r\n"
      assert.strictEqual(yield* client.ask(request("AUTH", "certa") + exists, answered), answered)
    })
  )

  it.live("is needed again behind RESET, in the same chunk", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* server)
      yield* client.send(request("AUTH", "certa") + request("RESET") + large)
      assert.strictEqual(yield* client.rest, `+OK\r\n+RESET\r\n${tooMany}`)
    })
  )
})
