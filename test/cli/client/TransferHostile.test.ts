import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Request } from "../../../src/codec/Codec.ts"
import { App, type Ended } from "../../support/programs/App.ts"
import { onWire } from "../../support/values/Bytes.ts"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { contents, sha256 } from "../../support/Transfers.ts"

const bulk = (latin1: string): string => `$${latin1.length}\r\n${latin1}\r\n`
const map = (...words: ReadonlyArray<string>): string => `%${words.length / 2}\r\n${words.join("")}`
const details = (size: string): string =>
  map(
    bulk("nome"),
    bulk("x"),
    bulk("tamanho"),
    size,
    bulk("modificado"),
    bulk("2001-02-03T04:05:06.789Z"),
    bulk("versao"),
    bulk("1")
  )
const notFound = `-NOTFOUND ${onWire("Arquivo não encontrado!")}\r\n`
const digest = (content: string): string => bulk(sha256(Buffer.from(content, "latin1")))

/** Lists names, with details where they are asked for and the server knows such lists. */
const lists = (
  request: Extract<Request, { readonly _tag: "List" }>,
  names: ReadonlyArray<string>,
  knowsDetails: boolean
): string => {
  if (request.fields === undefined) return `*${names.length}\r\n${names.map(bulk).join("")}`
  if (!knowsDetails) return `-ERR ${onWire("Opção inválida 'COM'.")}\r\n`
  const files = names.map(
    (name) =>
      `%4\r\n${bulk("nome")}${bulk(name)}${bulk("tamanho")}:5\r\n`
      + `${bulk("modificado")}${bulk("2001-02-03T04:05:06.789Z")}${bulk("versao")}${bulk("1")}`
  )
  return `*${names.length}\r\n${files.join("")}`
}

/** What a server says that means well, to what the test does not say otherwise. */
const honest =
  (content: string, instead: Partial<Record<Request["_tag"], FakeServer.Answer>>) =>
  (request: Request): FakeServer.Answer => {
    const other = instead[request._tag]
    if (other !== undefined) return other
    switch (request._tag) {
      case "Describe":
        return details(`:${content.length}\r\n`)
      case "SendFile":
        return FakeServer.fileReply(request.name, content)
      case "Digest":
        return digest(content)
      default:
        return notFound
    }
  }

/** Runs the client in a folder `inner` of an outer one, before a server that answers like this. */
const run = Effect.fnUntraced(function* (
  answers: (request: Request) => FakeServer.Answer,
  ...words: ReadonlyArray<string>
) {
  const app = yield* App
  const outer = yield* temporaryFolder
  const inner = join(outer, "a", "inner")
  mkdirSync(inner, { recursive: true })
  const { address, asked } = yield* FakeServer.make({ answers })
  const ended = yield* app.run(
    ["client", "--port", String(address.port), "--retries", "0", "--cmd", ...words],
    { cwd: inner }
  )
  return { ended, outer, inner, asked, server: `127.0.0.1:${address.port}` }
})

/** Nothing that steers a terminal is shown, and what is said is one sentence. */
const saysOneSentence = ({ bytes, stderr, stdout }: Ended) => {
  assert.strictEqual(stdout, "")
  assert.lengthOf(bytes, 0)
  assert.match(stderr, /^[^\x00-\x1f\x7f-\x9f]+[.!]\n$/)
}

const hasNothing = (outer: string) => assert.deepStrictEqual(contents(outer), ["a", "a/inner"])

layer(App.layer, { timeout: "1 minute" })("a hostile server", (it) => {
  describe("that sends a file under another name than was asked for", () => {
    it.effect.each([
      { name: "../../x", shown: "../../x" },
      { name: "/etc/x", shown: "/etc/x" },
      { name: "a\x1b[2J", shown: String.raw`a\x1b[2J` },
      { name: "a\r\nb", shown: String.raw`a\x0d\x0ab` },
      { name: "file2.txt", shown: "file2.txt" },
      { name: "", shown: "" }
    ])("has nothing written, and its name is shown escaped: $shown", ({ name, shown }) =>
      Effect.gen(function* () {
        for (const content of ["small", "x".repeat(300_000)]) {
          const { ended, outer } = yield* run(
            honest(content, { SendFile: FakeServer.fileReply(name, content) }),
            "enviar_arquivo",
            "file1.txt"
          )
          saysOneSentence(ended)
          assert.strictEqual(ended.code, 1)
          assert.strictEqual(
            ended.stderr,
            `O servidor mandou um arquivo com outro nome: "${shown}". Nada foi gravado.\n`
          )
          assert.deepStrictEqual(
            contents(outer).filter((name) => !name.endsWith(".part")),
            ["a", "a/inner"]
          )
        }
      })
    )
  })

  it.effect.each([{ knowsDetails: false }, { knowsDetails: true }])(
    "whose listing holds such names has nothing written outside, and the rest is kept, with details: $knowsDetails",
    ({ knowsDetails }) =>
      Effect.gen(function* () {
        const names = ["..", "../../x", "/etc/x", "a\0b", "a\x1b[2J", "a\\..\\x", "ok.txt"]
        const { ended, inner, outer } = yield* run(
          (request) => {
            if (request._tag === "List") return lists(request, names, knowsDetails)
            if (request._tag === "Describe" && request.name === "**") return notFound
            return honest("small", {})(request)
          },
          "enviar_arquivo",
          "**",
          "--output",
          "out/"
        )
        assert.strictEqual(ended.code, 1)
        assert.deepStrictEqual(contents(outer), [
          "a",
          "a/inner",
          "a/inner/out",
          "a/inner/out/a\x1b[2J",
          "a/inner/out/ok.txt"
        ])
        assert.strictEqual(readFileSync(join(inner, "out", "ok.txt"), "utf8"), "small")
        assert.strictEqual(ended.stdout, String.raw`out/a\x1b[2J` + "\nout/ok.txt\n")
        assert.match(ended.stderr, /^[^\x00-\x09\x0b-\x1f]+Recebidos: 2; com erro: 5\.\n$/)
      })
  )

  it.effect.each([{ knowsDetails: false }, { knowsDetails: true }])(
    "whose listing holds names that were not asked for has none of them written, with details: $knowsDetails",
    ({ knowsDetails }) =>
      Effect.gen(function* () {
        const names = [".bashrc", ".c.csv", ".ssh/authorized_keys", "a.csv", "a/b.csv", "b.txt"]
        const answer = (request: Request) => {
          if (request._tag === "List") return lists(request, names, knowsDetails)
          return "name" in request && request.name === words[0]
            ? notFound
            : honest("small", {})(request)
        }
        let words: ReadonlyArray<string> = ["*.csv"]
        const first = yield* run(answer, "enviar_arquivo", ...words)
        assert.strictEqual(first.ended.code, 1)
        assert.deepStrictEqual(contents(first.inner), ["a.csv"])
        assert.include(
          first.ended.stderr,
          '.ssh/authorized_keys: O servidor listou um nome que não foi pedido: ".ssh/authorized_keys".'
        )
        assert.include(first.ended.stderr, '".c.csv" começa com ponto')
        words = ["*.csv", "--hidden"]
        const second = yield* run(answer, "enviar_arquivo", ...words)
        assert.deepStrictEqual(contents(second.inner), [".c.csv", "a.csv"])
        words = [".*"]
        const third = yield* run(answer, "enviar_arquivo", ...words)
        assert.deepStrictEqual(contents(third.inner), [".bashrc", ".c.csv"])
      })
  )

  it.effect("whose listing has no end is not asked for ever", () =>
    Effect.gen(function* () {
      // The same page again and again, whatever it was to come after.
      const page = Array.from({ length: 100_000 }, (_, index) =>
        bulk(String(index).padStart(6, "0"))
      )
      const { ended } = yield* run(
        (request) => (request._tag === "List" ? `*100000\r\n${page.join("")}` : notFound),
        "listar_arquivos"
      )
      assert.strictEqual(ended.code, 3)
      assert.match(ended.stderr, /^Resposta incompreensível de [^\n]+\n$/)
    })
  )

  it.effect("whose listing is none is not taken for an empty folder", () =>
    Effect.gen(function* () {
      const { ended } = yield* run(honest("small", { List: "+OK\r\n" }), "listar_arquivos")
      saysOneSentence(ended)
      assert.strictEqual(ended.code, 3)
    })
  )

  describe("that sends what is no file", () => {
    it.effect.each([
      { what: "three strings", reply: `*3\r\n${bulk("file1.txt").repeat(3)}` },
      { what: "one string", reply: `*1\r\n${bulk("file1.txt")}` },
      { what: "numbers", reply: "*2\r\n:1\r\n:2\r\n" },
      { what: "lists in lists", reply: `*2\r\n*1\r\n${bulk("file1.txt")}${bulk("small")}` },
      { what: "a map", reply: `%1\r\n${bulk("file1.txt")}${bulk("small")}` },
      { what: "a text", reply: bulk("small") },
      { what: "a status", reply: "+OK\r\n" },
      { what: "null", reply: "_\r\n" },
      { what: "no RESP at all", reply: "HTTP/1.1 400 Bad Request\r\n\r\n" },
      { what: "more than it said", reply: `*2\r\n${bulk("file1.txt")}$5\r\nsmall more\r\n` },
      { what: "another size than it said", reply: FakeServer.fileReply("file1.txt", "small more") },
      {
        what: "a size beyond all bounds",
        reply: `*2\r\n${bulk("file1.txt")}$99999999999999999999\r\n`
      },
      { what: "a size below zero", reply: `*2\r\n${bulk("file1.txt")}$-5\r\n` },
      {
        what: "a name beyond all bounds",
        reply: `*2\r\n${bulk("x".repeat(100_000))}${bulk("small")}`
      }
    ])("has nothing written, and the client says that it does not understand: $what", ({ reply }) =>
      Effect.gen(function* () {
        const { ended, outer, server } = yield* run(
          honest("small", { SendFile: reply }),
          "enviar_arquivo",
          "file1.txt"
        )
        saysOneSentence(ended)
        assert.isTrue(
          ended.stderr.startsWith(`Resposta incompreensível de ${server}: `),
          ended.stderr
        )
        assert.strictEqual(ended.code, 3)
        hasNothing(outer)
      })
    )

    it.effect("sends fewer bytes than it said and goes away: nothing is written", () =>
      Effect.gen(function* () {
        const { ended, outer, server } = yield* run(
          honest("small", {
            SendFile: FakeServer.ends(`*2\r\n${bulk("file1.txt")}$5\r\nsma`)
          }),
          "enviar_arquivo",
          "file1.txt"
        )
        saysOneSentence(ended)
        assert.deepStrictEqual([ended.code, ended.stderr], [3, `A conexão com ${server} caiu.\n`])
        hasNothing(outer)
      })
    )
  })

  describe("whose details make no sense", () => {
    it.effect.each([
      { what: "a size below zero", reply: details(":-1\r\n") },
      { what: "a size that is no whole number", reply: details(",1.5\r\n") },
      { what: "a size without end", reply: details(",inf\r\n") },
      { what: "a size that is a text", reply: details(bulk("5")) },
      { what: "a size beyond all numbers", reply: details(":9223372036854775808\r\n") },
      { what: "nothing", reply: "%0\r\n" },
      { what: "a list of odd length", reply: `*3\r\n${bulk("tamanho").repeat(3)}` },
      { what: "a text", reply: bulk("5") },
      {
        what: "no time",
        reply: map(
          bulk("tamanho"),
          ":5\r\n",
          bulk("modificado"),
          bulk("x"),
          bulk("versao"),
          bulk("1")
        )
      }
    ])("has nothing written: $what", ({ reply }) =>
      Effect.gen(function* () {
        const { ended, outer, server } = yield* run(
          honest("small", { Describe: reply }),
          "enviar_arquivo",
          "file1.txt"
        )
        saysOneSentence(ended)
        assert.isTrue(
          ended.stderr.startsWith(`Resposta incompreensível de ${server}: `),
          ended.stderr
        )
        assert.strictEqual(ended.code, 3)
        hasNothing(outer)
      })
    )

    it.effect("by announcing petabytes takes neither memory nor disk before they come", () =>
      Effect.gen(function* () {
        const { ended, inner } = yield* run(
          honest("small", {
            Describe: details(`:${2 ** 52}\r\n`),
            SendFile: FakeServer.ends(`*2\r\n${bulk("file1.txt")}$${2 ** 52}\r\nsmall`)
          }),
          "enviar_arquivo",
          "file1.txt"
        )
        saysOneSentence(ended)
        assert.strictEqual(ended.code, 3)
        const [part = "", ...others] = contents(inner)
        assert.deepStrictEqual(others, [])
        assert.strictEqual(readFileSync(join(inner, part), "utf8"), "small")
      })
    )
  })

  describe("whose digest is none", () => {
    it.effect.each([
      { what: "not hexadecimal", reply: bulk("z".repeat(64)), code: 3 },
      { what: "too short", reply: bulk("0".repeat(63)), code: 3 },
      { what: "a number", reply: ":5\r\n", code: 3 },
      { what: "another file's", reply: digest("other"), code: 4 },
      { what: "refused", reply: "-ERR \x1b[2Jno.\r\n", code: 1 }
    ])("has nothing written, and what stood there stays: $what", ({ code, reply }) =>
      Effect.gen(function* () {
        for (const content of ["small", "x".repeat(300_000)]) {
          const { ended, outer } = yield* run(
            honest(content, { Digest: reply }),
            "enviar_arquivo",
            "file1.txt"
          )
          saysOneSentence(ended)
          assert.strictEqual(ended.code, code)
          assert.deepStrictEqual(
            contents(outer).filter((name) => !name.endsWith(".part")),
            ["a", "a/inner"]
          )
        }
      })
    )
  })

  it.effect("that refuses in a terminal's language is shown escaped", () =>
    Effect.gen(function* () {
      const { ended, outer } = yield* run(
        honest("small", { Describe: "-ERR \x1b]0;title\x07 \x9b2J\r\n" }),
        "enviar_arquivo",
        "file1.txt"
      )
      assert.strictEqual(ended.code, 1)
      assert.match(ended.stderr, /^\\x1b\]0;title\\x07 [^\x00-\x1f\x7f-\x9f]*2J\n$/)
      hasNothing(outer)
    })
  )

  it.effect("cannot have a file written through a link that leads out", () =>
    Effect.gen(function* () {
      const app = yield* App
      const outer = yield* temporaryFolder
      mkdirSync(join(outer, "inner"))
      mkdirSync(join(outer, "elsewhere"))
      symlinkSync("../elsewhere", join(outer, "inner", "pasta"))
      writeFileSync(join(outer, "elsewhere", "x"), "old")
      const { address } = yield* FakeServer.make({ answers: honest("small", {}) })
      const ended = yield* app.run(
        ["client", "--port", String(address.port), "--cmd", "enviar_arquivo", "pasta/x"],
        { cwd: join(outer, "inner") }
      )
      assert.strictEqual(ended.code, 1)
      assert.strictEqual(readFileSync(join(outer, "elsewhere", "x"), "utf8"), "old")
      assert.deepStrictEqual(contents(join(outer, "elsewhere")), ["x"])
    })
  )

  it.effect.each([
    { flags: [], first: "a00000\na00001\n" },
    { flags: ["--json"], first: '["a00000","a00001",' }
  ])("that never ends its listing has it written as it comes: $flags", ({ first, flags }) =>
    Effect.gen(function* () {
      const app = yield* App
      const cwd = yield* temporaryFolder
      const page = Array.from({ length: 100_000 }, (_, index) =>
        bulk(`a${String(index).padStart(5, "0")}`)
      )
      let pages = 0
      const { address } = yield* FakeServer.make({
        // The second page never comes.
        answers: () => (pages++ === 0 ? `*${page.length}\r\n${page.join("")}` : "")
      })
      const words = ["client", "--port", String(address.port), "--cmd", "LISTAR", ...flags]
      const running = yield* app.start(words, { cwd })
      yield* running.says("stdout", /a99999/)
      yield* running.kill("SIGTERM")
      const { stdout } = yield* running.ended
      assert.strictEqual(stdout.slice(0, first.length), first)
    })
  )
})
