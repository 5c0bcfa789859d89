import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema, Stream } from "effect"
import {
  encodeRequest,
  largestReply,
  makeReplyBuilder
} from "../../../src/codec/resp/RespClient.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { makeReplyEncoder } from "../../../src/codec/resp/RespEncoder.ts"
import { makeTokenDecoder, MalformedReply, type Token } from "../../../src/codec/resp/RespTokens.ts"
import * as Parser from "../../../src/commands/Parser.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Arbitraries from "../../support/values/Arbitraries.ts"
import { byteByByte, cutAt, latin1 } from "../../support/values/Bytes.ts"
import { chunk, isStopped } from "../../support/values/Replies.ts"
import { assertSame } from "../../support/values/Same.ts"

const { Bulk, Dictionary, Integer, List, Null, Error: ErrorReply, Status } = Reply.Reply

/** What the client makes of bytes: replies, and, as the last thing of all, what is wrong with them. */
const decode = (pieces: Iterable<Uint8Array>): ReadonlyArray<Reply.Reply | MalformedReply> => {
  const decoder = makeTokenDecoder()
  const builder = makeReplyBuilder()
  const replies: Array<Reply.Reply | MalformedReply> = []
  for (const token of [...pieces].flatMap(decoder.push)) {
    const reply = token instanceof MalformedReply ? token : builder.push(token)
    if (reply !== undefined) replies.push(reply)
    if (reply instanceof MalformedReply) break
  }
  return replies
}

const decodeText = (text: string): ReadonlyArray<Reply.Reply | MalformedReply> =>
  decode([latin1(text)])

/** A reply before it has its bodies, which no schema can describe. */
type Plan =
  | { readonly _tag: "Status"; readonly text: ByteString.ByteString }
  | { readonly _tag: "Bulk"; readonly value: ByteString.ByteString }
  | { readonly _tag: "Null" }
  | { readonly _tag: "Integer"; readonly value: number }
  | { readonly _tag: "Error"; readonly code: string; readonly message: string }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Plan> }
  | {
      readonly _tag: "Dictionary"
      readonly entries: ReadonlyArray<readonly [key: ByteString.ByteString, value: Plan]>
    }

const oneLine = Schema.isPattern(/^[^\r\n]*$/)

const Plan: Schema.Schema<Plan> = Schema.Union([
  Schema.TaggedStruct("Status", { text: ByteString.ByteString.check(oneLine) }),
  Schema.TaggedStruct("Bulk", { value: ByteString.ByteString }),
  Schema.TaggedStruct("Null", {}),
  Schema.TaggedStruct("Integer", { value: Schema.Int }),
  Schema.TaggedStruct("Error", {
    code: Schema.Literals(["ERR", "NOTFOUND", "NOPROTO", "WRONGPASS"]),
    message: Schema.String.check(
      oneLine,
      Schema.makeFilter((text: string) => text.isWellFormed())
    )
  }),
  Schema.TaggedStruct("List", { items: Schema.Array(Schema.suspend(() => Plan)) }),
  Schema.TaggedStruct("Dictionary", {
    entries: Schema.Array(Schema.Tuple([ByteString.ByteString, Schema.suspend(() => Plan)]))
  })
])

/** How deep aggregates nest. */
const depth = (plan: Plan): number => {
  switch (plan._tag) {
    case "List":
      return 1 + Math.max(0, ...plan.items.map(depth))
    case "Dictionary":
      return 1 + Math.max(0, ...plan.entries.map(([, value]) => depth(value)))
    default:
      return 0
  }
}

const toReply = (plan: Plan): Reply.Reply => {
  switch (plan._tag) {
    case "Status":
      return Status(plan)
    case "Bulk":
      return Bulk(plan)
    case "Null":
      return Null()
    // Zero has one form on the wire.
    case "Integer":
      return Integer({ value: plan.value === 0 ? 0 : plan.value })
    case "Error":
      return ErrorReply(plan)
    case "List":
      return List({ items: plan.items.map(toReply) })
    case "Dictionary":
      return Dictionary({ entries: plan.entries.map(([key, value]) => [key, toReply(value)]) })
  }
}

const nested = Arbitrary.schema(Plan).pipe(
  Arbitrary.filter((plan) => depth(plan) <= 16),
  Arbitrary.map(toReply)
)

const byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

/** A word of bytes of every kind. */
const word = Arbitrary.map(Arbitraries.bytes, ByteString.fromBytes)

/** Any reply that is sent, with the bytes of its body where it has one. */
interface Sent {
  readonly reply: Reply.Reply
  readonly body: string
}

const bodyOf = (value: ByteString.ByteString): Reply.Body => ({
  size: value.length,
  bytes: Stream.succeed(ByteString.toBytes(value)),
  part: { name: ByteString.unsafe("a.txt"), start: 0 }
})

/** The kinds of reply beside the nested ones: each around or beside what else there is. */
const sent: Arbitrary.Arbitrary<Sent> = Arbitrary.all([
  Arbitrary.schema(Schema.Literals(["plain", "bulk", "file", "content", "farewell", "switch"])),
  nested,
  word,
  word
]).pipe(
  Arbitrary.map(([kind, reply, name, content]): Sent => {
    switch (kind) {
      case "plain":
        return { reply, body: "" }
      case "bulk":
        return { reply: Bulk({ value: content }), body: "" }
      case "file":
        return { reply: Reply.Reply.File({ name, body: bodyOf(content) }), body: content }
      case "content":
        return { reply: Reply.Reply.Content({ body: bodyOf(content) }), body: content }
      case "farewell":
        return { reply: Reply.Reply.CloseAfterReply({ reply }), body: "" }
      case "switch":
        return { reply: Reply.Reply.SwitchProtocol({ version: 3, reply }), body: "" }
    }
  })
)

/** The reply as the client is to see it. */
const seen = ({ body, reply }: Sent, version: Reply.ProtocolVersion): Reply.Reply => {
  const inside = (reply: Reply.Reply) => seen({ reply, body: "" }, version)
  switch (reply._tag) {
    case "List":
      return List({ items: reply.items.map(inside) })
    case "Dictionary": {
      const entries = reply.entries.map(([key, value]) => [key, inside(value)] as const)
      return version === 3
        ? Dictionary({ entries })
        : List({ items: entries.flatMap(([value, item]) => [Bulk({ value }), item]) })
    }
    case "File":
      return List({
        items: [Bulk({ value: reply.name }), Bulk({ value: ByteString.unsafe(body) })]
      })
    case "Content":
      return Bulk({ value: ByteString.unsafe(body) })
    case "CloseAfterReply":
    case "SwitchProtocol":
      return inside(reply.reply)
    default:
      return reply
  }
}

/** The bytes of a conversation in which the server says these things. */
const spoken = (replies: ReadonlyArray<Sent>, version: Reply.ProtocolVersion): Uint8Array => {
  const encoder = makeReplyEncoder()
  encoder.head(Reply.Reply.SwitchProtocol({ version, reply: Reply.Reply.NoReply() }))
  return latin1(
    replies.map(({ body, reply }) => encoder.head(reply) + body + encoder.tail(reply)).join("")
  )
}

const places = Arbitrary.array(
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1 << 20 })))
)

describe("a reply that the server encodes", () => {
  it.prop(
    "in RESP 3 is read as the same reply, wherever its bytes are cut",
    [sent, places],
    ([sent, places]) => {
      assertSame(decode(cutAt(spoken([sent], 3), places)), [seen(sent, 3)])
    },
    { arbitrary: { runs: 500 } }
  )

  it.prop(
    "in RESP 2 is read as the same reply, a dictionary as a flat list, wherever its bytes are cut",
    [sent, places],
    ([sent, places]) => {
      if (sent.reply._tag === "SwitchProtocol") return
      assertSame(decode(cutAt(spoken([sent], 2), places)), [seen(sent, 2)])
    },
    { arbitrary: { runs: 500 } }
  )

  it.prop(
    "is read among others, in order, wherever the bytes are cut",
    [Arbitrary.array(sent), places],
    ([all, places]) => {
      const bytes = spoken(all, 3)
      const replies = all.map((sent) => seen(sent, 3))
      assertSame(decode(cutAt(bytes, places)), replies)
      assertSame(decode(byteByByte(bytes)), replies)
    },
    { arbitrary: { runs: 100 } }
  )

  it("may nest sixteen deep", () => {
    const deep = (levels: number): Reply.Reply =>
      levels === 0 ? Null() : List({ items: [deep(levels - 1)] })
    const sent = { reply: deep(16), body: "" }
    assertSame(decode([spoken([sent], 3)]), [sent.reply])
  })
})

describe("a command that the client encodes", () => {
  it.prop(
    "is read by the server as the same command, wherever its bytes are cut",
    [Arbitraries.command, places],
    ([command, places]) => {
      const decoder = makeRequestDecoder()
      const bytes = latin1(encodeRequest(Parser.print(command)))
      assertSame(
        cutAt(bytes, places).flatMap((piece) => decoder.push(ByteString.fromBytes(piece))),
        [command]
      )
    },
    { arbitrary: { runs: 500 } }
  )
})

describe("bytes that are no reply", () => {
  /** Pieces of replies in any order, which look right for a while. */
  const nearly = Arbitrary.array(
    Arbitrary.schema(
      Schema.Literals(
        // prettier-ignore
        ["*", "%", "$", "+", "-", ":", "_", "1", "2", "0", "\r", "\n", "\r\n", "$1\r\nx\r\n", "+OK\r\n", " ", "\xff", "\0"]
      )
    )
  ).pipe(Arbitrary.map((parts) => latin1(parts.join(""))))
  const random = Arbitrary.map(Arbitrary.array(Arbitrary.schema(byte)), (bytes) =>
    Uint8Array.from(bytes)
  )

  for (const [what, bytes] of [
    ["random", random],
    ["almost right", nearly]
  ] as const) {
    it.prop(
      `never throw, and mean the same wherever they are cut: ${what}`,
      [bytes, places],
      ([bytes, places]) => {
        const whole = decode([bytes])
        assertSame(decode(cutAt(bytes, places)), whole)
        assertSame(decode(byteByByte(bytes)), whole)
      },
      { arbitrary: { runs: 500 } }
    )
  }

  const cases: ReadonlyArray<readonly [bytes: string, reason: string]> = [
    ["hello\r\n", "unknown type of reply"],
    ["HTTP/1.1 400 Bad Request\r\n", "unknown type of reply"],
    ["\r\n", "unknown type of reply"],
    ["+OK\n", "a line does not end in CR LF"],
    ["$x\r\n", "invalid bulk length"],
    ["$-2\r\n", "invalid bulk length"],
    ["$\r\n", "invalid bulk length"],
    ["$1e3\r\n", "invalid bulk length"],
    [`$${"9".repeat(16)}\r\n`, "invalid bulk length"],
    [`$${"9".repeat(400)}\r\n`, "invalid bulk length"],
    ["*-2\r\n", "invalid length of an aggregate"],
    ["%1.5\r\n", "invalid length of an aggregate"],
    [":1.5\r\n", "invalid integer"],
    [":\r\n", "invalid integer"],
    [":9007199254740992\r\n", "invalid integer"],
    ["*2\r\n$3\r\nabcd\r\n", "a bulk string is longer than announced"],
    ["*2\r\n$3\r\nabc\n\n", "a bulk string is longer than announced"],
    ["%1\r\n+key\r\n+value\r\n", "a key is no bulk string"],
    ["%1\r\n*0\r\n+value\r\n", "a key is no bulk string"],
    ["*1\r\n".repeat(17), "the reply is nested too deep"],
    [`$${largestReply + 1}\r\n`, "the reply is too large to be kept in memory"],
    [`*2\r\n$1\r\nx\r\n$${largestReply}\r\n`, "the reply is too large to be kept in memory"],
    [`+${"x".repeat(64 * 1024)}\r\n`, "a line is too long"],
    ["x".repeat(64 * 1024 + 1), "a line is too long"]
  ]
  for (const [bytes, reason] of cases) {
    it(`are told from a reply, ${reason}: ${JSON.stringify(bytes.slice(0, 24))}`, () => {
      const malformed = [new MalformedReply({ reason })]
      assert.deepStrictEqual(decodeText(bytes), malformed)
      assert.deepStrictEqual(decode(byteByByte(latin1(bytes))), malformed)
    })
  }

  it("do not take the replies before them away, and nothing after them is read", () => {
    const decoder = makeTokenDecoder()
    const ok: Token = { _tag: "Leaf", reply: Reply.ok }
    const malformed = new MalformedReply({ reason: "unknown type of reply" })
    assert.deepStrictEqual(decoder.push(latin1("+OK\r\n+OK\r\n?\r\n+OK\r\n")), [ok, ok, malformed])
    assert.deepStrictEqual(decoder.push(latin1("+OK\r\n")), [])
  })
})

describe("a server that never ends its reply", () => {
  it("is stopped in an endless line", () => {
    assert.isTrue(isStopped("", "+", 64 * 1024 + chunk))
    assert.isTrue(isStopped("$", "1", 64 * 1024 + chunk))
    assert.isTrue(isStopped("*3\r\n-", "E", 64 * 1024 + chunk))
  })

  it("is stopped in an endless nest", () => {
    assert.isTrue(isStopped("", "*1\r\n", chunk))
    assert.isTrue(isStopped("", "%1\r\n$1\r\nk\r\n", chunk))
  })
})
