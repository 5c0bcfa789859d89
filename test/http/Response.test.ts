import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { unsafe } from "../../src/domain/ByteString.ts"
import { HttpRequest } from "../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../src/codec/http/RequestDecoder.ts"
import { fieldLine } from "../../src/codec/http/ResponseHead.ts"
import { encode, type Response, text } from "../../src/http/Response.ts"

const requestOf = (head: string): HttpRequest => {
  const [request] = makeRequestDecoder().push(unsafe(`${head}\r\n\r\n`))
  assert.instanceOf(request, HttpRequest)
  return request
}

const get = requestOf("GET / HTTP/1.1\r\nHost: a")
const old = requestOf("GET / HTTP/1.0\r\nConnection: keep-alive")
const head = requestOf("HEAD / HTTP/1.1\r\nHost: a")

const encoding = { date: "Date: x\r\n", isIsolated: true, fields: "", isLast: false }

/** Three chunks of one buffer, which is written over as soon as the next one is asked for. */
const reused: Response = {
  status: 200,
  fields: "",
  body: {
    size: undefined,
    bytes: Stream.suspend(() => {
      const buffer = Buffer.alloc(3)
      return Stream.map(Stream.rechunk(Stream.make("abc", "", "def"), 1), (part) => {
        buffer.fill("?")
        return buffer.subarray(0, buffer.write(part, "latin1"))
      })
    })
  }
}

/** All bytes that are sent, each chunk taken as it comes. */
const bytesOf = (bytes: Stream.Stream<Uint8Array, unknown> | undefined) =>
  bytes === undefined
    ? Effect.succeed("")
    : Stream.runFold(
        bytes,
        () => "",
        (sent, chunk) => sent + Buffer.from(chunk).toString("latin1")
      )

describe("a field's line", () => {
  it("is one line whatever its value has in it", () => {
    assert.strictEqual(
      fieldLine("Location", "/a\r\nSet-Cookie: b\0\x7f"),
      "Location: /a  Set-Cookie: b  \r\n"
    )
  })
})

describe("a response", () => {
  it.effect("of no known size is sent in chunks, none of them empty but the last", () =>
    Effect.gen(function* () {
      const { bytes, isLast, text } = encode(get, reused, encoding)
      assert.include(text, "Transfer-Encoding: chunked\r\n")
      assert.notInclude(text, "Content-Length")
      assert.isFalse(isLast)
      assert.strictEqual(yield* bytesOf(bytes), "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n")
    })
  )

  it.effect("of no known size ends with the connection for a client that knows no chunks", () =>
    Effect.gen(function* () {
      const { bytes, isLast, text } = encode(old, reused, encoding)
      assert.include(text, "Connection: close\r\n")
      assert.notMatch(text, /Transfer-Encoding|Content-Length/)
      assert.isTrue(isLast)
      assert.strictEqual(yield* bytesOf(bytes), "abcdef")
    })
  )

  it("has the same head for HEAD, and no body", () => {
    for (const response of [text(200, "olá"), reused]) {
      const [one, other] = [encode(get, response, encoding), encode(head, response, encoding)]
      assert.strictEqual(other.text, one.text.slice(0, one.text.length - one.bodySize))
      assert.isUndefined(other.bytes)
      assert.strictEqual(other.bodySize, 0)
    }
  })

  it("without a body says so, but where there is none by its status", () => {
    const bare = (status: 204 | 304 | 200) =>
      encode(get, { status, fields: "", body: undefined }, encoding).text
    assert.include(bare(200), "Content-Length: 0\r\n")
    assert.notInclude(bare(204), "Content-Length")
    assert.notInclude(bare(304), "Content-Length")
  })

  it("says that the connection ends, or to an old client that it goes on", () => {
    const connection = (request: HttpRequest, isLast: boolean) =>
      /\r\nConnection: (\S+)\r\n/.exec(
        encode(request, text(200, ""), { ...encoding, isLast }).text
      )?.[1]
    assert.isUndefined(connection(get, false))
    assert.strictEqual(connection(get, true), "close")
    assert.strictEqual(connection(old, false), "keep-alive")
    assert.strictEqual(connection(old, true), "close")
  })
})
