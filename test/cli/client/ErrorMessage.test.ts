import { assert, describe, it } from "@effect/vitest"
import { PlatformError } from "effect"
import { escape } from "../../../src/cli/Escape.ts"
import { messages } from "../../../src/cli/Messages.ts"
import { codeOf, errorMessage } from "../../../src/cli/client/ErrorMessage.ts"
import { NothingMatches } from "../../../src/client/files/Placement.ts"
import { ErrorReply } from "../../../src/client/Connection.ts"
import type { AnswerError } from "../../../src/client/Requests.ts"
import { SlowTransfer } from "../../../src/client/SocketIO.ts"
import { replyTooLarge } from "../../../src/codec/resp/RespClient.ts"
import { isName, sentence } from "../../../src/domain/sentences/Sentence.ts"
import { sentences } from "../../../src/domain/sentences/Sentences.ts"

/** As standard output fails with this code of the system. */
const printing = (code: string) =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "Stdio",
    method: "stdout",
    cause: Object.assign(new Error("write"), { code })
  })

const cases: ReadonlyArray<
  readonly [what: string, error: AnswerError, code: number, text: string]
> = [
  [
    "a reply that is too large to be shown",
    replyTooLarge,
    1,
    "A resposta é grande demais para ser mostrada; grave-a com --output ARQUIVO."
  ],
  [
    "a server that sends too little",
    new SlowTransfer({ bytesPerSecond: 1024, seconds: 30 }),
    3,
    "O servidor host:1 mandou menos de 1.0 KiB/s por 30 s; veja --min-rate."
  ],
  [
    "a full standard output",
    printing("ENOSPC"),
    1,
    "Não foi possível escrever na saída padrão: disco cheio."
  ],
  ["a standard output that nobody reads any more", printing("EPIPE"), 1, ""],
  [
    "a pattern that nothing matches, escaped",
    new NothingMatches({ name: "\x1b*" }),
    1,
    String.raw`Nada corresponde a "\x1b*"; veja os nomes com --cmd listar_arquivos.`
  ]
]

const say = (code: string, message: string, language: "pt" | "en") =>
  errorMessage(new ErrorReply({ code, message }), "host:1", messages[language]).sentence

describe("what went wrong", () => {
  it.each(cases)("is one sentence and an exit code: %s", (_, error, code, sentence) => {
    const failure = errorMessage(error, "host:1", messages.pt)
    assert.deepStrictEqual({ code: failure.code, sentence: failure.sentence }, { code, sentence })
  })

  it.each(Object.keys(sentences).filter(isName))(
    "is in the person's language, with what it is about: %s",
    (name) => {
      const about = sentences[name]
        .split("{}")
        .slice(1)
        .map((_, index) => `x\x1b${index}'y`)
      const message = sentence(name, ...about)
      const [pt, en] = [say("ERR", message, "pt"), say("ERR", message, "en")]
      for (const sentence of [pt, en]) {
        for (const what of about) assert.include(sentence, escape(what))
        assert.notMatch(sentence, /[{}\x1b]/)
      }
      assert.notMatch(en, /[áâãçéêíóôõú]/)
      if (en.includes(" ")) assert.notStrictEqual(pt, en)
    }
  )

  it("is the code's sentence where the server has other words for it, and else the server's", () => {
    assert.strictEqual(say("NOTFOUND", "no such file", "en"), "File not found!")
    assert.strictEqual(say("RANGE", "out of range", "en"), "RANGE out of range")
    assert.strictEqual(say("MOVED", "1 \x1b", "en"), String.raw`MOVED 1 \x1b`)
    assert.strictEqual(say("ERR", "no such thing", "pt"), "no such thing")
    assert.strictEqual(say("constructor", "x", "pt"), "constructor x")
  })

  it("has a code for programs: the server's own, or the kind of the error", () => {
    assert.strictEqual(codeOf(new ErrorReply({ code: "RANGE", message: "" })), "RANGE")
    assert.strictEqual(codeOf(replyTooLarge), "MalformedReply")
  })
})

describe("an unknown command", () => {
  const unknown = (name: string) => say("ERR", sentence("unknownCommand", name), "pt")
  const told = (name: string) => `Comando desconhecido: ${name}; veja os comandos com --cmd ajuda.`

  it("has the nearest ones asked about", () => {
    for (const [name, meant] of [
      ["hora_atul", "hora_atual"],
      ["HORA_ATULA", "hora_atual"],
      ["acompanha", "acompanhar"],
      ["listararquivos", "listar_arquivos"],
      ["PNG", "ping"]
    ] as const)
      assert.strictEqual(unknown(name), `${told(name)} Seria ${meant}?`)
    assert.strictEqual(
      say("ERR", sentence("unknownCommand", "dado"), "en"),
      "Unknown command: dado; see the commands with --cmd ajuda. Did you mean dados?"
    )
  })

  it("has none asked about where none is near", () => {
    for (const name of ["nada", "x", "", "abc", "hora_de_dormir"])
      assert.strictEqual(unknown(name), told(name))
  })
})
