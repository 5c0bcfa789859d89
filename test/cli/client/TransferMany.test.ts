import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { FileName } from "../../../src/domain/FileName.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { App, type Ended } from "../../support/programs/App.ts"
import { request } from "../../support/values/Bytes.ts"
import * as Proxy from "../../support/fakes/Proxy.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { serve, serveFolder } from "../../support/programs/TestServer.ts"
import { contents, noise, sha256 } from "../../support/Transfers.ts"
import { fileName } from "../../support/values/Names.ts"

const said = ({ code, stderr, stdout }: Ended) => ({ code, stdout, stderr })
const linesOf = ({ stdout }: Ended): ReadonlyArray<string> => stdout.split("\n").slice(0, -1)

type Files = Readonly<Record<string, string | Uint8Array>>

/** A client in a folder of its own, that asks a server at this address through a proxy. */
const before = Effect.fnUntraced(function* (server: {
  readonly host: string
  readonly port: number
}) {
  const app = yield* App
  const proxy = yield* Proxy.make(server)
  const cwd = yield* temporaryFolder
  return {
    proxy,
    cwd,
    run: (...words: ReadonlyArray<string>) =>
      app.run(["client", "--port", String(proxy.address.port), "--cmd", ...words], { cwd })
  }
})

/** The same, before a server that shares these files. */
const beforeFiles = Effect.fnUntraced(function* (files: Files) {
  const shared = yield* folderWith(files)
  return { shared, ...(yield* before(yield* serveFolder(shared))) }
})

const memory = (names: ReadonlyArray<FileName>) =>
  serve(
    MemoryFileStore.layer(
      new Map(names.map((name) => [name, { bytes: Buffer.from(name), modified: 0 }]))
    )
  )

const numbered = (count: number): ReadonlyArray<FileName> =>
  Array.from({ length: count }, (_, index) => fileName(`n${String(index).padStart(6, "0")}`))

const reports: Files = {
  "relatorios/a.pdf": "a",
  "relatorios/b.pdf": noise(1, 300_000),
  "relatorios/c.txt": "c",
  "relatorios/2024/d.pdf": "d",
  "outro/e.pdf": "e",
  "lista[1].txt": "brackets",
  "lista1.txt": "one"
}

layer(App.layer, { timeout: "1 minute" })("app client --cmd", (it) => {
  describe("enviar_arquivo with several files", () => {
    it.effect("saves what matches a pattern, folders made again, and says how it went", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* beforeFiles(reports)
        const ended = yield* run("enviar_arquivo", "relatorios/*.pdf", "--output", "pasta/")
        assert.deepStrictEqual(said(ended), {
          code: 0,
          stdout: "pasta/relatorios/a.pdf\npasta/relatorios/b.pdf\n",
          stderr: "Recebidos: 2.\n"
        })
        assert.deepStrictEqual(contents(cwd), [
          "pasta",
          "pasta/relatorios",
          "pasta/relatorios/a.pdf",
          "pasta/relatorios/b.pdf"
        ])
      })
    )

    it.effect("saves all there is for **, byte for byte", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* beforeFiles(reports)
        const ended = yield* run("enviar_arquivo", "**", "--output", "pasta/")
        assert.strictEqual(ended.code, 0)
        assert.strictEqual(ended.stderr, "Recebidos: 7.\n")
        for (const [name, content] of Object.entries(reports)) {
          assert.isTrue(readFileSync(join(cwd, "pasta", name)).equals(Buffer.from(content)), name)
        }
      })
    )

    it.effect("takes several names and patterns, in their order", () =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles(reports)
        const words = ["outro/e.pdf", "relatorios/*.txt", "lista1.txt"]
        assert.deepStrictEqual(linesOf(yield* run("enviar_arquivo", ...words)), [
          "outro/e.pdf",
          "relatorios/c.txt",
          "lista1.txt"
        ])
      })
    )

    it.effect(
      "takes a name with a pattern's characters for that name, where there is such a file",
      () =>
        Effect.gen(function* () {
          const { cwd, run } = yield* beforeFiles(reports)
          assert.deepStrictEqual(said(yield* run("enviar_arquivo", "lista[1].txt")), {
            code: 0,
            stdout: "lista[1].txt\n",
            stderr: ""
          })
          assert.deepStrictEqual(contents(cwd), ["lista[1].txt"])
        })
    )

    it.effect("takes it for a pattern where there is none", () =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles({ "lista1.txt": "one", "lista2.txt": "two" })
        assert.deepStrictEqual(linesOf(yield* run("enviar_arquivo", "lista[1].txt")), [
          "lista1.txt"
        ])
      })
    )

    it.effect.each([{ words: ["lista1.txt", "outro/e.pdf"] }, { words: ["relatorios/*"] }])(
      "into one --output FILE is a wrong command line, and no file is asked for: $words",
      ({ words }) =>
        Effect.gen(function* () {
          const { cwd, proxy, run } = yield* beforeFiles(reports)
          const ended = yield* run("enviar_arquivo", ...words, "--output", "one")
          assert.deepStrictEqual(said(ended), {
            code: 2,
            stdout: "",
            stderr: "Vários arquivos não cabem em um só: one. Para uma pasta, termine com /.\n"
          })
          assert.deepStrictEqual(contents(cwd), [])
          assert.isFalse(proxy.asked.some(({ _tag }) => _tag === "SendFile"))
        })
    )

    it.effect.each([{ word: "[a].txt" }, { word: "relatorios/2024/*" }])(
      "into one --output FILE is one file where only one has that name: $word",
      ({ word }) =>
        Effect.gen(function* () {
          const { cwd, run } = yield* beforeFiles({ ...reports, "[a].txt": "a", "a.txt": "other" })
          const ended = yield* run("enviar_arquivo", word, "--output", "one")
          assert.deepStrictEqual([ended.code, ended.stdout, contents(cwd)], [0, "one\n", ["one"]])
        })
    )

    it.effect("goes on after one that fails, exits 1, and keeps the rest", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* beforeFiles(reports)
        mkdirSync(join(cwd, "outro", "e.pdf"), { recursive: true })
        writeFileSync(join(cwd, "lista1.txt"), "one")
        const ended = yield* run(
          "enviar_arquivo",
          "lista1.txt",
          "nada",
          "outro/e.pdf",
          "../x",
          "relatorios/c.txt"
        )
        assert.deepStrictEqual(said(ended), {
          code: 1,
          stdout: "lista1.txt\nrelatorios/c.txt\n",
          stderr: [
            "nada: Arquivo não encontrado!",
            "outro/e.pdf: Não foi possível gravar outro/e.pdf: há ali uma pasta com este nome; tire-a dali ou escolha outro lugar.",
            "../x: Arquivo não encontrado!",
            "Recebidos: 1; iguais: 1; com erro: 3.",
            ""
          ].join("\n")
        })
        assert.strictEqual(readFileSync(join(cwd, "relatorios/c.txt"), "utf8"), "c")
      })
    )

    it.effect("exits 4 where one was not what the server has, and keeps the rest", () =>
      Effect.gen(function* () {
        const { cwd, proxy, run } = yield* beforeFiles(reports)
        proxy.flip(150_000)
        const ended = yield* run("enviar_arquivo", "relatorios/*.pdf")
        assert.deepStrictEqual([ended.code, ended.stdout], [4, "relatorios/a.pdf\n"])
        assert.match(ended.stderr, /^relatorios\/b\.pdf: [^\n]+SHA-256[^\n]+\n.*com erro: 1\.\n$/)
        assert.deepStrictEqual(contents(cwd), ["relatorios", "relatorios/a.pdf"])
      })
    )

    it.effect(
      "counts what was there already, names it with --verbose, and is silent with --quiet",
      () =>
        Effect.gen(function* () {
          const { cwd, run } = yield* beforeFiles(reports)
          writeFileSync(join(cwd, "lista1.txt"), "one")
          const names = ["enviar_arquivo", "lista1.txt", "relatorios/c.txt"]
          const stdout = "lista1.txt\nrelatorios/c.txt\n"
          assert.deepStrictEqual(said(yield* run(...names)), {
            code: 0,
            stdout,
            stderr: "Recebidos: 1; iguais: 1.\n"
          })
          assert.deepStrictEqual(said(yield* run(...names, "--quiet")), {
            code: 0,
            stdout,
            stderr: ""
          })
          assert.deepStrictEqual(said(yield* run(...names, "--verbose")), {
            code: 0,
            stdout,
            stderr:
              "lista1.txt já estava aqui, igual.\nrelatorios/c.txt já estava aqui, igual.\nRecebidos: 0; iguais: 2.\n"
          })
          const failed = yield* run(...names, "nada", "--quiet")
          assert.deepStrictEqual(said(failed), {
            code: 1,
            stdout,
            stderr: "nada: Arquivo não encontrado!\n"
          })
        })
    )

    it.effect("fetches what is in a folder by the folder's name", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* beforeFiles(reports)
        const folder = Object.keys(reports)
          .filter((name) => name.startsWith("relatorios/"))
          .sort()
        for (const name of ["relatorios", "relatorios/"]) {
          const listed = yield* run("listar_arquivos", name)
          assert.deepStrictEqual(said(listed), {
            code: 0,
            stdout: folder.map((name) => `${name}\n`).join(""),
            stderr: ""
          })
        }
        const ended = yield* run("enviar_arquivo", "relatorios/", "lista1.txt")
        assert.strictEqual(ended.code, 0)
        assert.deepStrictEqual(
          ended.stdout.trimEnd().split("\n").sort(),
          [...folder, "lista1.txt"].sort()
        )
        assert.isTrue(contents(cwd).includes("relatorios/a.pdf"))
        const json = yield* run("enviar_arquivo", "relatorios", "--json")
        assert.match(json.stdout, /^\[(?:\{[^}]*\},){3}\{[^}]*\}\]\n$/)
      })
    )

    it.effect("says that nothing matches, and where names are to be seen", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* beforeFiles(reports)
        const hint = 'Nada corresponde a "*.zip"; veja os nomes com --cmd listar_arquivos.\n'
        const fetched = yield* run("enviar_arquivo", "*.zip")
        assert.deepStrictEqual(said(fetched), { code: 1, stdout: "", stderr: hint })
        assert.deepStrictEqual(contents(cwd), [])
        assert.deepStrictEqual(said(yield* run("listar_arquivos", "*.zip")), {
          code: 0,
          stdout: "",
          stderr: hint
        })
      })
    )

    it.effect(
      "tells of parts of files that the server has no longer, and removes them with --clean",
      () =>
        Effect.gen(function* () {
          const { cwd, run } = yield* beforeFiles(reports)
          // As PartFiles names them: SHA-256 of the file's name, of its version, and a number.
          const partOf = (name: string) => {
            const hash = sha256(Buffer.from(name)).slice(0, 16)
            return `.${name}.${hash}.0123456789abcdef.1.left.part`
          }
          mkdirSync(join(cwd, "relatorios"))
          const gone = join("relatorios", partOf("velho.pdf"))
          for (const part of [gone, join("relatorios", partOf("b.pdf")), partOf("velho.pdf")]) {
            writeFileSync(join(cwd, part), "begun")
          }
          const told = yield* run("enviar_arquivo", "relatorios/c.txt")
          assert.deepStrictEqual(said(told), {
            code: 0,
            stdout: "relatorios/c.txt\n",
            stderr: `${gone} (5 B) é de um arquivo que o servidor não tem mais; --clean apaga.\n`
          })
          const cleaned = yield* run("enviar_arquivo", "relatorios/c.txt", "--clean", "--quiet")
          assert.deepStrictEqual([cleaned.code, cleaned.stderr], [0, ""])
          assert.deepStrictEqual(contents(join(cwd, "relatorios")), [partOf("b.pdf"), "c.txt"])
          assert.include(contents(cwd), partOf("velho.pdf"))
        })
    )

    it.effect("leaves what is there with --no-overwrite, and says so", () =>
      Effect.gen(function* () {
        const { cwd, run } = yield* beforeFiles(reports)
        writeFileSync(join(cwd, "lista1.txt"), "mine")
        const ended = yield* run("enviar_arquivo", "lista*", "--no-overwrite")
        assert.deepStrictEqual(said(ended), {
          code: 0,
          stdout: "lista1.txt\nlista[1].txt\n",
          stderr:
            "lista1.txt já estava aqui, diferente, e foi mantido.\nRecebidos: 1; mantidos: 1.\n"
        })
        assert.strictEqual(readFileSync(join(cwd, "lista1.txt"), "utf8"), "mine")
      })
    )

    it.effect("prints one JSON array with --json, failures in their places", () =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles(reports)
        const ended = yield* run("enviar_arquivo", "lista1.txt", "nada", "outro/e.pdf", "--json")
        assert.strictEqual(ended.code, 1)
        const decode = Schema.decodeUnknownSync(
          Schema.Array(
            Schema.Struct({
              name: Schema.String,
              bytes: Schema.optionalKey(Schema.Number),
              code: Schema.optionalKey(Schema.String),
              error: Schema.optionalKey(Schema.String)
            })
          )
        )
        assert.deepStrictEqual(decode(JSON.parse(ended.stdout)), [
          { name: "lista1.txt", bytes: 3 },
          { name: "nada", code: "NOTFOUND", error: "Arquivo não encontrado!" },
          { name: "outro/e.pdf", bytes: 1 }
        ])
        const one = yield* run("enviar_arquivo", "outro/*", "--json")
        assert.lengthOf(decode(JSON.parse(one.stdout)), 1)
      })
    )

    it.effect("to standard output writes one after the other", () =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles(reports)
        const ended = yield* run("enviar_arquivo", "lista1.txt", "outro/e.pdf", "--output", "-")
        assert.deepStrictEqual(said(ended), { code: 0, stdout: "onee", stderr: "" })
      })
    )

    it.effect("brings 500 small ones over two connections at most", () =>
      Effect.gen(function* () {
        const names = Array.from({ length: 500 }, (_, index) => `pasta${index % 20}/${index}.txt`)
        const files = Object.fromEntries(names.map((name) => [name, `content of ${name}`]))
        const { cwd, proxy, run } = yield* beforeFiles(files)
        const ended = yield* run("enviar_arquivo", "**")
        assert.deepStrictEqual([ended.code, ended.stderr], [0, "Recebidos: 500.\n"])
        assert.lengthOf(linesOf(ended), 500)
        for (const [name, content] of Object.entries(files)) {
          assert.strictEqual(readFileSync(join(cwd, name), "utf8"), content)
        }
        assert.isAtMost(proxy.connections(), 2)
      })
    )

    it.effect("goes on with the rest after a lost connection", () =>
      Effect.gen(function* () {
        const names = Array.from({ length: 200 }, (_, index) => `${index}.txt`)
        const files = Object.fromEntries(names.map((name) => [name, noise(1, 10_000)]))
        const { cwd, proxy, run } = yield* beforeFiles(files)
        proxy.cut(700_000)
        const ended = yield* run("enviar_arquivo", "*")
        assert.strictEqual(ended.code, 0)
        assert.match(ended.stderr, /tentativa 1 de 5\.\nRecebidos: 200\.\n$/)
        assert.deepStrictEqual(contents(cwd), names.sort())
        for (const name of names) assert.lengthOf(readFileSync(join(cwd, name)), 10_000)
      })
    )
  })

  describe("enviar_arquivo leaves names as they are:", () => {
    const long = `${"é".repeat(127)}x`
    const names = [
      "with  two spaces",
      " leading and trailing ",
      `quotes ' " both`,
      "line\nend",
      "tab\tand\rreturn",
      "caf\u00e9",
      "cafe\u0301",
      "emoji \u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
      "star*and?[x]{y,z}",
      "-dash",
      "$HOME`x`;&|<>",
      "UPPER",
      "upper",
      long,
      `${long}/${long}`
    ]
    const files = Object.fromEntries(names.map((name) => [name, `content of ${name}`]))
    it.effect.skipIf(process.platform !== "linux")(
      "spaces, quotes, line ends, accents in both forms, emoji, 255 bytes; all at once",
      () =>
        Effect.gen(function* () {
          // The folder and the file of one name cannot both be there.
          const { [long]: _, ...possible } = files
          const { cwd, run } = yield* beforeFiles(possible)
          const ended = yield* run("enviar_arquivo", "**")
          assert.strictEqual(ended.code, 0, ended.stderr)
          for (const name of Object.keys(possible)) {
            assert.strictEqual(readFileSync(join(cwd, name), "utf8"), `content of ${name}`)
          }
          assert.lengthOf(contents(cwd), names.length)
          assert.strictEqual(linesOf(ended).length, names.length - 1)
          assert.include(ended.stdout, String.raw`line\x0aend`)
        })
    )

    it.effect.skipIf(process.platform !== "linux")("one by one", () =>
      Effect.gen(function* () {
        const { [`${long}/${long}`]: _, "-dash": __, ...possible } = files
        const { cwd, run } = yield* beforeFiles(possible)
        const ended = yield* run("enviar_arquivo", ...Object.keys(possible))
        assert.strictEqual(ended.code, 0, ended.stderr)
        for (const [name, content] of Object.entries(possible)) {
          assert.strictEqual(readFileSync(join(cwd, name), "utf8"), content)
        }
        assert.lengthOf(contents(cwd), names.length - 2)
      })
    )
  })

  describe("listar_arquivos", () => {
    it.effect.each([
      {
        pattern: "relatorios/*",
        found: ["relatorios/a.pdf", "relatorios/b.pdf", "relatorios/c.txt"]
      },
      {
        pattern: "relatorios/**",
        found: ["relatorios/2024/d.pdf", "relatorios/a.pdf", "relatorios/b.pdf", "relatorios/c.txt"]
      },
      {
        pattern: "**/*.pdf",
        found: ["outro/e.pdf", "relatorios/2024/d.pdf", "relatorios/a.pdf", "relatorios/b.pdf"]
      },
      { pattern: "lista?.txt", found: ["lista1.txt"] },
      { pattern: String.raw`lista\[1\].txt`, found: ["lista[1].txt"] }
    ])("with a pattern prints what matches: $pattern", ({ found, pattern }) =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles(reports)
        const ended = yield* run("listar_arquivos", pattern)
        assert.deepStrictEqual([ended.code, linesOf(ended), ended.stderr], [0, found, ""])
      })
    )

    it.effect("takes braces for what they are", () =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles({ "{a,b}.txt": "", "a.txt": "", "b.txt": "" })
        assert.deepStrictEqual(linesOf(yield* run("listar_arquivos", "{a,b}.txt")), ["{a,b}.txt"])
      })
    )

    it.effect("refuses a pattern of more than 256 bytes, and answers one of 256", () =>
      Effect.gen(function* () {
        const { run } = yield* beforeFiles(reports)
        const ended = yield* run("listar_arquivos", `${"é".repeat(128)}*`)
        assert.deepStrictEqual(said(ended), {
          code: 1,
          stdout: "",
          stderr: "O padrão passa de 256 bytes.\n"
        })
        assert.strictEqual((yield* run("listar_arquivos", `${"é".repeat(127)}x*`)).code, 0)
      })
    )

    it.effect("gives a page for APOS and LIMITE, and just that", () =>
      Effect.gen(function* () {
        const { proxy, run } = yield* before(yield* memory(numbered(100)))
        const ended = yield* run("listar_arquivos", "APOS", "n000041", "LIMITE", "3")
        assert.deepStrictEqual(linesOf(ended), ["n000042", "n000043", "n000044"])
        assert.lengthOf(
          proxy.asked.filter(({ _tag }) => _tag === "List"),
          1
        )
      })
    )

    it.effect("with --long prints size, date and name, and asks once for all of it", () =>
      Effect.gen(function* () {
        const { proxy, run } = yield* beforeFiles({
          "a\x1b[2J": "x",
          "big.bin": noise(1, 1_234_567)
        })
        const ended = yield* run("listar_arquivos", "--long")
        assert.match(
          ended.stdout,
          /^ +1 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}a\\x1b\[2J\n +1234567 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}big\.bin\n$/
        )
        assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
        assert.deepStrictEqual(
          proxy.asked.map(({ _tag }) => _tag).filter((tag) => tag !== "Hello"),
          ["List"]
        )
      })
    )

    it.effect.skipIf(process.platform !== "linux")(
      "leaves out names that are not UTF-8, and the server tells each of them once",
      () =>
        Effect.gen(function* () {
          const app = yield* App
          const shared = yield* folderWith({ "a.txt": "a" })
          for (const bad of [Buffer.from([0xff]), Buffer.from([0x61, 0xe9])]) {
            writeFileSync(Buffer.concat([Buffer.from(`${shared}/`), bad]), "x")
          }
          const server = yield* app.serve(["--dir", shared], { cwd: shared })
          const words = ["client", "--port", String(server.address.port), "--cmd"]
          const ended = yield* app.run([...words, "listar_arquivos"], { cwd: shared })
          assert.deepStrictEqual(said(ended), { code: 0, stdout: "a.txt\n", stderr: "" })
          yield* app.run([...words, "listar_arquivos"], { cwd: shared })
          yield* server.process.kill("SIGTERM")
          const { stderr } = yield* server.process.ended
          assert.lengthOf(stderr.match(/message=name\.unshareable/g) ?? [], 2)
        })
    )
  })

  it.effect(
    "a listing of more than 100,000 names is refused without LIMITE, and says how to page",
    () =>
      Effect.gen(function* () {
        const names = numbered(100_001)
        const address = yield* memory(names)
        const ask = Effect.fnUntraced(function* (...words: ReadonlyArray<string>) {
          const client = yield* RawSocket.connect(address)
          yield* client.send(request("listar_arquivos", ...words))
          return yield* client.takeThrough("\r\n")
        })
        // As many as there may be: all but the first.
        assert.strictEqual(yield* ask("*", "APOS", "n000000"), "*100000\r\n")
        const refusal = yield* ask()
        assert.match(refusal, /^-ERR Mais de 100000 nomes: .*LIMITE.*APOS/)
        assert.strictEqual(yield* ask("LIMITE", "100000"), "*100000\r\n")
        assert.match(yield* ask("LIMITE", "100001"), /^-ERR LIMITE/)
        assert.strictEqual(yield* ask("n0000*"), "*100\r\n")
      })
  )
})
