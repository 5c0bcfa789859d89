import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { App, type Ended } from "../../support/programs/App.ts"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import { refusing } from "../../support/peers/Refusing.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const { breaks, detailsReply, ends, fileReply } = FakeServer

const fails = ({ code, stderr, stdout }: Ended, expected: number, sentence: string) =>
  assert.deepStrictEqual(
    { code, stdout, stderr },
    { code: expected, stdout: "", stderr: `${sentence}\n` }
  )

const client = (port: number, ...words: ReadonlyArray<string>) => [
  "client",
  "--port",
  String(port),
  ...words
]

/** A lost connection is not made again. */
const once = { APP_RETRIES: "0" }

/** Asks a server that behaves like this, from a folder with an old `file1.txt` in it. */
const ask = Effect.fnUntraced(function* (
  script: FakeServer.Script,
  words: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
) {
  const { run } = yield* App
  const { address } = yield* FakeServer.make(script)
  const cwd = yield* folderWith({ "file1.txt": "old" })
  const ended = yield* run(client(address.port, ...words), { cwd, env: { ...once, ...env } })
  return { cwd, ended, at: `127.0.0.1:${address.port}` }
})

const fetch = ["--cmd", "enviar_arquivo file1.txt"]

const isUntouched = (cwd: string) => {
  assert.deepStrictEqual(readdirSync(cwd), ["file1.txt"])
  assert.strictEqual(readFileSync(join(cwd, "file1.txt"), "utf8"), "old")
}

layer(App.layer, { timeout: "1 minute" })("app client", (it) => {
  describe("without a server", () => {
    it.effect("exits 3 with one sentence that names host and port, in the person's language", () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const { port } = yield* refusing()
        const cwd = yield* temporaryFolder
        const words = client(port, "--cmd", "hora_atual")
        fails(
          yield* run(words, { cwd }),
          3,
          `Não foi possível conectar a 127.0.0.1:${port}: conexão recusada.`
        )
        fails(
          yield* run(words, { cwd, env: { LANG: "en_US.UTF-8" } }),
          3,
          `Cannot connect to 127.0.0.1:${port}: connection refused.`
        )
      })
    )

    it.effect("exits 3 for a batch likewise", () =>
      Effect.gen(function* () {
        const { run } = yield* App
        const { port } = yield* refusing("::1")
        const cwd = yield* temporaryFolder
        fails(
          yield* run(client(port, "--host", "::1"), { cwd }, "HORA\n"),
          3,
          `Não foi possível conectar a [::1]:${port}: conexão recusada.`
        )
      })
    )
  })

  describe("to a server that says nothing", () => {
    it.effect("exits 3 when it has waited for as long as --timeout says", () =>
      Effect.gen(function* () {
        const { at, ended } = yield* ask({ greeting: "", answers: [] }, [
          "--timeout",
          "200ms",
          "--cmd",
          "hora_atual"
        ])
        fails(ended, 3, `O servidor ${at} ficou calado por 0.2 s.`)
      })
    )

    it.effect("exits 3 in mid-file, and the old file stays", () =>
      Effect.gen(function* () {
        const stuck = [detailsReply(100), "*2\r\n$9\r\nfile1.txt\r\n$100\r\nabc"]
        const { at, cwd, ended } = yield* ask({ answers: stuck }, fetch, { APP_TIMEOUT: "200ms" })
        fails(ended, 3, `O servidor ${at} ficou calado por 0.2 s.`)
        isUntouched(cwd)
      })
    )

    for (const [signal, what] of [
      ["SIGINT", "Ctrl-C"],
      ["SIGTERM", "a supervisor"]
    ] as const) {
      it.effect(`is stopped by ${what} with exit code 130, and the old file stays`, () =>
        Effect.gen(function* () {
          const { start } = yield* App
          const stuck = [detailsReply(100), "*2\r\n$9\r\nfile1.txt\r\n$100\r\nabc"]
          const server = yield* FakeServer.make({ answers: stuck })
          const cwd = yield* folderWith({ "file1.txt": "old" })
          const running = yield* start(client(server.address.port, ...fetch), { cwd })
          yield* server.connection
          yield* running.kill(signal)
          const { code, stderr, stdout } = yield* running.ended
          assert.deepStrictEqual({ code, stdout, stderr }, { code: 130, stdout: "", stderr: "" })
          isUntouched(cwd)
        })
      )
    }
  })

  describe("whose connection is lost", () => {
    for (const end of [ends, breaks]) {
      const how = end === ends ? "closed" : "reset"
      it.effect(`exits 3 where it is ${how} instead of an answer`, () =>
        Effect.gen(function* () {
          const { at, ended } = yield* ask({ answers: [end("")] }, ["--cmd", "hora_atual"])
          fails(ended, 3, `A conexão com ${at} caiu.`)
        })
      )

      it.effect(`exits 3 where it is ${how} in mid-file, and the old file stays`, () =>
        Effect.gen(function* () {
          const cut = end(`*2\r\n$9\r\nfile1.txt\r\n$100000\r\n${"x".repeat(50_000)}`)
          const { at, cwd, ended } = yield* ask({ answers: [detailsReply(100_000), cut] }, fetch)
          fails(ended, 3, `A conexão com ${at} caiu.`)
          isUntouched(cwd)
        })
      )
    }
  })

  it.effect("makes as many connections good as --retries says, whichever of them is lost", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const size = 1024 * 1024
      const content = "x".repeat(size)
      let sent = 0
      const { address, asked } = yield* FakeServer.make({
        answers: (request) => {
          if (request._tag === "Describe") return detailsReply(size)
          // The first time half of the file comes; its digest never does.
          if (request._tag !== "SendFile") return ends("")
          const whole = fileReply("grande", content.slice(request.start))
          return (sent += 1) === 1 ? ends(whole.slice(0, size / 2)) : whole
        }
      })
      const { code, stderr } = yield* run(
        client(address.port, "--retries", "2", "--cmd", "enviar_arquivo", "grande"),
        { cwd: yield* temporaryFolder }
      )
      assert.strictEqual(code, 3)
      const at = `A conexão com 127.0.0.1:${address.port} caiu`
      assert.strictEqual(stderr, `${at}; tentativa 1 de 2.\n${at}; tentativa 2 de 2.\n${at}.\n`)
      // One for the bytes and one for the digest, and two that were made good.
      assert.strictEqual(asked.filter(({ _tag }) => _tag === "Hello").length, 4)
    })
  )

  describe("to a server that lies", () => {
    it.effect("saves nothing under another name than was asked for, and shows it escaped", () =>
      Effect.gen(function* () {
        for (const name of ["../file1.txt", "/tmp/file1.txt", "file2.txt", "\x1b]0;x\x07"]) {
          const { cwd, ended } = yield* ask(
            { answers: [detailsReply(4), fileReply(name, "evil")] },
            fetch
          )
          const shown = name.replace("\x1b", String.raw`\x1b`).replace("\x07", String.raw`\x07`)
          fails(
            ended,
            1,
            `O servidor mandou um arquivo com outro nome: "${shown}". Nada foi gravado.`
          )
          isUntouched(cwd)
        }
      })
    )

    it.effect("exits 3 where the reply is no RESP, or not the command's", () =>
      Effect.gen(function* () {
        const http = yield* ask({ greeting: ends("HTTP/1.1 400 Bad Request\r\n"), answers: [] }, [
          "--cmd",
          "HORA"
        ])
        assert.match(http.ended.stderr, /^Resposta incompreensível de 127\.0\.0\.1:\d+: .+\.\n$/)
        assert.deepStrictEqual([http.ended.code, http.ended.stdout], [3, ""])
        const status = yield* ask({ answers: ["+OK\r\n"] }, fetch)
        assert.match(status.ended.stderr, /^Resposta incompreensível de 127\.0\.0\.1:\d+: .+\.\n$/)
        assert.deepStrictEqual([status.ended.code, status.ended.stdout], [3, ""])
        isUntouched(status.cwd)
      })
    )

    it.effect("shows its texts with all that steers a terminal escaped", () =>
      Effect.gen(function* () {
        const evil = "a\x1b[2J\xc2\x9bb\x07"
        const shown = String.raw`a\x1b[2J\x9bb\x07`
        const text = yield* ask({ answers: [`$${evil.length}\r\n${evil}\r\n`] }, ["--cmd", "dados"])
        assert.strictEqual(text.ended.stdout, `${shown}\n`)
        const list = yield* ask({ answers: [`*1\r\n$${evil.length}\r\n${evil}\r\n`] }, [
          "--cmd",
          "listar_arquivos"
        ])
        assert.strictEqual(list.ended.stdout, `${shown}\n`)
        const refusal = yield* ask({ answers: [`-EVIL${evil} ${evil}\r\n`] }, ["--cmd", "dados"])
        fails(refusal.ended, 1, `EVIL${shown} ${shown}`)
        const json = yield* ask({ answers: [`$${evil.length}\r\n${evil}\r\n`] }, [
          "--json",
          "--cmd",
          "dados"
        ])
        assert.strictEqual(JSON.parse(json.ended.stdout), "a\x1b[2J\x9bb\x07")
      })
    )
  })
})
