import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { Malformed, type Request } from "../../../src/codec/Codec.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import { longestLine, mostBytes, mostArgs } from "../../../src/codec/resp/RespLimits.ts"
import { BadArgument, UnknownCommand } from "../../../src/domain/Errors.ts"
import { Sentence } from "../../../src/domain/sentences/Sentence.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Arbitraries from "../../support/values/Arbitraries.ts"
import { byteByByte, cutAt, framed, inPieces, latin1, sent } from "../../support/values/Bytes.ts"
import { assertSame } from "../../support/values/Same.ts"

const decode = (pieces: Iterable<Uint8Array>): ReadonlyArray<Request> => {
  const decoder = makeRequestDecoder()
  const requests: Array<Request> = []
  for (const piece of pieces) requests.push(...requestsIn(decoder, piece))
  return [...requests, ...decoder.end()]
}

const decodeText = (text: string): ReadonlyArray<Request> => decode([latin1(text)])

const places = Arbitrary.array(
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1 << 20 })))
)

const ping = { _tag: "Ping", message: undefined } as const
const echo = (message: string) => ({ _tag: "Echo", message: ByteString.unsafe(message) }) as const

describe("a command that was sent", () => {
  it.prop(
    "is read back as the same command, wherever its bytes are cut",
    [Arbitraries.command, places],
    ([command, places]) => {
      assertSame(decode(cutAt(latin1(sent(command)), places)), [command])
    },
    { arbitrary: { runs: 500 } }
  )

  it.prop(
    "is read back as the same command when its bytes come one at a time",
    [Arbitraries.command],
    ([command]) => {
      assertSame(decode(byteByByte(latin1(sent(command)))), [command])
    }
  )

  it.prop(
    "is read back among others and inline lines, in order, wherever the bytes are cut",
    [
      Arbitrary.array(
        Arbitrary.all([
          Arbitraries.command,
          Arbitrary.schema(Schema.Literals(["", "\r\n", "PING\r\n", "ping\n", "*0\r\n", "*-1\r\n"]))
        ])
      ),
      places
    ],
    ([conversation, places]) => {
      const bytes = latin1(conversation.map(([command, line]) => sent(command) + line).join(""))
      const requests = conversation.flatMap(([command, line]) =>
        /ping/i.test(line) ? [command, ping] : [command]
      )
      assertSame(decode(cutAt(bytes, places)), requests)
      assertSame(decode(byteByByte(bytes)), requests)
    },
    { arbitrary: { runs: 200 } }
  )

  it("is read back when two halves meet at any of its bytes", () => {
    const bytes = latin1(framed(["ECHO", "a\r\nb"]) + "ping\n" + framed(["ECHO", ""]))
    for (let place = 0; place <= bytes.length; place++) {
      assertSame(decode(cutAt(bytes, [place])), [echo("a\r\nb"), ping, echo("")])
    }
  })

  it("may be as large as a request may be, and come in small pieces", () => {
    const message = "m".repeat(mostBytes - "ECHO".length)
    const [request, ...others] = decode(inPieces(latin1(framed(["ECHO", message])), 61))
    assertSame(others, [])
    // Compared by hand: a difference of a megabyte is not worth printing.
    assert.isTrue(request !== undefined && "message" in request && request.message === message)
  })

  it("may have as many words as a request may have", () => {
    const words = ["EXISTS", ...new Array<string>(mostArgs - 1).fill("x")]
    const [request] = decodeText(framed(words))
    assert.isTrue(
      request !== undefined && "names" in request && request.names.length === mostArgs - 1
    )
  })
})

/** Requests that are nothing but a name, and others that begin or end like one of them. */
const alike = Arbitrary.schema(
  Schema.Literals(
    [
      ["PING"],
      ["ping"],
      ["HORA"],
      ["RESET"],
      ["PINGUE"],
      ["PING", "PING"],
      ["ECHO", framed(["PING"])]
    ].map(framed)
  )
)

it.prop(
  "a request is the same command however often it came before, wherever its bytes are cut",
  [Arbitrary.array(Arbitrary.all([alike, Arbitrary.schema(Schema.Literals([1, 2, 3]))])), places],
  ([repeated, places]) => {
    const texts = repeated.flatMap(([text, times]) => Array.from({ length: times }, () => text))
    assertSame(
      decode(cutAt(latin1(texts.join("")), places)),
      texts.flatMap((text) => decodeText(text))
    )
  },
  { arbitrary: { runs: 500 } }
)

describe("bytes that are no command", () => {
  /** Bytes that look like RESP for a while: pieces of requests, and anything. */
  const nearly = Arbitrary.array(
    Arbitrary.schema(
      Schema.Literals([
        "*",
        "$",
        "1",
        "2",
        "-",
        "0",
        "\r",
        "\n",
        "\r\n",
        "PING",
        '"',
        "'",
        "\\x",
        " ",
        "\xff",
        "\0"
      ])
    )
  ).pipe(Arbitrary.map((parts) => latin1(parts.join(""))))

  for (const [what, bytes] of [
    ["random", Arbitraries.bytes],
    ["almost right", nearly]
  ] as const) {
    it.prop(
      `never throw, and mean the same wherever they are cut: ${what}`,
      [bytes, places],
      ([bytes, places]) => {
        const whole = decode([bytes])
        assertSame(decode(cutAt(bytes, places)), whole)
        assertSame(decode(byteByByte(bytes)), whole)
        assert.isFalse(whole.slice(0, -1).some((request) => request instanceof Malformed))
      },
      { arbitrary: { runs: 2000, size: 40 } }
    )
  }

  it("do not undo what came before them", () => {
    assert.deepStrictEqual(decodeText("PING\r\n*1\r\n$4\r\nPING\r\n*x\r\nPING\r\n"), [
      ping,
      ping,
      new Malformed({ message: "Protocol error: invalid multibulk length" })
    ])
  })

  it("are the last thing that is read", () => {
    const decoder = makeRequestDecoder()
    assert.strictEqual(decoder.push(ByteString.unsafe("*x\r\n")).length, 1)
    assert.deepStrictEqual(decoder.push(ByteString.unsafe("PING\r\n")), [])
    assert.deepStrictEqual(decoder.end(), [])
  })

  it("are not a command for having been cut off by the end of input", () => {
    for (const start of [
      "PING",
      "*1\r\n$4\r\nPING\r",
      "*1\r\n$4\r\nPI",
      "*1\r\n$4\r",
      "*2\r\n$4\r\nPING\r\n",
      "*"
    ]) {
      assert.deepStrictEqual(decodeText(start), [])
    }
  })

  const malformed = (message: string) => [new Malformed({ message: `Protocol error: ${message}` })]
  const cases: ReadonlyArray<readonly [bytes: string, message: string]> = [
    ["*x\r\n", "invalid multibulk length"],
    ["*\r\n", "invalid multibulk length"],
    ["*+1\r\n", "invalid multibulk length"],
    ["*01\r\n", "invalid multibulk length"],
    ["*-0\r\n", "invalid multibulk length"],
    ["* 1\r\n", "invalid multibulk length"],
    ["*1 \r\n", "invalid multibulk length"],
    ["*1e1\r\n", "invalid multibulk length"],
    ["*0x1\r\n", "invalid multibulk length"],
    ["*1.5\r\n", "invalid multibulk length"],
    [`*${mostArgs + 1}\r\n`, "invalid multibulk length"],
    ["*9223372036854775808\r\n", "invalid multibulk length"],
    ["*1\r\nPING\r\n", "expected '$', got 'P'"],
    ["*1\r\n:4\r\n", "expected '$', got ':'"],
    ["*1\r\n*1\r\n", "expected '$', got '*'"],
    ["*1\r\n\x1b[2J\r\n", "expected '$', got ' '"],
    ["*1\r\n\r\n", "expected '$', got ' '"],
    ["*1\r\n$\r\n", "invalid bulk length"],
    ["*1\r\n$-1\r\n", "invalid bulk length"],
    ["*1\r\n$4x\r\n", "invalid bulk length"],
    ["*1\r\n$04\r\n", "invalid bulk length"],
    [`*1\r\n$${mostBytes + 1}\r\n`, "invalid bulk length"],
    [`*2\r\n$1\r\nx\r\n$${mostBytes}\r\n`, "invalid bulk length"],
    [`*${"1".repeat(longestLine)}`, "too big mbulk count string"],
    [`*1\r\n$${"1".repeat(longestLine)}`, "too big bulk count string"],
    ["x".repeat(longestLine + 1), "too big inline request"],
    ['"\r\n', "unbalanced quotes in request"],
    ["'\r\n", "unbalanced quotes in request"],
    ['"a"b\r\n', "unbalanced quotes in request"],
    ["'a'b\r\n", "unbalanced quotes in request"],
    ['"\\"\r\n', "unbalanced quotes in request"]
  ]
  for (const [bytes, message] of cases) {
    it(`break the protocol, ${message}: ${JSON.stringify(bytes.slice(0, 24))}`, () => {
      assert.deepStrictEqual(decodeText(bytes), malformed(message))
      assert.deepStrictEqual(decode(byteByByte(latin1(bytes))), malformed(message))
    })
  }
})

describe("words that are no command", () => {
  it("are an error of their own, and what follows is read on", () => {
    assert.deepStrictEqual(decodeText("nada\r\nSELECT x\r\n" + framed(["", "x"]) + "PING\r\n"), [
      new UnknownCommand({ name: "nada" }),
      new BadArgument({
        text: Sentence.make("value is not an integer or out of range"),
        command: "select"
      }),
      new UnknownCommand({ name: "" }),
      ping
    ])
  })
})

describe("a peer that never ends its request", () => {
  const chunk = 16 * 1024
  /** How many bytes are taken before the protocol is found broken; no more than `limit`. */
  const bytesTaken = (start: string, endless: string, limit: number): number => {
    const decoder = makeRequestDecoder()
    decoder.push(ByteString.unsafe(start))
    const bytes = latin1(endless.repeat(Math.ceil(chunk / endless.length)))
    for (let fed = bytes.length; fed <= limit; fed += bytes.length) {
      if (requestsIn(decoder, bytes).some((request) => request instanceof Malformed)) return fed
    }
    return Number.POSITIVE_INFINITY
  }

  it("is stopped in an endless line", () => {
    assert.isAtMost(bytesTaken("", "x", 1 << 20), longestLine + chunk)
    assert.isAtMost(bytesTaken("", "\0", 1 << 20), longestLine + chunk)
    assert.isAtMost(bytesTaken("*", "1", 1 << 20), longestLine + chunk)
    assert.isAtMost(bytesTaken("*2\r\n$", "1", 1 << 20), longestLine + chunk)
  })

  it("is stopped in endless words", () => {
    const most = mostBytes + mostArgs * "$0\r\n\r\n".length + 2 * chunk
    assert.isAtMost(
      bytesTaken(`*${mostArgs}\r\n`, `$1000\r\n${"x".repeat(1000)}\r\n`, 2 * most),
      most
    )
  })
})
