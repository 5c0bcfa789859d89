/** `app client --protocol pickle` against a Python server of the original's kind, and our own. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { App, type Ended, root, start } from "../../support/programs/App.ts"
import { isInstalled } from "../../support/programs/Programs.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const hasPython = isInstalled("python3")

const image = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 251)
const files = {
  "Relatório de março.txt": "março",
  "file1.txt": "Bem-vindo!\n",
  "imagem.png": image
}
const names = Object.keys(files)

const program = join(root, "test", "fixtures", "original_server.py")

const said = ({ code, stderr, stdout }: Ended) => ({ code, stdout, stderr })

/** A Python server, and a way to ask it from a folder of its own. */
const original = Effect.fnUntraced(function* (...options: ReadonlyArray<string>) {
  const shared = yield* folderWith(files)
  const env = { PYTHONIOENCODING: "utf-8" }
  const server = yield* start("python3", [program, shared, ...options], { cwd: shared, env })
  const [port = ""] = yield* server.says("stdout", /^\d+$/m)
  const cwd = yield* temporaryFolder
  const app = yield* App
  const client = (words: ReadonlyArray<string>, input?: string, env = {}) =>
    app.run(["client", "--port", port, "--protocol", "pickle", ...words], { cwd, env }, input)
  return { server, port, cwd, app, client }
})

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })(
  "app client --protocol pickle",
  (it) => {
    it.effect.skipIf(!hasPython)("asks each of the original's commands, by both its names", () =>
      Effect.gen(function* () {
        const { client } = yield* original()
        for (const name of ["CONSULTA", "dados"]) {
          assert.deepStrictEqual(said(yield* client(["--cmd", name])), {
            code: 0,
            stdout: "Servidor online 24 horas\n",
            stderr: ""
          })
        }
        for (const name of ["HORA", "hora_atual"]) {
          assert.match((yield* client(["--cmd", name])).stdout, /^\d\d:\d\d:\d\d\n$/)
        }
        for (const name of ["LISTAR", "listar_arquivos"]) {
          assert.strictEqual((yield* client(["--cmd", name])).stdout, `${names.join("\n")}\n`)
        }
        for (const name of ["SAIR", "finalizar_conexao"]) {
          assert.strictEqual((yield* client(["--cmd", name])).stdout, "Adeus!\n")
        }
        const json = yield* client(["--cmd", "LISTAR", "--json"])
        assert.deepStrictEqual(JSON.parse(json.stdout), names)
      })
    )

    it.effect.skipIf(!hasPython)("saves a file, or streams it, byte for byte", () =>
      Effect.gen(function* () {
        const { client, cwd } = yield* original()
        const saved = yield* client(["--cmd", "ARQUIVO imagem.png"])
        assert.deepStrictEqual(said(saved), { code: 0, stdout: "imagem.png\n", stderr: "" })
        assert.isTrue(readFileSync(join(cwd, "imagem.png")).equals(image))
        yield* client(["--cmd", "enviar_arquivo", "Relatório de março.txt"])
        assert.strictEqual(readFileSync(join(cwd, "Relatório de março.txt"), "utf8"), "março")
        const streamed = yield* client(["--cmd", "ARQUIVO", "--output", "-", "imagem.png"])
        assert.isTrue(streamed.bytes.equals(image))
      })
    )

    it.effect.skipIf(!hasPython)("tells what the server refuses, and exits 1", () =>
      Effect.gen(function* () {
        const { client, cwd } = yield* original()
        const refused = (sentence: string) => ({ code: 1, stdout: "", stderr: `${sentence}\n` })
        const ask = (cmd: string, env = {}) => Effect.map(client(["--cmd", cmd], "", env), said)
        assert.deepStrictEqual(yield* ask("ARQUIVO nada.txt"), refused("Arquivo não encontrado!"))
        const english = { LANG: "en_US.UTF-8" }
        assert.deepStrictEqual(yield* ask("ARQUIVO nada.txt", english), refused("File not found!"))
        assert.deepStrictEqual(yield* ask("PING"), refused("Comando desconhecido."))
        assert.deepStrictEqual(yield* ask("DETALHES file1.txt"), refused("Comando desconhecido."))
        assert.deepStrictEqual(
          yield* ask("ARQUIVO file1.txt INICIO 3"),
          refused("Em pickle, um comando leva um só argumento.")
        )
        assert.deepStrictEqual(readdirSync(cwd), [])
      })
    )

    for (const options of [[], ["once"]]) {
      const which =
        options.length === 0 ? "one connection" : "a server that hangs up after each reply"
      it.effect.skipIf(!hasPython)(`asks a batch over ${which}, in order`, () =>
        Effect.gen(function* () {
          const { client, cwd } = yield* original(...options)
          const ended = yield* client(
            [],
            "CONSULTA\nLISTAR\nARQUIVO nada\nARQUIVO imagem.png\nPING\nLISTAR\nSAIR\n"
          )
          const list = `${names.join("\n")}\n`
          assert.deepStrictEqual(said(ended), {
            code: 1,
            stdout: `Servidor online 24 horas\n${list}imagem.png\n${list}Adeus!\n`,
            stderr: "Linha 3: Arquivo não encontrado!\nLinha 5: Comando desconhecido.\n"
          })
          assert.isTrue(readFileSync(join(cwd, "imagem.png")).equals(image))
        })
      )
    }

    it.effect.skipIf(!hasPython)("closes its side first, and the server says goodbye to it", () =>
      Effect.gen(function* () {
        const { client, server } = yield* original()
        yield* client(["--cmd", "CONSULTA"])
        const [heard] = yield* server.says("stdout", /Adeus!\n/)
        assert.strictEqual(heard, "Adeus!\n")
      })
    )

    it.effect("speaks with our own server as well", () =>
      Effect.gen(function* () {
        const app = yield* App
        const shared = yield* folderWith(files)
        const { address } = yield* app.serve(["--dir", shared], { cwd: shared })
        const cwd = yield* temporaryFolder
        const env = { APP_PROTOCOL: "pickle", APP_PORT: String(address.port) }
        const ended = yield* app.run(
          ["client"],
          { cwd, env },
          "LISTAR\nARQUIVO imagem.png\nPING\nSAIR\n"
        )
        assert.deepStrictEqual(said(ended), {
          code: 1,
          stdout: `${names.join("\n")}\nimagem.png\nAdeus!\n`,
          stderr: "Linha 3: Comando desconhecido.\n"
        })
        assert.isTrue(readFileSync(join(cwd, "imagem.png")).equals(image))
      })
    )

    it.effect("takes resp or pickle, and nothing else", () =>
      Effect.gen(function* () {
        const app = yield* App
        const cwd = yield* temporaryFolder
        const { code, stderr } = yield* app.run(["client", "--protocol", "http"], { cwd })
        assert.strictEqual(code, 2)
        assert.include(stderr, "resp ou pickle")
      })
    )
  }
)
