import { assert, describe, it } from "@effect/vitest"
import { Stream } from "effect"
import { Malformed, type Request } from "../../../src/codec/Codec.ts"
import { pickle } from "../../../src/codec/pickle/Pickle.ts"
import type { Value } from "../../../src/codec/pickle/PickleMachine.ts"
import * as Writer from "../../../src/codec/pickle/PickleWriter.ts"
import {
  BadArgument,
  FileNotFound,
  StoreUnavailable,
  UnknownCommand
} from "../../../src/domain/Errors.ts"
import { Sentence } from "../../../src/domain/sentences/Sentence.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import { byteByByte, latin1 } from "../../support/values/Bytes.ts"
import { list, none, read, text, tuple, write } from "../../support/values/Pickles.ts"

/** Decodes until the end of input, which itself is left out. */
const decode = (bytes: Uint8Array): ReadonlyArray<Request> => {
  const decoder = pickle.makeDecoder()
  return byteByByte(bytes).flatMap((piece) => decoder.push(ByteString.fromBytes(piece)))
}

const asked = (value: Value): Request => {
  const [request, ...others] = decode(latin1(Writer.whole(write(value))))
  assert.deepStrictEqual(others, [])
  assert.isDefined(request)
  return request
}

const tagOf = (value: Value): string => asked(value)._tag

describe("a request", () => {
  it("asks the original's five commands, by both names and in any case", () => {
    const names: ReadonlyArray<readonly [tag: string, ...names: ReadonlyArray<string>]> = [
      ["Info", "CONSULTA", "dados", "consulta"],
      ["Time", "HORA", "hora_atual", "Hora"],
      ["List", "LISTAR", "listar_arquivos", "listar"],
      ["SendFile", "ARQUIVO", "enviar_arquivo", "arquivo"],
      ["Close", "SAIR", "finalizar_conexao", "sair"]
    ]
    for (const [tag, ...verbs] of names) {
      for (const verb of verbs) assert.strictEqual(tagOf(list(text(verb), none)), tag)
    }
  })

  it("names a file in UTF-8", () => {
    assert.deepStrictEqual(asked(list(text("ARQUIVO"), text("março.txt"))), {
      _tag: "SendFile",
      name: ByteString.fromText("março.txt"),
      start: 0,
      length: undefined,
      version: undefined,
      prefix: undefined
    })
  })

  it("without a file's name asks for a file that cannot be", () => {
    for (const request of [list(text("ARQUIVO"), none), list(text("ARQUIVO"))]) {
      const found = asked(request)
      assert.isTrue("name" in found && found.name === "")
    }
  })

  it("may be a tuple, and may leave its argument out", () => {
    assert.strictEqual(tagOf(tuple(text("HORA"), none)), "Time")
    assert.strictEqual(tagOf(list(text("HORA"))), "Time")
  })

  it("that needs no argument may have one, as the original ignores it", () => {
    for (const verb of ["CONSULTA", "HORA", "LISTAR", "SAIR"]) {
      assert.notStrictEqual(tagOf(list(text(verb), text(""))), "UnknownCommand")
      assert.deepStrictEqual(asked(list(text(verb), text("*.txt"))), asked(list(text(verb), none)))
    }
  })

  it("asks nothing else, though RESP knows it", () => {
    for (const verb of [
      "PING",
      "GET",
      "DETALHES",
      "soma_arquivo",
      "QUIT",
      "HELLO",
      "AUTH",
      "COMMAND",
      ""
    ]) {
      assert.instanceOf(asked(list(text(verb), none)), UnknownCommand, verb)
      assert.instanceOf(asked(list(text(verb), text("a"))), UnknownCommand, verb)
    }
  })

  it("of another shape is an unknown command, and the conversation goes on", () => {
    const strange = [
      none,
      text("HORA"),
      list(),
      tuple(),
      list(none, none),
      list(list(text("HORA")), none),
      list(text("HORA"), none, none),
      list(text("HORA"), list()),
      list(text("ARQUIVO"), tuple(text("a"), none))
    ]
    for (const value of strange) assert.instanceOf(asked(value), UnknownCommand)
    const decoder = pickle.makeDecoder()
    const bytes = latin1(
      [...strange, list(text("HORA"), none)].map((value) => Writer.whole(write(value))).join("")
    )
    assert.strictEqual(decoder.push(ByteString.fromBytes(bytes)).at(-1)?._tag, "Time")
  })

  it("is no longer than 64 KiB", () => {
    assert.strictEqual(tagOf(list(text("ARQUIVO"), text("a".repeat(65_000)))), "SendFile")
    const [request] = decode(
      latin1(Writer.whole(write(list(text("ARQUIVO"), text("a".repeat(65_536))))))
    )
    assert.instanceOf(request, Malformed)
  })

  it("has no bytes in it", () => {
    const [request] = decode(latin1("\x80\x03]C\x01aa."))
    assert.instanceOf(request, Malformed)
  })
})

describe("the end of input", () => {
  const end = (bytes: string) => {
    const decoder = pickle.makeDecoder()
    return [...decoder.push(ByteString.unsafe(bytes)), ...decoder.end()].map(({ _tag }) => _tag)
  }

  it("after whole requests says goodbye", () => {
    assert.deepStrictEqual(end("\x80\x02](X\x04\0\0\0HORANe."), ["Time", "Close"])
  })

  it("within a request ends the conversation as what is malformed does, once", () => {
    assert.deepStrictEqual(end("\x80\x02](X\x04\0\0\0HOR"), ["Malformed"])
    assert.deepStrictEqual(end("\x80"), ["Malformed"])
    assert.deepStrictEqual(end("]c"), ["Malformed"])
  })
})

/** All the bytes of a reply whose body is this. */
const encode = (reply: Reply.Reply, body = ""): string => {
  const { head, tail } = pickle.makeEncoder()
  return head(reply) + body + tail(reply)
}

/** The one value in the reply. */
const sent = (reply: Reply.Reply, body = ""): Value => {
  const { inside, malformed, values } = read([latin1(encode(reply, body))])
  assert.deepStrictEqual([malformed, inside, values.length], [false, false, 1])
  return values[0] ?? none
}

const bodyOf = (content: string): Reply.Body => ({
  size: content.length,
  bytes: Stream.empty,
  part: { name: ByteString.unsafe("a.txt"), start: 0 }
})

describe("a reply", () => {
  it("that is a long list can be sent in parts", () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `ação-${index}`)
    const encoder = pickle.makeEncoder()
    const list = Reply.Reply.List({ items: texts.map(Reply.text) })
    const whole = encoder.head(list)
    assert.strictEqual([...encoder.listParts(list)].join(""), whole)
    const ofTexts = Reply.Reply.Texts({ texts })
    assert.strictEqual(encoder.head(ofTexts), whole)
    assert.strictEqual([...encoder.listParts(ofTexts)].join(""), whole)
  })

  it("is a str, a list of str, or a tuple of a name and bytes", () => {
    assert.deepStrictEqual(
      sent(Reply.text("Servidor online 24 horas")),
      text("Servidor online 24 horas")
    )
    assert.deepStrictEqual(
      sent(Reply.Reply.List({ items: [Reply.text("ação"), Reply.text("b")] })),
      list(text("ação"), text("b"))
    )
    const file = Reply.Reply.File({
      name: ByteString.fromText("ação.txt"),
      body: bodyOf("conteúdo")
    })
    assert.deepStrictEqual(
      sent(file, "conteúdo"),
      tuple(text("ação.txt"), { _tag: "Bytes", size: 8 })
    )
  })

  it("that refuses is the original's sentence", () => {
    const refusal = (error: Parameters<typeof Reply.error>[0]) => sent(Reply.error(error))
    assert.deepStrictEqual(
      refusal(new UnknownCommand({ name: "x') (y" })),
      text("Comando desconhecido.")
    )
    assert.deepStrictEqual(refusal(new FileNotFound()), text("Arquivo não encontrado!"))
    assert.deepStrictEqual(
      refusal(new StoreUnavailable({ cause: undefined })),
      text("Armazenamento indisponível; tente novamente.")
    )
    assert.deepStrictEqual(
      refusal(new BadArgument({ text: Sentence.make("Nomes demais (x).") })),
      text("Nomes demais (x).")
    )
  })

  it("that says goodbye is Adeus!, and there is none to a broken protocol", () => {
    assert.deepStrictEqual(
      sent(Reply.Reply.CloseAfterReply({ reply: Reply.status("Adeus!") })),
      text("Adeus!")
    )
    const broken = Reply.Reply.Error({ code: "ERR", message: "Pickle: too large" })
    assert.strictEqual(encode(Reply.Reply.CloseAfterReply({ reply: broken })), "")
  })

  it("has a form even where the five commands never bring it about", () => {
    assert.deepStrictEqual(sent(Reply.Reply.Null()), none)
    assert.deepStrictEqual(sent(Reply.Reply.Integer({ value: -7 })), text("-7"))
    assert.deepStrictEqual(sent(Reply.Reply.Content({ body: bodyOf("ab") }), "ab"), {
      _tag: "Bytes",
      size: 2
    })
    assert.deepStrictEqual(
      sent(Reply.Reply.Dictionary({ entries: [[ByteString.unsafe("a"), Reply.text("b")]] })),
      list(tuple(text("a"), text("b")))
    )
    assert.deepStrictEqual(
      sent(Reply.Reply.SwitchProtocol({ version: 3, reply: Reply.ok })),
      text("OK")
    )
    assert.strictEqual(encode(Reply.Reply.NoReply()), "")
  })
})
