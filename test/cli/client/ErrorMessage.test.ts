import { assert, describe, it } from "@effect/vitest"
import { PlatformError } from "effect"
import { messages } from "../../../src/cli/Messages.ts"
import { codeOf, errorMessage } from "../../../src/cli/client/ErrorMessage.ts"
import { NothingMatches } from "../../../src/client/files/Placement.ts"
import { ErrorReply } from "../../../src/client/Connection.ts"
import type { AnswerError } from "../../../src/client/Requests.ts"
import { SlowTransfer } from "../../../src/client/SocketIO.ts"
import { replyTooLarge } from "../../../src/codec/resp/RespClient.ts"

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

describe("what went wrong", () => {
  it.each(cases)("is one sentence and an exit code: %s", (_, error, code, sentence) => {
    const failure = errorMessage(error, "host:1", messages.pt)
    assert.deepStrictEqual({ code: failure.code, sentence: failure.sentence }, { code, sentence })
  })

  it("is in the person's language where the server has Redis's words for it, name escaped", () => {
    const say = (message: string, language: "pt" | "en") =>
      errorMessage(new ErrorReply({ code: "ERR", message }), "host:1", messages[language]).sentence
    const unknown = "Comando desconhecido. (unknown command 'x\x1b'y')"
    assert.strictEqual(say(unknown, "pt"), String.raw`Comando desconhecido: x\x1b'y.`)
    assert.strictEqual(say(unknown, "en"), String.raw`Unknown command: x\x1b'y.`)
    const arity = "wrong number of arguments for 'get' command"
    assert.strictEqual(say(arity, "pt"), "Número errado de argumentos para get.")
    assert.strictEqual(say(arity, "en"), "Wrong number of arguments for get.")
    assert.strictEqual(say("syntax error", "pt"), "syntax error")
  })

  it("has a code for programs: the server's own, or the kind of the error", () => {
    assert.strictEqual(codeOf(new ErrorReply({ code: "RANGE", message: "" })), "RANGE")
    assert.strictEqual(codeOf(replyTooLarge), "MalformedReply")
  })
})
