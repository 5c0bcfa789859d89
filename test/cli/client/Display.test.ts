import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { toJson, toText } from "../../../src/cli/client/Display.ts"
import { escape, escapeLines, toJsonLine } from "../../../src/cli/Escape.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"

const {
  Bulk,
  Dictionary,
  CloseAfterReply,
  Integer,
  List,
  Null,
  Error: ErrorReply,
  SwitchProtocol
} = Reply.Reply

/** What a terminal may take for an order, or for a change of the direction of writing. */
const steers = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

const character = Schema.Union([
  Schema.String,
  // prettier-ignore
  Schema.Literals(["\x00", "\x1b[2J", "\r\n", "\n", "\t", "\x7f", "\x80", "\x9b", "\x9f", "\xa0", "ç", "\u061c", "\u200e", "\u2028", "\u202e", "\u2060", "\u2066", "\u2069", "\u{1f600}"])
])
const text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(character)), (parts) => parts.join(""))

describe("text from the other side, in a line", () => {
  it.prop("never steers the terminal", [text], ([text]) => {
    assert.notMatch(escape(text), steers)
  })

  it.prop("stays as it is where there is nothing to escape", [text], ([text]) => {
    const harmless = text.replaceAll(new RegExp(steers, "g"), "")
    assert.strictEqual(escape(harmless), harmless)
  })

  const cases: ReadonlyArray<readonly [what: string, text: string, shown: string]> = [
    ["an escape sequence", "\x1b[31mred", String.raw`\x1b[31mred`],
    ["a window title", "\x1b]0;root\x07", String.raw`\x1b]0;root\x07`],
    ["a line end", "a\r\nb", String.raw`a\x0d\x0ab`],
    ["a tab", "a\tb", String.raw`a\x09b`],
    ["NUL", "a\0b", String.raw`a\x00b`],
    ["DEL", "\x7f", String.raw`\x7f`],
    ["CSI in one character, of C1", "\x9b2J", String.raw`\x9b2J`],
    ["the first and the last of C1", "\x80\x9f", String.raw`\x80\x9f`],
    ["a name that reads backwards", "a\u202etxt.exe", String.raw`a\u202etxt.exe`],
    ["isolates", "\u2066x\u2069", String.raw`\u2066x\u2069`],
    ["direction marks", "\u200e\u200f", String.raw`\u200e\u200f`]
  ]
  for (const [what, text, shown] of cases) {
    it(`shows ${what} escaped`, () => assert.strictEqual(escape(text), shown))
  }

  it("shows what has no width, or turns the writing round, escaped", () => {
    for (const [first, last] of [
      [0x61c, 0x61c],
      [0x200b, 0x200f],
      [0x2028, 0x202e],
      [0x2060, 0x206f],
      [0xfeff, 0xfeff]
    ] as const) {
      for (let code = first; code <= last; code++) {
        const shown = `a\\u${code.toString(16).padStart(4, "0")}`
        assert.strictEqual(escape(`a${String.fromCharCode(code)}`), shown)
      }
    }
  })

  it("keeps accents, spaces and emoji", () => {
    assert.strictEqual(
      escape("Relatório de março \u{1f600}.txt"),
      "Relatório de março \u{1f600}.txt"
    )
  })
})

describe("JSON of text from the other side", () => {
  it.prop("never steers the terminal, and is of the same value", [text], ([text]) => {
    const shown = toJsonLine({ [text]: text })
    assert.notMatch(shown, steers)
    assert.deepStrictEqual(JSON.parse(shown), { [text]: text })
  })
})

describe("text from the other side, of many lines", () => {
  it.prop("steers the terminal with nothing but line ends and tabs", [text], ([text]) => {
    assert.notMatch(escapeLines(text).replaceAll(/[\n\t]/g, ""), steers)
  })

  it("keeps its lines and tabs, and a lone carriage return is no line end", () => {
    assert.strictEqual(escapeLines("a\r\nb\n\tc\rd"), "a\nb\n\tc\\x0dd")
  })
})

const word = ByteString.fromText
const details = Dictionary({
  entries: [
    [word("nome"), Reply.text("ação.txt")],
    [word("tamanho"), Integer({ value: 7 })],
    [word("donos"), List({ items: [Reply.text("ana"), Reply.text("bia")] })]
  ]
})

describe("a reply, for people", () => {
  const cases: ReadonlyArray<readonly [what: string, reply: Reply.Reply, text: string]> = [
    ["a status", Reply.status("Adeus!"), "Adeus!\n"],
    ["a text", Reply.text("Servidor online 24 horas"), "Servidor online 24 horas\n"],
    ["a text with a line end", Reply.text("olá\n"), "olá\n"],
    ["an empty text", Reply.text(""), "\n"],
    ["nothing", Null(), "\n"],
    ["a number", Integer({ value: -1 }), "-1\n"],
    ["an empty list", List({ items: [] }), ""],
    ["a list, an item a line", List({ items: [Reply.text("a"), Reply.text("b")] }), "a\nb\n"],
    ["a list with an empty item", List({ items: [Reply.text("")] }), "\n"],
    [
      "a list in a list, indented",
      List({ items: [List({ items: [Reply.text("a"), List({ items: [Null()] })] })] }),
      "  a\n    \n"
    ],
    ["a dictionary", details, "nome: ação.txt\ntamanho: 7\ndonos:\n  ana\n  bia\n"],
    ["a refusal", ErrorReply({ code: "ERR", message: "não" }), "ERR não\n"],
    ["a farewell", CloseAfterReply({ reply: Reply.status("Adeus!") }), "Adeus!\n"],
    ["a switch", SwitchProtocol({ version: 3, reply: Reply.ok }), "OK\n"],
    ["bytes that are no UTF-8", Bulk({ value: ByteString.unsafe("a\xffb") }), "a\ufffdb\n"]
  ]
  for (const [what, reply, text] of cases) {
    it(`is ${what}`, () => assert.strictEqual(toText(reply), text))
  }

  it("has one line for each item of a list, whatever the item holds", () => {
    const names = List({ items: [Reply.text("a\nb"), Reply.text("\x1b[2Jc"), Reply.text("d\r")] })
    assert.strictEqual(toText(names), "a\\x0ab\n\\x1b[2Jc\nd\\x0d\n")
  })

  it("never steers the terminal, wherever in it the text stands", () => {
    const evil = "\x1b[2J\x9b\u202e"
    const replies: ReadonlyArray<Reply.Reply> = [
      Reply.status(evil),
      Reply.text(evil),
      ErrorReply({ code: evil, message: evil }),
      List({ items: [Reply.text(evil), List({ items: [Reply.status(evil)] })] }),
      Dictionary({ entries: [[word(evil), Reply.text(evil)]] }),
      Dictionary({ entries: [[word(evil), List({ items: [Reply.text(evil)] })]] })
    ]
    for (const reply of replies) {
      assert.notMatch(toText(reply).replaceAll("\n", ""), steers)
      assert.include(toText(reply), String.raw`\x1b[2J\x9b\u202e`)
    }
  })
})

describe("a reply, for scripts", () => {
  const parsed = (reply: Reply.Reply): unknown => JSON.parse(JSON.stringify(toJson(reply)))
  const cases: ReadonlyArray<readonly [what: string, reply: Reply.Reply, json: unknown]> = [
    ["a status", Reply.status("Adeus!"), "Adeus!"],
    ["a text, exact", Reply.text("\x1b[2J\r\n\u202e"), "\x1b[2J\r\n\u202e"],
    ["nothing", Null(), null],
    ["a number", Integer({ value: 7 }), 7],
    ["a list", List({ items: [Null(), List({ items: [] })] }), [null, []]],
    ["a dictionary", details, { nome: "ação.txt", tamanho: 7, donos: ["ana", "bia"] }],
    ["a refusal", ErrorReply({ code: "ERR", message: "não" }), { code: "ERR", message: "não" }],
    ["a farewell", CloseAfterReply({ reply: Reply.ok }), "OK"],
    ["bytes that are no UTF-8", Bulk({ value: ByteString.unsafe("a\xffb") }), { base64: "Yf9i" }]
  ]
  for (const [what, reply, json] of cases) {
    it(`is ${what}`, () => assert.deepStrictEqual(parsed(reply), json))
  }

  it("takes a key such as __proto__ for nothing but a key", () => {
    const json = toJson(
      Dictionary({
        entries: [
          [word("__proto__"), Dictionary({ entries: [[word("polluted"), Reply.ok]] })],
          [word("constructor"), Integer({ value: 1 })]
        ]
      })
    )
    assert.strictEqual(JSON.stringify(json), '{"__proto__":{"polluted":"OK"},"constructor":1}')
    assert.strictEqual(Object.getPrototypeOf(json), Object.prototype)
    assert.notProperty({}, "polluted")
  })
})
