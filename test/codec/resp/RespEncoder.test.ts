import { assert, describe, it } from "@effect/vitest"
import { Stream } from "effect"
import { makeRepeatedReplies, makeReplyEncoder } from "../../../src/codec/resp/RespEncoder.ts"
import { FileNotFound, RangeNotSatisfiable, StoreUnavailable } from "../../../src/domain/Errors.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import { onWire } from "../../support/values/Bytes.ts"

const {
  Bulk,
  Content,
  Dictionary,
  CloseAfterReply,
  File,
  Integer,
  List,
  Null,
  Error: ErrorReply,
  NoReply,
  SwitchProtocol,
  Texts
} = Reply.Reply

const body: Reply.Body = {
  size: 3,
  bytes: Stream.make(new Uint8Array(3)),
  part: { name: ByteString.unsafe("a.txt"), start: 0 }
}
const details = Dictionary({
  entries: [
    [ByteString.fromText("nome"), Reply.text("ação.txt")],
    [ByteString.fromText("tamanho"), Integer({ value: 7 })]
  ]
})

interface Case {
  readonly what: string
  readonly reply: Reply.Reply
  readonly resp2: string
  /** Where it differs. */
  readonly resp3?: string
  readonly tail?: string
}

const cases: ReadonlyArray<Case> = [
  { what: "a status", reply: Reply.ok, resp2: "+OK\r\n" },
  {
    what: "a status that tries to end its line",
    reply: Reply.status("a\r\nb"),
    resp2: "+a  b\r\n"
  },
  { what: "text in Portuguese", reply: Reply.text("não"), resp2: onWire("$4\r\nnão\r\n") },
  { what: "an empty text", reply: Reply.text(""), resp2: "$0\r\n\r\n" },
  {
    what: "bytes of every kind",
    reply: Bulk({ value: ByteString.unsafe("\r\n\0\xff") }),
    resp2: "$4\r\n\r\n\0\xff\r\n"
  },
  { what: "nothing", reply: Null(), resp2: "$-1\r\n", resp3: "_\r\n" },
  { what: "a number", reply: Integer({ value: -42 }), resp2: ":-42\r\n" },
  {
    what: "the largest number",
    reply: Integer({ value: Number.MAX_SAFE_INTEGER }),
    resp2: ":9007199254740991\r\n"
  },
  { what: "an empty list", reply: List({ items: [] }), resp2: "*0\r\n" },
  {
    what: "lists in lists",
    reply: List({ items: [List({ items: [Null()] }), Reply.ok] }),
    resp2: "*2\r\n*1\r\n$-1\r\n+OK\r\n",
    resp3: "*2\r\n*1\r\n_\r\n+OK\r\n"
  },
  {
    what: "a dictionary",
    reply: details,
    resp2: onWire("*4\r\n$4\r\nnome\r\n$10\r\nação.txt\r\n$7\r\ntamanho\r\n:7\r\n"),
    resp3: onWire("%2\r\n$4\r\nnome\r\n$10\r\nação.txt\r\n$7\r\ntamanho\r\n:7\r\n")
  },
  {
    what: "a file",
    reply: File({ name: ByteString.fromText("a"), body }),
    resp2: "*2\r\n$1\r\na\r\n$3\r\n",
    tail: "\r\n"
  },
  { what: "a file's content", reply: Content({ body }), resp2: "$3\r\n", tail: "\r\n" },
  {
    what: "an error",
    reply: Reply.error(new FileNotFound()),
    resp2: onWire("-NOTFOUND Arquivo não encontrado!\r\n")
  },
  {
    what: "an error with a number in it",
    reply: Reply.error(new RangeNotSatisfiable({ size: 12 })),
    resp2: onWire("-RANGE Início além do fim do arquivo; tamanho 12.\r\n")
  },
  {
    what: "an error whose cause is nobody's business",
    reply: Reply.error(new StoreUnavailable({ cause: new Error("EIO: /secret") })),
    resp2: onWire("-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n")
  },
  {
    what: "an error that tries to end its line",
    reply: ErrorReply({ code: "ERR", message: "a\r\n+OK\r\n" }),
    resp2: "-ERR a  +OK  \r\n"
  },
  { what: "silence", reply: NoReply(), resp2: "" },
  {
    what: "a farewell",
    reply: CloseAfterReply({ reply: Reply.status("Adeus!") }),
    resp2: "+Adeus!\r\n"
  }
]

const switchTo = (version: Reply.ProtocolVersion, reply: Reply.Reply = Reply.ok) =>
  SwitchProtocol({ version, reply })

describe("a reply", () => {
  for (const { reply, resp2, resp3 = resp2, tail = "", what } of cases) {
    it(`is written in RESP 2 and 3: ${what}`, () => {
      const encoder = makeReplyEncoder()
      assert.strictEqual(encoder.head(reply), resp2)
      assert.strictEqual(encoder.tail(reply), tail)
      encoder.head(switchTo(3))
      assert.strictEqual(encoder.head(reply), resp3)
      assert.strictEqual(encoder.tail(reply), tail)
    })
  }

  it("that is told to many is encoded once a version, on whichever connection", () => {
    let encoded = 0
    const item = {
      _tag: "Integer",
      get value() {
        encoded += 1
        return 7
      }
    } as const
    const repeated = makeRepeatedReplies()
    const [one, other, third] = [1, 2, 3].map(() => makeReplyEncoder(repeated))
    third?.head(switchTo(3))
    const told = Reply.Reply.Pushes({ pushes: [[item]], isShared: true })
    for (const encoder of [one, other, third, third, one])
      assert.strictEqual(encoder?.head(told), `${encoder === third ? ">" : "*"}1\r\n:7\r\n`)
    assert.strictEqual(encoded, 2)
  })

  it("that switches the version is written in the new one already", () => {
    const encoder = makeReplyEncoder()
    assert.isTrue(encoder.head(switchTo(3, details)).startsWith("%2"))
    assert.isTrue(encoder.head(details).startsWith("%2"))
    assert.isTrue(encoder.head(switchTo(2, details)).startsWith("*4"))
    assert.isTrue(encoder.head(details).startsWith("*4"))
  })

  it("that switches the version in silence switches it", () => {
    const encoder = makeReplyEncoder()
    assert.strictEqual(encoder.head(switchTo(3, NoReply())), "")
    assert.strictEqual(encoder.head(Null()), "_\r\n")
  })

  it("of one connection knows nothing of another's version", () => {
    makeReplyEncoder().head(switchTo(3))
    assert.strictEqual(makeReplyEncoder().head(Null()), "$-1\r\n")
  })
})

describe("a list of texts", () => {
  it("is the list of their bulk strings, whole and in parts, ASCII or not", () => {
    for (const length of [0, 1, 1024, 1025, 3000]) {
      for (const other of ["plain", "ação", "\ud800", "\u{1f600}"]) {
        // The last of them is another, in the last part of several.
        const texts = Array.from({ length }, (_, index) =>
          index < length - 1 ? `f${index}` : other
        )
        const encoder = makeReplyEncoder()
        const whole = encoder.head(List({ items: texts.map(Reply.text) }))
        const list = Texts({ texts })
        assert.strictEqual(encoder.head(list), whole)
        assert.strictEqual([...encoder.listParts(list)].join(""), whole)
      }
    }
  })
})

describe("a list in parts", () => {
  it("is the list, in both versions, whatever its length", () => {
    for (const length of [0, 1, 1024, 1025, 3000]) {
      const items = Array.from({ length }, (_, index) =>
        index % 2 === 0
          ? Reply.text(`ação-${index}`)
          : Dictionary({ entries: [[ByteString.unsafe("n"), Integer({ value: index })]] })
      )
      const encoder = makeReplyEncoder()
      for (const version of [2, 3] as const) {
        encoder.head(Reply.Reply.SwitchProtocol({ version, reply: Reply.ok }))
        const list = List({ items })
        const parts = [...encoder.listParts(list)]
        assert.strictEqual(parts.join(""), encoder.head(list))
        for (const part of parts) assert.isBelow(part.length, 100 * 1024)
      }
    }
  })
})
