import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import * as Terminal from "../../../support/programs/Terminal.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

const size = 2_000_000

/** A server that sends half of the file that is asked for first; the other waits for the rest of it. */
const halfServer = Effect.suspend(() => {
  let isAsked = false
  return FakeServer.make({
    answers: (request) => {
      if (request._tag === "Describe") return FakeServer.detailsReply(size)
      if (request._tag !== "SendFile" || isAsked) return ""
      isAsked = true
      const name = `$${request.name.length}\r\n${request.name}\r\n`
      return `*2\r\n${name}$${size}\r\n${"x".repeat(size / 2)}`
    }
  })
})

/** The client on a terminal, at work on two files of that server. */
const fetchingTwo = Effect.fnUntraced(function* (
  columns: number,
  env: Readonly<Record<string, string>> = {}
) {
  const { file } = yield* App
  const { address } = yield* halfServer
  const words = ["client", "--port", String(address.port), "--cmd", "enviar_arquivo"]
  return yield* Terminal.open(
    [process.execPath, file, ...words, "relatorios/primeiro.pdf", "relatorios/segundo.pdf"],
    { cwd: yield* temporaryFolder, env },
    { columns, rows: 10 }
  )
})

layer(App.layer, { timeout: "1 minute" })("on a terminal of 40 columns", (it) => {
  it.effect(
    "the progress of several files is two lines that fit, and Ctrl-C says what is kept of them",
    () =>
      Effect.gen(function* () {
        const terminal = yield* fetchingTwo(40)
        yield* terminal.shows(/0 de 2 arquivos \| [\d.]+ \wiB/)
        yield* terminal.shows(/rel\S*\.pdf [^\r\n]*(?:49|50)%/)
        yield* terminal.type(Terminal.key.control("C"))
        const { code, restored, shown } = yield* terminal.ended
        assert.deepStrictEqual({ code, restored }, { code: 130, restored: true })
        assert.match(shown, /Interrompido: [\d.]+ \wiB de relatorios\/\w+\.pdf estão guardados/)
        const lines = shown
          .slice(0, shown.indexOf("Interrompido"))
          // The terminal's own echo of Ctrl-C stands wherever the cursor was.
          .replaceAll("^C", "\n")
          .replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, "\n")
          .split(/[\r\n]+/)
        assert.isAtMost(Math.max(...lines.map((line) => line.length)), 40)
      }),
    { skip: !Terminal.hasTerminal }
  )
})

layer(App.layer, { timeout: "1 minute" })("on a terminal that is made narrower", (it) => {
  /** Whether it went up further than its lines once they were wider than the terminal, and cleared from there down. */
  const isClearedAbove = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>) {
    const terminal = yield* fetchingTwo(100, env)
    yield* terminal.shows(/0 de 2 arquivos/)
    yield* terminal.shows(/rel\S*\.pdf \[[=-]{20}\] (?:49|50)%/)
    terminal.setColumns(40)
    yield* terminal.shows(/rel\S*\.pdf (?:49|50)%/)
    yield* terminal.type(Terminal.key.control("C"))
    return /\x1b\[\d+A\x1b\[J/.test((yield* terminal.ended).shown)
  })

  for (const { env, what, wraps } of [
    { what: "an ordinary one", env: { TERM: "xterm-256color" }, wraps: true },
    { what: "tmux", env: { TERM: "screen", TMUX: "/tmp/tmux" }, wraps: true },
    { what: "xterm", env: { TERM: "xterm", XTERM_VERSION: "XTerm(379)" }, wraps: false },
    { what: "GNU screen", env: { TERM: "screen", STY: "1.pts-0" }, wraps: false },
    { what: "the console of Linux", env: { TERM: "linux" }, wraps: false }
  ]) {
    it.effect(
      `and is ${what}, rows above are ${wraps ? "cleared, for lines have the rest of them there" : "left, for others wrote them"}`,
      () =>
        Effect.gen(function* () {
          assert.strictEqual(yield* isClearedAbove(env), wraps)
        }),
      { skip: !Terminal.hasTerminal }
    )
  }
})

layer(App.layer, { timeout: "1 minute" })("on a terminal, at the end of many files", (it) => {
  it.effect(
    "one line says how many came, how much, how long it took, and whether they were verified",
    () =>
      Effect.gen(function* () {
        const { file, serve } = yield* App
        const files = { "a.txt": "x".repeat(100_000), "b/c.txt": "y".repeat(50_000), "d.txt": "" }
        const shared = yield* folderWith(files)
        const { address } = yield* serve(["--dir", shared], { cwd: shared })
        const cwd = yield* temporaryFolder
        /** What stands in the last line, once the program has ended. */
        const fetch = Effect.fnUntraced(function* (...more: ReadonlyArray<string>) {
          const asking = [
            "client",
            "--port",
            String(address.port),
            "--cmd",
            "enviar_arquivo",
            "**/*"
          ]
          const words = [process.execPath, file, ...asking, ...more]
          const { code, shown } = yield* (yield* Terminal.open(words, { cwd })).ended
          assert.strictEqual(code, 0)
          return shown.trimEnd().split("\r\n").at(-1) ?? ""
        })
        assert.match(yield* fetch(), /^Recebidos: 3\. 146\.5 KiB em [\d.]+ \w+, conferidos\.$/)
        assert.strictEqual(yield* fetch(), "Recebidos: 0; iguais: 3.")
        assert.match(
          yield* fetch("--no-verify", "--output", "outra/", "--lang", "en"),
          /^Received: 3\. 146\.5 KiB in [\d.]+ \w+\.$/
        )
      }),
    { skip: !Terminal.hasTerminal }
  )
})
