import { assert, describe, it } from "@effect/vitest"
import { unsafe } from "../../../src/domain/ByteString.ts"
import { fieldKey, HttpRequest } from "../../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../../src/codec/http/RequestDecoder.ts"
import { cutAt, latin1 } from "../../support/values/Bytes.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import { mutated, shown } from "../../support/values/HttpHeads.ts"
import { seeded } from "../../support/values/Seeded.ts"
import { assertSame } from "../../support/values/Same.ts"

const get = (path: string, fields = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`

const requestOf = (text: string): HttpRequest => {
  const [request] = makeRequestDecoder().push(unsafe(text))
  assert.instanceOf(request, HttpRequest)
  return request
}

/** No more than a head and its longest line end, and what the pieces cost. */
const mostUnfinished = 16 * 1024 + 4 + 1024 * 48

describe("the fields of a request", () => {
  const request = requestOf(
    get("/", "Range: bytes=0-1\r\nX-Range: no\r\nACCEPT: a\r\naccept:\t b \r\nEmpty:\r\n")
  )
  const value = (name: string) => request.field(fieldKey(name))

  it("are found by their whole names, whatever the case", () => {
    assert.strictEqual(value("range"), "bytes=0-1")
    assert.strictEqual(value("X-RANGE"), "no")
    assert.isUndefined(value("ang"))
    assert.isUndefined(value("Ran"))
  })
  it("are joined where there are several, without the spaces around them", () => {
    assert.strictEqual(value("Accept"), "a, b")
  })
  it("may be empty", () => {
    assert.strictEqual(value("empty"), "")
  })
  it("are those of each request, however often the last ones were the same", () => {
    const heads = [
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      "GET http://c/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: b\r\nRange: bytes=0-1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: b\r\nRange: bytes=0-2\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"
    ]
    const told = (head: string) => {
      const { host, isOld, isPersistent, target, ...request } = requestOf(head)
      const range = [1, 2].map(() => requestOf(head).field(fieldKey("Range")))
      return { ...request, host, isOld, isPersistent, target, range }
    }
    const other = "GET /other HTTP/1.1\r\nHost: other\r\n\r\n"
    const alone = heads.map((head) => {
      requestOf(other)
      return told(head)
    })
    assert.deepStrictEqual(
      alone.map(({ host, isOld, isPersistent, range }) => [host, isOld, isPersistent, range[0]]),
      [
        ["a", false, true, undefined],
        ["a", true, false, undefined],
        ["c", false, true, undefined],
        ["b", false, true, "bytes=0-1"],
        ["b", false, true, "bytes=0-2"],
        ["b", false, false, undefined]
      ]
    )
    const random = seeded(5)
    for (let round = 0; round < 200; round++) {
      const index = random(heads.length)
      assert.deepStrictEqual(told(heads[index] ?? ""), alone[index])
    }
  })
  it("are not looked for in values or in the target", () => {
    const request = requestOf(get("/Range:x", "A: Range: x\r\n"))
    assert.isUndefined(request.field(fieldKey("Range")))
  })
})

describe("a decoder of HTTP", () => {
  it("returns some hundred requests at a time, and the rest when it is asked for more", () => {
    const decoder = makeRequestDecoder()
    const first = decoder.push(unsafe(get("/").repeat(600)))
    assert.isBelow(first.length, 600)
    assert.isTrue(decoder.hasMore())
    let count = first.length
    while (decoder.hasMore()) count += decoder.more().length
    assert.strictEqual(count, 600)
    assert.strictEqual(decoder.unfinished(), 0)
  })

  it("goes on with what comes while requests are left", () => {
    const decoder = makeRequestDecoder()
    let count = decoder.push(unsafe(get("/").repeat(300) + get("/").slice(0, 10))).length
    count += decoder.push(unsafe(get("/").slice(10))).length
    while (decoder.hasMore()) count += decoder.more().length
    assert.strictEqual(count, 301)
  })

  it("reads nothing behind a refused request, nor behind the last", () => {
    for (const last of [get("/", "Content-Length: 3\r\n"), get("/", "Connection: close\r\n")]) {
      const decoder = makeRequestDecoder()
      assert.lengthOf(requestsIn(decoder, latin1(last + get("/"))), 1)
      assert.lengthOf(requestsIn(decoder, latin1(get("/"))), 0)
      assert.strictEqual(decoder.unfinished(), 0)
    }
  })

  it("holds an unfinished head and nothing of those before it", () => {
    const decoder = makeRequestDecoder()
    decoder.push(unsafe(`${get("/").repeat(100)}GET /x`))
    assert.isAtLeast(decoder.unfinished(), 6)
    assert.isBelow(decoder.unfinished(), 100)
  })

  it("takes empty lines between requests for nothing unfinished", () => {
    const decoder = makeRequestDecoder()
    assert.lengthOf(decoder.push(unsafe(`${get("/")}\r\n`)), 1)
    assert.strictEqual(decoder.unfinished(), 0)
  })
})

describe("20,000 changed heads", () => {
  it("are read alike however they are cut, never fail, and hold no more than a head may have", () => {
    const random = seeded(20_261_126)
    const seen = new Set<string>()
    let most = 0
    for (let index = 0; index < 20_000; index++) {
      const bytes = latin1(mutated(random))
      const whole = requestsIn(makeRequestDecoder(), bytes).map(shown)
      const decoder = makeRequestDecoder()
      const cut = cutAt(bytes, [random(1000), random(1000), random(1000)]).flatMap((piece) => {
        const requests = requestsIn(decoder, piece)
        most = Math.max(most, decoder.unfinished())
        return requests
      })
      assertSame(cut.map(shown), whole, JSON.stringify(Buffer.from(bytes).toString("latin1")))
      for (const request of whole)
        seen.add(/^\d/.test(request) ? request : (request.split(" ", 1)[0] ?? ""))
    }
    assert.isAtMost(most, mostUnfinished)
    // Otherwise the changes are too many, or too few, to find anything.
    for (const kind of ["GET", "HEAD", "OPTIONS", "400", "413", "417", "501", "505"]) {
      assert.isTrue(seen.has(kind), kind)
    }
  })
})
