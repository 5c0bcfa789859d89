/**
 * The cases of h1spec (github.com/uNetworking/h1spec, October 2024) by their names, over a real socket. Its client waits
 * half a second for silence where a request is not whole; here the rest is sent, and one response comes, of all of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parseResponse } from "../support/peers/Http.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const whole = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

/** Where a request is cut, by the name of the case. */
const cut: ReadonlyArray<readonly [name: string, after: string]> = [
  ["Fragmented method", "G"],
  ["Fragmented URL 1", "GET "],
  ["Fragmented URL 2", "GET /hello"],
  ["Fragmented URL 3", "GET /hello "],
  ["Fragmented HTTP version", "GET /hello HTTP"],
  ["Fragmented request line", "GET /hello HTTP/1.1"],
  ["Fragmented request line newline 1", "GET /hello HTTP/1.1\r"],
  ["Fragmented request line newline 2", "GET /hello HTTP/1.1\r\n"],
  ["Fragmented field name", "GET /hello HTTP/1.1\r\nHos"],
  ["Fragmented field value 1", "GET /hello HTTP/1.1\r\nHost:"],
  ["Fragmented field value 2", "GET /hello HTTP/1.1\r\nHost: "],
  ["Fragmented field value 3", "GET /hello HTTP/1.1\r\nHost: localhost"],
  ["Fragmented field value 4", "GET /hello HTTP/1.1\r\nHost: localhost\r"],
  ["Fragmented request", "GET /hello HTTP/1.1\r\nHost: localhost\r\n"],
  ["Fragmented request termination", "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r"]
]

const hosted = (fields: string, line = "GET / HTTP/1.1") =>
  `${line}\r\nHost: example.com\r\n${fields}\r\n`

/**
 * What is sent, and the status. h1spec wants 1xx or 2xx of the first of the two that differ, and 2xx or 404 of the other:
 * an expectation may be refused (RFC 9110, 10.1.1), and nothing here takes a body (15.5.14).
 */
const cases: ReadonlyArray<readonly [name: string, request: string, status: number]> = [
  ["Request without HTTP version", "GET / \r\n\r\n", 400],
  ["Request with Expect header", hosted("Expect: 100-continue\r\n"), 417],
  ["Valid GET request", hosted(""), 200],
  [
    "Valid GET request with edge cases",
    "GET / HTTP/1.1\r\nhoSt:\texample.com\r\nempty:\r\n\r\n",
    200
  ],
  ["Invalid header characters", hosted("X-Invalid[]: test\r\n"), 400],
  ["Missing Host header", "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400],
  ["Multiple Host headers", hosted("Host: example.org\r\n"), 400],
  [
    "Overflowing negative Content-Length header",
    hosted("Content-Length: -123456789123456789123456789\r\n"),
    400
  ],
  ["Negative Content-Length header", hosted("Content-Length: -1234\r\n"), 400],
  ["Non-numeric Content-Length header", hosted("Content-Length: abc\r\n"), 400],
  ["Empty header value", hosted("X-Empty-Header: \r\n"), 200],
  ["Header containing invalid control character", hosted("X-Bad-Control-Char: test\x07\r\n"), 400],
  ["Invalid HTTP version", hosted("", "GET / HTTP/9.9"), 505],
  ["Invalid prefix of request", hosted("", "Extra lineGET / HTTP/1.1"), 400],
  ["Invalid line ending", hosted("\rSome-Header: Test\r\n"), 400],
  [
    "Valid POST request with body",
    `${hosted("Content-Length: 5\r\n", "POST / HTTP/1.1")}hello`,
    413
  ],
  [
    "Conflicting Transfer-Encoding and Content-Length",
    hosted("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
    400
  ]
]

describe("h1spec", () => {
  it.live("its cases have the answers that it wants, but for two that are refused", () =>
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* folderWith({ hello: "hello" }), {
        // Where RESP is spoken too, a line that is none of HTTP is one of RESP.
        web: { only: true, hosts: ["example.com"] }
      })
      /** Everything that is answered to these pieces. */
      const answer = (pieces: ReadonlyArray<string>) =>
        Effect.scoped(
          Effect.gen(function* () {
            const client = yield* connect(address, { allowHalfOpen: true })
            for (const piece of pieces) yield* client.send(piece)
            yield* client.end
            return yield* client.rest
          })
        )
      for (const [name, after] of cut) {
        assert.isTrue(whole.startsWith(after))
        const text = yield* answer([after, whole.slice(after.length)])
        const { body, status } = parseResponse(text)
        assert.deepStrictEqual({ body, status }, { body: "hello", status: 200 }, name)
      }
      for (const [name, request, status] of cases) {
        const text = yield* answer([request])
        assert.match(text, /^HTTP\/1\.1 /, name)
        assert.strictEqual(parseResponse(text).status, status, name)
      }
    })
  )
})
