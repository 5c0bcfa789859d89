import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"

/** What is heard to the end of the connection after `sent`; where `web`, HTTP is spoken too. */
const heardAfter = (sent: string, web = false) =>
  Effect.gen(function* () {
    const address = yield* serve(emptyStore, web ? { web: {} } : {})
    const client = yield* connect(address, { allowHalfOpen: true })
    yield* client.send(sent)
    // What follows a request of HTTP may be the beginning of another one.
    if (web) yield* client.end
    return yield* client.rest
  })

const rows = [
  ["a GET", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nhora_atual\r\n"],
  ["a GET of HTTP 1.0", "GET /file1.txt HTTP/1.0\r\n\r\nhora_atual\r\n"],
  ["a POST", "POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\nhora_atual\r\n"],
  ["a POST without its version", "POST /\r\nhora_atual\r\n"],
  ["a header on a later line", "\r\nhost: evil.example\r\nhora_atual\r\n"]
] as const

/** How each reply to a request of HTTP begins, and no reply of RESP does. */
const httpReply = /^HTTP\/1\.1 \d{3} [ -~]+\r\nDate: /

describe("a browser that some web page sends here", () => {
  for (const [what, sent] of rows) {
    it.effect(`is answered in HTTP, or not at all, and commands nothing with ${what}`, () =>
      Effect.gen(function* () {
        const heard = yield* heardAfter(sent, true)
        if (heard !== "") assert.match(heard, httpReply)
        // The time is all that the rows command.
        assert.notMatch(heard, /^\$8\r\n|\d\d:\d\d:\d\d\r\n$/m)
      })
    )
    it.effect(`commands nothing and reads nothing with ${what}, where HTTP is off`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* heardAfter(sent), "")
      })
    )
  }

  it.effect("is answered what it asked before it showed what it is", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* heardAfter("PING\r\nHost: x\r\nPING\r\n"), "+PONG\r\n")
    })
  )

  it.effect("is not mistaken in a client that names such words in an array", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(emptyStore), { allowHalfOpen: true })
      yield* client.send("*2\r\n$3\r\nGET\r\n$8\r\nHTTP/1.1\r\nPING\r\n")
      yield* client.end
      assert.strictEqual(yield* client.rest, "$-1\r\n+PONG\r\n")
    })
  )
})
