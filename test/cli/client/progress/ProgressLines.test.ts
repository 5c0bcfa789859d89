import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import * as FakeServer from "../../../support/fakes/FakeServer.ts"
import * as Terminal from "../../../support/programs/Terminal.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

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
