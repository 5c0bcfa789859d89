import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import * as Terminal from "../../../support/programs/Terminal.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

const size = 2_000_000

layer(App.layer, { timeout: "1 minute" })("on a terminal of 40 columns", (it) => {
  it.effect(
    "the progress of several files is two lines that fit, and Ctrl-C says what is kept of them",
    () =>
      Effect.gen(function* () {
        const { file } = yield* App
        const cwd = yield* temporaryFolder
        let isAsked = false
        const { address } = yield* FakeServer.make({
          answers: (request) => {
            if (request._tag === "Describe") return FakeServer.detailsReply(size)
            // Half of the file that is asked for first comes; the other waits for the rest of it.
            if (request._tag !== "SendFile" || isAsked) return ""
            isAsked = true
            const name = `$${request.name.length}\r\n${request.name}\r\n`
            return `*2\r\n${name}$${size}\r\n${"x".repeat(size / 2)}`
          }
        })
        const words = ["client", "--port", String(address.port), "--cmd", "enviar_arquivo"]
        const terminal = yield* Terminal.open(
          [process.execPath, file, ...words, "relatorios/primeiro.pdf", "relatorios/segundo.pdf"],
          { cwd },
          { columns: 40, rows: 10 }
        )
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
