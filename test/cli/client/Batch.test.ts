import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { type Ended, Shared, start } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const shared = folderWith({ "a.txt": "content of a", "ação e b.txt": "content of b", "x/c": "c" })

/** Puts these lines on the client's standard input, in a folder of its own. */
const batch = Effect.fnUntraced(function* (input: string, ...words: ReadonlyArray<string>) {
  const { client } = yield* Shared
  const cwd = yield* temporaryFolder
  return { cwd, ended: yield* client(words, { cwd }, input) }
})

const is = ({ code, stderr, stdout }: Ended, expected: Pick<Ended, "code" | "stdout" | "stderr">) =>
  assert.deepStrictEqual({ code, stdout, stderr }, expected)

layer(Shared.layer(shared), { timeout: "1 minute" })("a batch on standard input", (it) => {
  it.effect("is answered in order, and exits 0", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch("HORA\nLISTAR\n")
      assert.match(ended.stdout, /^\d\d:\d\d:\d\d\na\.txt\nação e b\.txt\nx\/c\n$/)
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
    })
  )

  it.effect("may have no lines", () =>
    Effect.gen(function* () {
      is((yield* batch("")).ended, { code: 0, stdout: "", stderr: "" })
      is((yield* batch("\n  \n\n")).ended, { code: 0, stdout: "", stderr: "" })
    })
  )

  it.effect("may end its lines as Windows does, and its last line not at all", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch("ECHO 1\r\n\r\n  ECHO 'ação 2'\r\necho 3")
      is(ended, { code: 0, stdout: "1\nação 2\n3\n", stderr: "" })
    })
  )

  it.effect("with a refused line exits 1, says which, and answers all the others", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch(
        "ECHO 1\nnada\n\nECHO 2\nARQUIVO nada\nECHO 'x\nECHO 3\nSOMA\nECHO 4\n"
      )
      is(ended, {
        code: 1,
        stdout: "1\n2\n3\n4\n",
        stderr: [
          "Linha 2: Comando desconhecido: nada; veja os comandos com --cmd ajuda.",
          "Linha 5: Arquivo não encontrado!",
          "Linha 6: Aspas sem par no comando.",
          "Linha 8: Número errado de argumentos para soma.",
          ""
        ].join("\n")
      })
    })
  )

  it.effect("of 5,000 lines is answered line by line", () =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: 5_000 }, (_, index) => String(index))
      const { ended } = yield* batch(numbers.map((number) => `ECHO ${number}\n`).join(""))
      assert.deepStrictEqual(ended.stdout.split("\n"), [...numbers, ""])
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
    })
  )

  it.effect("ends with the farewell, and what follows it is not asked", () =>
    Effect.gen(function* () {
      is((yield* batch("ECHO 1\nSAIR\nECHO 2\n")).ended, {
        code: 0,
        stdout: "1\nAdeus!\n",
        stderr: ""
      })
      is((yield* batch("quit\nECHO 2\n")).ended, { code: 0, stdout: "OK\n", stderr: "" })
    })
  )

  it.effect("saves each file it asks for, among other answers", () =>
    Effect.gen(function* () {
      const lines = 'ARQUIVO a.txt\nECHO 1\nARQUIVO x/c\nARQUIVO nada\nARQUIVO "ação e b.txt"\n'
      const { cwd, ended } = yield* batch(lines, "--output", "out/")
      is(ended, {
        code: 1,
        stdout: "out/a.txt\n1\nout/x/c\nout/ação e b.txt\n",
        stderr: "Linha 4: Arquivo não encontrado!\n"
      })
      assert.deepStrictEqual(readdirSync(cwd, { recursive: true, encoding: "utf8" }).sort(), [
        "out",
        "out/a.txt",
        "out/ação e b.txt",
        "out/x",
        "out/x/c"
      ])
    })
  )

  it.effect("writes files one after the other to standard output for --output -", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch("ARQUIVO a.txt\nARQUIVO x/c\nGET x/c\n", "--output", "-")
      is(ended, { code: 0, stdout: "content of acc", stderr: "" })
    })
  )

  it.effect("prints one JSON value a line with --json", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch(
        'LISTAR\nSTRLEN a.txt\nGET nada\nECHO "\\x1b\\xc2\\x9b"\n',
        "--json"
      )
      assert.notMatch(ended.stdout, /[\x7f-\x9f]/)
      assert.deepStrictEqual(
        ended.stdout
          .trimEnd()
          .split("\n")
          .map((line): unknown => JSON.parse(line)),
        [["a.txt", "ação e b.txt", "x/c"], 12, null, "\x1b\x9b"]
      )
      assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
    })
  )

  it.effect("prints a failure as a line of its own with --json, so that each command has one", () =>
    Effect.gen(function* () {
      const lines = "ECHO 1\nsoma_arquivo nada\nARQUIVO nada\nECHO 'x\nENCODE\nECHO 2\n"
      const { ended } = yield* batch(lines, "--json")
      const [first, ...others] = ended.stdout
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line))
      assert.deepStrictEqual([first, others.pop()], ["1", "2"])
      assert.deepStrictEqual(others.slice(0, 3), [
        { code: "NOTFOUND", error: "Arquivo não encontrado!" },
        { name: "nada", code: "NOTFOUND", error: "Arquivo não encontrado!" },
        { code: "QUOTES", error: "Aspas sem par no comando." }
      ])
      assert.match(JSON.stringify(others[3]), /^\{"code":"ERR","error":"Comando desconhecido/)
      assert.strictEqual(ended.code, 1)
    })
  )

  it.effect("keeps bytes that are no text as base64 with --json", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch('ECHO "\\xff\\x00"\nECHO "\\xc3\\xa7"\n', "--json")
      is(ended, { code: 0, stdout: '{"base64":"/wA="}\n"ç"\n', stderr: "" })
    })
  )

  it.effect("passes over comments, and counts them as lines", () =>
    Effect.gen(function* () {
      const { ended } = yield* batch(
        "# it's a comment\n  # another\nECHO '#1'\nsoma_arquivo nada\n"
      )
      is(ended, { code: 1, stdout: "#1\n", stderr: "Linha 4: Arquivo não encontrado!\n" })
    })
  )

  it.effect("is answered while it is still being written", () =>
    Effect.gen(function* () {
      const { app, port } = yield* Shared
      const cwd = yield* temporaryFolder
      const running = yield* app.start(["client", "--port", String(port)], { cwd })
      for (const word of ["um", "dois", "três"]) {
        yield* running.write(`ECHO ${word}\n`)
        yield* running.says("stdout", new RegExp(`^${word}\n`))
      }
      yield* running.end
      is(yield* running.ended, { code: 0, stdout: "um\ndois\ntrês\n", stderr: "" })
    })
  )

  it.effect("that is a folder is an error of usage", () =>
    Effect.gen(function* () {
      const { app, port } = yield* Shared
      const cwd = yield* temporaryFolder
      const program = `"${process.execPath}" "${app.file}" client --port ${port} < .`
      is(yield* (yield* start("sh", ["-c", program], { cwd })).ended, {
        code: 2,
        stdout: "",
        stderr: "A entrada padrão é uma pasta, e não comandos, um por linha.\n"
      })
    })
  )

  it.effect("ends without a word when nobody reads its answers any more", () =>
    Effect.gen(function* () {
      const { app, port } = yield* Shared
      const cwd = yield* temporaryFolder
      const program = `"${process.execPath}" "${app.file}" client --port ${port}`
      const pipe = `yes LISTAR | head -n 100000 | ${program} | head -n 1; echo "\${PIPESTATUS[2]}"`
      const { ended } = yield* start("bash", ["-c", pipe], { cwd })
      is(yield* ended, { code: 0, stdout: "a.txt\n1\n", stderr: "" })
    })
  )
})
