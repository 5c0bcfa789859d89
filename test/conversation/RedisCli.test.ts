/** The client that every Redis comes with, as a real program, against this server. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import { isInstalled, run, start } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

const hasRedisCli = isInstalled("redis-cli")
// The script of util-linux; that of BSD and macOS takes other options.
const hasTerminal = hasRedisCli && process.platform === "linux" && isInstalled("script")

class Served extends Context.Service<Served, Address>()("test/Served") {
  static readonly layer = Layer.effect(
    Served,
    Effect.flatMap(
      folderWith({ "file1.txt": "um arquivo\n", "pasta/ação.txt": "outro" }),
      (folder) => serveFolder(folder)
    )
  )
}

const redisCli = (parameters: ReadonlyArray<string>, input?: string) =>
  Effect.flatMap(Served, ({ host, port }) =>
    run("redis-cli", ["-h", host, "-p", String(port), ...parameters], input)
  )

const time = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/

const Details = Schema.fromJsonString(
  Schema.Struct({
    nome: Schema.String,
    tamanho: Schema.Int,
    modificado: Schema.String,
    versao: Schema.String
  })
)

const title = hasRedisCli ? "redis-cli" : "redis-cli (skipped: it is not installed)"
layer(Served.layer, { excludeTestServices: true })(title, (it) => {
  it.effect.skipIf(!hasRedisCli)("prints the time", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* redisCli(["hora_atual"])
      assert.match(stdout.trimEnd(), time)
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )

  it.effect.skipIf(!hasRedisCli)("prints the list of files, one a line", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* redisCli(["listar_arquivos"])
      assert.deepStrictEqual([code, stdout], [0, "file1.txt\npasta/ação.txt\n"])
    })
  )

  it.effect.skipIf(!hasRedisCli)("prints a file's name and content", () =>
    Effect.gen(function* () {
      const { stdout } = yield* redisCli(["enviar_arquivo", "file1.txt"])
      assert.strictEqual(stdout, "file1.txt\num arquivo\n\n")
    })
  )

  it.effect.skipIf(!hasRedisCli)(
    "prints an error, and says so by its exit code when asked to",
    () =>
      Effect.gen(function* () {
        const plain = yield* redisCli(["enviar_arquivo", "../segredo"])
        assert.deepStrictEqual(
          [plain.code, plain.stdout],
          [0, "NOTFOUND Arquivo não encontrado!\n\n"]
        )
        const { code, stderr } = yield* redisCli(["-e", "enviar_arquivo", "../segredo"])
        assert.include(stderr, "NOTFOUND Arquivo não encontrado!")
        assert.strictEqual(code, 1)
      })
  )

  it.effect.skipIf(!hasRedisCli)("speaks RESP 3 and makes JSON of a file's details", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* redisCli([
        "-3",
        "--json",
        "detalhes_arquivo",
        "file1.txt"
      ])
      const details = yield* Schema.decodeUnknownEffect(Details)(stdout)
      assert.deepStrictEqual([details.nome, details.tamanho], ["file1.txt", 11])
      assert.strictEqual(new Date(details.modificado).toISOString(), details.modificado)
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )

  it.effect.skipIf(!hasRedisCli)(
    "gets 1,000 answers to 1,000 commands on its standard input, in order",
    () =>
      Effect.gen(function* () {
        const numbers = Array.from({ length: 1000 }, (_, index) => String(index))
        const { code, stdout } = yield* redisCli(
          [],
          numbers.map((number) => `ECHO ${number}\n`).join("")
        )
        assert.deepStrictEqual(stdout.split("\n"), [...numbers, ""])
        assert.strictEqual(code, 0)
      })
  )

  it.effect.skipIf(!hasTerminal)("talks with a person at a terminal, and exits at their word", () =>
    Effect.gen(function* () {
      const { host, port } = yield* Served
      const prompt = `${host}:${port}> `
      // A size, without which the line editor asks the terminal for its own; nobody would answer.
      const line = `stty rows 24 cols 80; redis-cli -h ${host} -p ${port}`
      const environment = { TERM: "xterm", REDISCLI_HISTFILE: "/dev/null" }
      const terminal = yield* start("script", ["-qec", line, "/dev/null"], environment)
      // What is typed before the prompt is there is thrown away, as by every line editor.
      yield* terminal.waitFor(prompt)
      yield* terminal.write("hora_atual\r")
      const answer = yield* terminal.waitFor('"\r\n')
      assert.match(answer, /\n"\d\d:\d\d:\d\d"\r\n$/)
      yield* terminal.waitFor(prompt)
      yield* terminal.write("exit\r")
      assert.strictEqual((yield* terminal.finished).code, 0)
    })
  )
})
