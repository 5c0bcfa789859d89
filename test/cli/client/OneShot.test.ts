import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Ended, Shared, start } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const image = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 251)

/** In the order of their UTF-8 bytes, which is neither that of the alphabet nor that of a walk. */
const names: ReadonlyArray<string> = [
  "A.txt",
  "Relatório de março.txt",
  "a.txt",
  "a/b",
  "b\x1b[2J\u202ec",
  "file1.txt",
  "imagem.png",
  "ção.txt",
  "\uffee",
  "\u{1f600}"
]

/** The shared folder, beside which stands what is not shared. */
const shared = Effect.map(
  folderWith({
    ...Object.fromEntries(names.map((name) => [`DB/${name}`, `content of ${name}`])),
    "DB/imagem.png": image,
    "DB/.hidden": "hidden",
    "package.json": "{}"
  }),
  (folder) => {
    symlinkSync("../package.json", join(folder, "DB", "link"))
    return join(folder, "DB")
  }
)

/** A listing as a person sees it. */
const shown = names.map((name) =>
  name.replace("\x1b", String.raw`\x1b`).replace("\u202e", String.raw`\u202e`)
)

const said = ({ code, stderr, stdout }: Ended) => ({ code, stdout, stderr })
const succeeds = (ended: Ended, stdout: string) =>
  assert.deepStrictEqual(said(ended), { code: 0, stdout, stderr: "" })
const fails = (ended: Ended, code: number, sentence: string) =>
  assert.deepStrictEqual(said(ended), { code, stdout: "", stderr: `${sentence}\n` })

const contents = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()

/** Asks the shared server in a folder of its own. */
const ask = Effect.fnUntraced(function* (
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
) {
  const { client } = yield* Shared
  const cwd = yield* temporaryFolder
  return { cwd, ended: yield* client(words, { cwd, env }) }
})

layer(Shared.layer(shared), { timeout: "1 minute" })("app client --cmd", (it) => {
  describe("asks each command by both its names, in any case", () => {
    /** The two names in three cases; the short one in the case that is not its own. */
    const all = (long: string, short: string) => [long, long.toUpperCase(), short.toLowerCase()]

    it.effect("hora_atual prints the time alone", () =>
      Effect.forEach(
        all("hora_atual", "HORA"),
        Effect.fnUntraced(function* (name) {
          const { ended } = yield* ask(["--cmd", name])
          assert.match(ended.stdout, /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d\n$/)
          assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
        }),
        { concurrency: 2 }
      )
    )

    it.effect("dados says who the server is", () =>
      Effect.forEach(
        all("dados", "CONSULTA"),
        Effect.fnUntraced(function* (name) {
          succeeds((yield* ask(["--cmd", name])).ended, "Servidor online 24 horas\n")
        }),
        { concurrency: 2 }
      )
    )

    it.effect("listar_arquivos prints one name a line, sorted by bytes, what steers escaped", () =>
      Effect.forEach(
        all("listar_arquivos", "LISTAR"),
        Effect.fnUntraced(function* (name) {
          succeeds((yield* ask(["--cmd", name])).ended, shown.map((name) => `${name}\n`).join(""))
        }),
        { concurrency: 2 }
      )
    )

    it.effect("enviar_arquivo saves an identical file and prints where", () =>
      Effect.forEach(
        all("enviar_arquivo", "ARQUIVO"),
        Effect.fnUntraced(function* (name) {
          const { cwd, ended } = yield* ask(["--cmd", name, "imagem.png"])
          succeeds(ended, "imagem.png\n")
          assert.deepStrictEqual(contents(cwd), ["imagem.png"])
          assert.isTrue(readFileSync(join(cwd, "imagem.png")).equals(image))
        }),
        { concurrency: 2 }
      )
    )

    it.effect("finalizar_conexao prints the farewell", () =>
      Effect.forEach(
        all("finalizar_conexao", "SAIR"),
        Effect.fnUntraced(function* (name) {
          succeeds((yield* ask(["--cmd", name])).ended, "Adeus!\n")
        }),
        { concurrency: 2 }
      )
    )

    it.effect("detalhes_arquivo prints a line for each detail", () =>
      Effect.forEach(
        all("detalhes_arquivo", "DETALHES"),
        Effect.fnUntraced(function* (name) {
          const { ended } = yield* ask(["--cmd", name, "imagem.png"])
          assert.match(
            ended.stdout,
            /^nome: imagem\.png\ntamanho: 300000\nmodificado: \d{4}-\d\d-\d\dT\S+Z\nversao: \S+\n$/
          )
          assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
        }),
        { concurrency: 2 }
      )
    )
  })

  describe("takes its value", () => {
    it.effect("apart by the rules of an inline request where no arguments follow", () =>
      Effect.gen(function* () {
        const values = [
          "enviar_arquivo a.txt",
          "  ENVIAR_ARQUIVO   'a.txt' ",
          String.raw`ARQUIVO "\x61.txt"`
        ]
        for (const value of values) {
          const { cwd, ended } = yield* ask(["--cmd", value])
          succeeds(ended, "a.txt\n")
          assert.strictEqual(readFileSync(join(cwd, "a.txt"), "utf8"), "content of a.txt")
        }
      })
    )

    it.effect("whole where arguments follow, which are words as they are", () =>
      Effect.gen(function* () {
        fails(
          (yield* ask(["--cmd", "ECHO a", "b"])).ended,
          1,
          "Comando desconhecido: ECHO a; veja os comandos com --cmd ajuda. Seria echo?"
        )
        succeeds((yield* ask(["--cmd", "ECHO", " 'a\" b\\x61 "])).ended, " 'a\" b\\x61 \n")
        succeeds((yield* ask(["--cmd", "ECHO", ""])).ended, "\n")
        succeeds((yield* ask(["--cmd", "ECHO", "--", "--json"])).ended, "--json\n")
        succeeds((yield* ask(["--cmd", "ECHO", "-x.txt", "--json"])).ended, '"-x.txt"\n')
      })
    )

    it.effect("with nowhere to print it to, which says why", () =>
      Effect.gen(function* () {
        const { app, port } = yield* Shared
        const cwd = yield* temporaryFolder
        const client = `"${process.execPath}" "${app.file}" client --port ${port} --cmd LISTAR`
        const full = yield* start("sh", ["-c", `${client} > /dev/full`], { cwd })
        fails(yield* full.ended, 1, "Não foi possível escrever na saída padrão: disco cheio.")
      })
    )

    it.effect("to the server as it is, which alone decides what it knows", () =>
      Effect.gen(function* () {
        succeeds((yield* ask(["--cmd", "PING"])).ended, "PONG\n")
        succeeds((yield* ask(["--cmd", "STRLEN imagem.png"])).ended, "300000\n")
        fails(
          (yield* ask(["--cmd", "nada\x1b[2J"])).ended,
          1,
          "Comando desconhecido: nada [2J; veja os comandos com --cmd ajuda."
        )
        fails(
          (yield* ask(["--cmd", "enviar_arquivo"])).ended,
          1,
          "Número errado de argumentos para enviar_arquivo."
        )
      })
    )

    it.effect("not at all where it holds no command", () =>
      Effect.gen(function* () {
        fails((yield* ask(["--cmd", "  "])).ended, 2, "O comando está vazio.")
        fails((yield* ask(["--cmd", "ECHO 'x"])).ended, 2, "Aspas sem par no comando.")
        fails((yield* ask(["hora_atual"])).ended, 2, "Falta --cmd antes de hora_atual.")
      })
    )
  })

  describe("saves a file", () => {
    it.effect("with accents and a space in its name, given either way", () =>
      Effect.gen(function* () {
        const name = "Relatório de março.txt"
        for (const words of [["enviar_arquivo", name], [`enviar_arquivo "${name}"`]]) {
          const { cwd, ended } = yield* ask(["--cmd", ...words])
          succeeds(ended, `${name}\n`)
          assert.strictEqual(readFileSync(join(cwd, name), "utf8"), `content of ${name}`)
        }
      })
    )

    it.effect("in its folder, made again", () =>
      Effect.gen(function* () {
        const { cwd, ended } = yield* ask(["--cmd", "enviar_arquivo", "a/b"])
        succeeds(ended, "a/b\n")
        assert.deepStrictEqual(contents(cwd), ["a", "a/b"])
        assert.strictEqual(readFileSync(join(cwd, "a", "b"), "utf8"), "content of a/b")
      })
    )

    it.effect("whose name holds control characters under that name, and shows it escaped", () =>
      Effect.gen(function* () {
        const name = "b\x1b[2J\u202ec"
        const { cwd, ended } = yield* ask(["--cmd", "enviar_arquivo", name])
        succeeds(ended, "b\\x1b[2J\\u202ec\n")
        assert.deepStrictEqual(contents(cwd), [name])
      })
    )

    it.effect("over the one that is there", () =>
      Effect.gen(function* () {
        const { client } = yield* Shared
        const cwd = yield* folderWith({ "a.txt": "old and much longer than the new one is" })
        succeeds(yield* client(["--cmd", "enviar_arquivo a.txt"], { cwd }), "a.txt\n")
        assert.strictEqual(readFileSync(join(cwd, "a.txt"), "utf8"), "content of a.txt")
      })
    )

    it.effect("to --output FILE", () =>
      Effect.gen(function* () {
        const { cwd, ended } = yield* ask(["--cmd", "enviar_arquivo a/b", "--output", "other"])
        succeeds(ended, "other\n")
        assert.deepStrictEqual(contents(cwd), ["other"])
      })
    )

    it.effect("into --output FOLDER/, made if it is not there", () =>
      Effect.gen(function* () {
        const { cwd, ended } = yield* ask(["--output", "x/y/", "--cmd", "enviar_arquivo", "a/b"])
        succeeds(ended, "x/y/a/b\n")
        assert.isTrue(statSync(join(cwd, "x", "y", "a", "b")).isFile())
      })
    )

    it.effect("into --output FOLDER where that is a folder already", () =>
      Effect.gen(function* () {
        const { client } = yield* Shared
        const cwd = yield* folderWith({ "here/x": "" })
        const words = ["--output", "here", "--cmd", "enviar_arquivo a.txt"]
        succeeds(yield* client(words, { cwd }), "here/a.txt\n")
        assert.deepStrictEqual(contents(cwd), ["here", "here/a.txt", "here/x"])
      })
    )

    it.effect("to standard output for --output -, exactly", () =>
      Effect.gen(function* () {
        const { cwd, ended } = yield* ask(["--output", "-", "--cmd", "enviar_arquivo imagem.png"])
        assert.isTrue(ended.bytes.equals(image))
        assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
        assert.deepStrictEqual(contents(cwd), [])
      })
    )

    it.effect("that GET asks for, where --output says so", () =>
      Effect.gen(function* () {
        const saved = yield* ask(["--output", "copy.png", "--cmd", "GET", "imagem.png"])
        succeeds(saved.ended, "copy.png\n")
        assert.isTrue(readFileSync(join(saved.cwd, "copy.png")).equals(image))
        const streamed = yield* ask(["--output", "-", "--cmd", "GETRANGE imagem.png 1 3"])
        assert.isTrue(streamed.ended.bytes.equals(image.subarray(1, 4)))
        const missing = yield* ask(["--output", "copy.png", "--cmd", "GET nada"])
        fails(missing.ended, 1, "Arquivo não encontrado!")
        assert.deepStrictEqual(contents(missing.cwd), [])
        const printed = yield* ask(["--cmd", "GET a.txt"])
        succeeds(printed.ended, "content of a.txt\n")
        assert.deepStrictEqual(contents(printed.cwd), [])
      })
    )

    it.effect("nowhere where it cannot, and says why", () =>
      Effect.gen(function* () {
        const { client } = yield* Shared
        const cwd = yield* temporaryFolder
        mkdirSync(join(cwd, "a.txt"))
        fails(
          yield* client(["--cmd", "enviar_arquivo a.txt"], { cwd }),
          1,
          "Não foi possível gravar a.txt: há ali uma pasta com este nome; tire-a dali ou escolha outro lugar."
        )
        fails(
          yield* client(["--cmd", "enviar_arquivo a.txt", "--output", "none/x"], { cwd }),
          1,
          "Não foi possível gravar none/x: a pasta não existe."
        )
        assert.deepStrictEqual(contents(cwd), ["a.txt"])
      })
    )

    it.effect("that something is in the way of says what, and what to do", () =>
      Effect.gen(function* () {
        const { client } = yield* Shared
        const cwd = yield* temporaryFolder
        writeFileSync(join(cwd, "f"), "old")
        mkdirSync(join(cwd, "o"))
        writeFileSync(join(cwd, "o/a"), "old")
        mkdirSync(join(cwd, "r"))
        symlinkSync("nowhere", join(cwd, "r/a"))
        const what = (place: string) => `${place} não é uma pasta`
        for (const [output, name, path, told] of [
          ["f/x", "a.txt", "f/x", what("f")],
          ["f/x/", "a.txt", "f/x/a.txt", what("f")],
          ["o", "a/b", "o/a/b", what("o/a")],
          [join(cwd, "o"), "a/b", join(cwd, "o/a/b"), what(join(cwd, "o/a"))],
          ["r", "a/b", "r/a/b", "o link r/a não leva a nada"]
        ] as const)
          fails(
            yield* client(["--cmd", "enviar_arquivo", name, "--output", output], { cwd }),
            1,
            `Não foi possível gravar ${path}: ${told}; tire-o dali ou escolha outro lugar.`
          )
        fails(
          yield* client(["--mirror", "f"], { cwd }),
          1,
          "Não foi possível gravar f: f não é uma pasta; tire-o dali ou escolha outro lugar."
        )
        assert.strictEqual(readFileSync(join(cwd, "f"), "utf8"), "old")
      })
    )
  })

  describe("for anything outside the shared folder", () => {
    const outside: ReadonlyArray<string> = ["../package.json", "link", "x".repeat(10_000), ""]
    it.effect("is refused on standard error, exit code 1, and nothing is written", () =>
      Effect.forEach(
        outside,
        Effect.fnUntraced(function* (name) {
          const { cwd, ended } = yield* ask(["--cmd", "enviar_arquivo", name])
          fails(ended, 1, "Arquivo não encontrado!")
          assert.deepStrictEqual(contents(cwd), [])
        }),
        { concurrency: 2 }
      )
    )

    const more: ReadonlyArray<string> = [
      "a/../../package.json",
      "/etc/passwd",
      String.raw`..\\package.json`,
      "%2e%2e/package.json",
      "..%2fpackage.json",
      "./a.txt",
      "a//b",
      ".hidden",
      String.raw`a.txt\x00`,
      String.raw`\xff`
    ]
    it.effect("is refused however it is written", () =>
      Effect.gen(function* () {
        const { client } = yield* Shared
        const cwd = yield* temporaryFolder
        const lines = more.map((name) => `enviar_arquivo "${name}"\n`).join("")
        assert.deepStrictEqual(said(yield* client([], { cwd }, lines)), {
          code: 1,
          stdout: "",
          stderr: more
            .map((name, index) => {
              // A backslash makes a pattern of it.
              const sentence = name.includes("\\\\")
                ? String.raw`Nada corresponde a "..\package.json"; veja os nomes com --cmd listar_arquivos.`
                : "Arquivo não encontrado!"
              return `Linha ${index + 1}: ${sentence}\n`
            })
            .join("")
        })
        assert.deepStrictEqual(contents(cwd), [])
      })
    )
  })

  describe("with --json prints one JSON value", () => {
    const ok = (ended: Ended): unknown => {
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
      // One line, and in it nothing that steers a terminal.
      assert.match(ended.stdout, /^[^\x00-\x1f\x7f-\x9f\u202e]+\n$/)
      return JSON.parse(ended.stdout)
    }
    const json = (...words: ReadonlyArray<string>) =>
      Effect.map(ask(["--json", "--cmd", ...words]), ({ ended }) => ok(ended))

    it.effect("for each kind of answer", () =>
      Effect.gen(function* () {
        assert.match(String(yield* json("hora_atual")), /^\d\d:\d\d:\d\d$/)
        assert.strictEqual(yield* json("dados"), "Servidor online 24 horas")
        assert.deepStrictEqual(yield* json("listar_arquivos"), names)
        assert.strictEqual(yield* json("finalizar_conexao"), "Adeus!")
        assert.strictEqual(yield* json("STRLEN", "imagem.png"), 300_000)
        assert.strictEqual(yield* json("GET", "nada"), null)
        const details = yield* json("detalhes_arquivo", "imagem.png")
        assert.hasAllKeys(details, ["nome", "tamanho", "modificado", "versao"])
        assert.deepInclude(details, { nome: "imagem.png", tamanho: 300_000 })
        assert.match(String(yield* json("soma_arquivo", "imagem.png")), /^[0-9a-f]{64}$/)
      })
    )

    it.effect("for a saved file its name, its path and its size", () =>
      Effect.gen(function* () {
        const words = ["--json", "--output", "x/", "--cmd", "enviar_arquivo", "b\x1b[2J\u202ec"]
        const { ended } = yield* ask(words)
        const name = "b\x1b[2J\u202ec"
        assert.deepInclude(ok(ended), {
          name,
          path: `x/${name}`,
          bytes: Buffer.byteLength(`content of ${name}`)
        })
      })
    )

    it.effect("and nothing where it was refused", () =>
      Effect.gen(function* () {
        const { ended } = yield* ask(["--json", "--cmd", "enviar_arquivo nada"])
        fails(ended, 1, "Arquivo não encontrado!")
      })
    )
  })

  it.effect("takes from the environment what no flag says", () =>
    Effect.gen(function* () {
      const { app, port } = yield* Shared
      const cwd = yield* temporaryFolder
      const env = {
        APP_HOST: "localhost",
        APP_PORT: String(port),
        APP_JSON: "true",
        APP_OUTPUT: "from the environment/"
      }
      const words = ["client", "--cmd", "enviar_arquivo a.txt"]
      const saved = yield* app.run(words, { cwd, env })
      assert.deepInclude(JSON.parse(saved.stdout), {
        name: "a.txt",
        path: "from the environment/a.txt",
        bytes: 16
      })
      const said = yield* app.run([...words, "--output", "given", "--port", String(port)], {
        cwd,
        env: { ...env, APP_PORT: "1", APP_JSON: "false" }
      })
      succeeds(said, "given\n")
    })
  )

  it.effect("speaks English where the locale says so, whatever the server speaks", () =>
    Effect.gen(function* () {
      const words = ["--cmd", "enviar_arquivo nada"]
      const english = yield* ask(words, { LC_ALL: "en_US.UTF-8", LANG: "pt_BR.UTF-8" })
      fails(english.ended, 1, "File not found!")
      const portuguese = yield* ask(words, { LC_ALL: "pt_BR.UTF-8", LANG: "en_US.UTF-8" })
      fails(portuguese.ended, 1, "Arquivo não encontrado!")
    })
  )
})
