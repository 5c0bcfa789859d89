import { assert, describe, it } from "@effect/vitest"
import { fromBytes, unsafe } from "../../src/domain/ByteString.ts"
import { detect } from "../../src/codec/Detect.ts"
import { FirstLine } from "../../src/codec/http/FirstLine.ts"
import { http } from "../../src/codec/http/Http.ts"
import { pickle } from "../../src/codec/pickle/Pickle.ts"
import { makeResp } from "../../src/codec/resp/Resp.ts"
import * as Reply from "../../src/domain/Reply.ts"
import { goldens } from "../support/values/Pickles.ts"
import { assertSame } from "../support/values/Same.ts"

const hello = Reply.text("oi")
const asPickle = "\x80\x03X\x02\0\0\0oi."
const asResp = "$2\r\noi\r\n"

/** What is spoken once these bytes have come, one at a time. */
const spoken = (bytes: string) => {
  const codec = detect({ pickle, fallback: makeResp() })
  const decoder = codec.makeDecoder()
  const encoder = codec.makeEncoder()
  const requests = Array.from(bytes, (byte) => decoder.push(unsafe(byte))).flat()
  return {
    name: codec.name,
    tags: [...requests, ...decoder.end()].map(({ _tag }) => _tag),
    reply: encoder.head(hello) + encoder.tail(hello)
  }
}

describe("the first byte", () => {
  it("of a list or a tuple that CPython pickled, in any protocol, opens a pickle conversation", () => {
    for (const { pickles, value } of goldens) {
      if (value._tag !== "List" && value._tag !== "Tuple") continue
      for (const { bytes, how } of pickles) {
        // Protocol 1 has an opcode for the empty tuple; nothing is asked with that.
        if (bytes[0] === 0x29) continue
        const codec = detect({ pickle, fallback: makeResp() })
        codec.makeDecoder().push(fromBytes(bytes.subarray(0, 1)))
        assert.strictEqual(codec.name, "pickle", how)
      }
    }
  })

  it("opens a pickle conversation with 0x80, ( and ], and RESP with any other", () => {
    for (let code = 0; code < 256; code++) {
      const byte = String.fromCharCode(code)
      const { name, reply } = spoken(byte)
      const expected = "\x80(]".includes(byte) ? ["pickle", asPickle] : ["resp", asResp]
      assert.deepStrictEqual([name, reply], expected, String(code))
    }
  })

  it("decides for the whole conversation", () => {
    assert.deepStrictEqual(spoken("PING\r\n](Ve\n.").tags, ["Ping", "UnknownCommand"])
    assert.deepStrictEqual(spoken("](VHORA\nNe.PING\r\n").tags, ["Time", "Malformed"])
  })

  it("is waited for: until then RESP has the word, nothing has a name, and an end says nothing", () => {
    assert.deepStrictEqual(spoken(""), { name: undefined, tags: [], reply: asResp })
    const codec = detect({ pickle, fallback: makeResp() })
    assert.deepStrictEqual(codec.makeDecoder().push(unsafe("")), [])
    assert.strictEqual(codec.name, undefined)
  })

  it("may come after something was said, and the encoder follows it", () => {
    const codec = detect({ pickle, fallback: makeResp() })
    const encoder = codec.makeEncoder()
    assert.strictEqual(encoder.head(hello), asResp)
    codec.makeDecoder().push(unsafe("]"))
    assert.strictEqual(encoder.head(hello), asPickle)
  })
})

const httpLine = /^[A-Z]{1,16} [!-~]+ HTTP\/1\.[01]\r?$/

/** The most bytes of a first line of HTTP, with its end. */
const longestLine = 16 * 1024

/** A line of HTTP of so many bytes. */
const lineOf = (length: number): string => {
  const [start, end] = ["GET /", " HTTP/1.1\r\n"]
  return start + "x".repeat(length - start.length - end.length) + end
}

const firstLines: ReadonlyArray<string> = [
  "GET / HTTP/1.1\r\n",
  "GET / HTTP/1.0\n",
  "OPTIONS * HTTP/1.1\r\n",
  "ABCDEFGHIJKLMNOP /x HTTP/1.1\r\n",
  "ABCDEFGHIJKLMNOPQ /x HTTP/1.1\r\n",
  `GET /${"x".repeat(9000)} HTTP/1.1\r\n`,
  lineOf(longestLine),
  lineOf(longestLine + 1),
  `GET /${"x".repeat(20_000)} HTTP/1.1\r\n`,
  "GET / HTTP/1.2\r\n",
  "GET / HTTP/2.0\r\n",
  "GET / HTTP/1.1 \r\n",
  "GET / HTTP/1.1\r\r\n",
  "GET  / HTTP/1.1\r\n",
  "GET /a b HTTP/1.1\r\n",
  "GET /\x80 HTTP/1.1\r\n",
  "get / HTTP/1.1\r\n",
  " GET / HTTP/1.1\r\n",
  "\r\nGET / HTTP/1.1\r\n",
  "GET file1.txt\r\n",
  "GET\r\n",
  "PING\r\n",
  "ping\r\n",
  "PING\n",
  "ECHO a b HTTP/1.1\r\n",
  "M-SEARCH * HTTP/1.1\r\n",
  "*1\r\n$4\r\nPING\r\n",
  "](VHORA\nNe.",
  "\n"
]

describe("the first line", () => {
  const isHttp = (line: string) =>
    line.length <= longestLine && httpLine.test(line.split("\n", 1)[0] ?? "")

  /** What is spoken, and what is asked, once these pieces have come. */
  const told = (pieces: Iterable<string>) => {
    const codec = detect({ pickle, http, fallback: makeResp() })
    const decoder = codec.makeDecoder()
    const requests = Array.from(pieces, (piece) => decoder.push(unsafe(piece))).flat()
    return { name: codec.name, tags: requests.map(({ _tag }) => _tag) }
  }

  /** Every place to cut a line at; the edges of one that is too long for that. */
  const cuts = ({ length }: string): ReadonlyArray<number> => {
    const all = Array.from({ length: length + 1 }, (_, cut) => cut)
    return length < 200 ? all : [...all.slice(0, 24), ...all.slice(-25)]
  }

  it("is HTTP's where it has its form, wherever it is cut", () => {
    for (const line of firstLines) {
      const whole = told([line])
      const shown = `${line.slice(0, 40)}, ${line.length} bytes`
      assert.strictEqual(whole.name === "http", isHttp(line), shown)
      assertSame(told(line), whole, `${shown}, byte by byte`)
      for (const cut of cuts(line)) {
        const pieces = [line.slice(0, cut), line.slice(cut)]
        assertSame(told(pieces), whole, `${shown}, cut at ${cut}`)
      }
    }
  })

  it("counts as unfinished while it is open, and commands nothing before it is decided", () => {
    const codec = detect({ pickle, http, fallback: makeResp() })
    const decoder = codec.makeDecoder()
    assert.strictEqual(decoder.unfinished(), 0)
    for (const byte of "GET file1.txt") {
      assert.lengthOf(decoder.push(unsafe(byte)), 0)
      assert.isAbove(decoder.unfinished(), 0)
      assert.strictEqual(codec.name, undefined)
    }
    assert.deepStrictEqual(
      decoder.push(unsafe("\r\nPING\r\n")).map(({ _tag }) => _tag),
      ["Get", "Ping"]
    )
    assert.strictEqual(codec.name, "resp")
    assert.strictEqual(decoder.unfinished(), 0)
  })

  it("is decided at the first byte that fits no more", () => {
    assert.strictEqual(new FirstLine().push("G"), undefined)
    assert.strictEqual(new FirstLine().push("g"), false)
    assert.strictEqual(new FirstLine().push("GET /x HTTP/1.1"), undefined)
    assert.strictEqual(new FirstLine().push("GET /x HTTP/1.1\r\n"), true)
    assert.strictEqual(new FirstLine().push("GET /x HTTQ"), false)
  })

  it("never makes HTTP of RESP later, nor RESP of HTTP", () => {
    const tags = (text: string) => {
      const codec = detect({ pickle, http, fallback: makeResp() })
      return codec
        .makeDecoder()
        .push(unsafe(text))
        .map(({ _tag }) => _tag)
    }
    assert.deepStrictEqual(tags("PING\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), [
      "Ping",
      "WrongArity",
      "Foreign"
    ])
    assert.deepStrictEqual(tags("GET / HTTP/1.1\r\nHost: a\r\n\r\nPING\r\n\r\n"), [
      "HttpRequest",
      "HttpRefusal"
    ])
    assert.deepStrictEqual(tags("GET / HTTP/1.1\r\nHost: a\r\n\r\n*1\r\n$4\r\nPING\r\n\r\n"), [
      "HttpRequest",
      "HttpRefusal"
    ])
  })

  it("is foreign where HTTP is not spoken", () => {
    const decoder = detect({ pickle, fallback: makeResp() }).makeDecoder()
    assert.deepStrictEqual(
      decoder.push(unsafe("GET / HTTP/1.1\r\n")).map(({ _tag }) => _tag),
      ["Foreign"]
    )
  })
})
