/** Fetching a log that is written to all the time, as curl and rsync do: what it was when it was asked for. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { appendFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { App } from "../../support/programs/App.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"

const size = 20 * 1024 * 1024

layer(App.layer, { timeout: "1 minute" })("a log that gets a line every 2 ms", (it) => {
  /** Serves it, and runs the client; the log as it is in the end. */
  const fetching = Effect.fnUntraced(function* (...more: ReadonlyArray<string>) {
    const app = yield* App
    const cwd = yield* folderWith({ "DB/a.log": noise(1, size), "cliente/x": "" })
    const log = join(cwd, "DB/a.log")
    const { address } = yield* app.serve([], { cwd })
    yield* Effect.acquireRelease(
      Effect.sync(() => setInterval(() => appendFileSync(log, "mais uma linha\n"), 2)),
      (writing) => Effect.sync(() => clearInterval(writing))
    )
    const ended = yield* app.run(
      ["client", "--port", String(address.port), "--cmd", "enviar_arquivo", "a.log", ...more],
      { cwd: join(cwd, "cliente") }
    )
    return { ended, log: readFileSync(log), place: join(cwd, "cliente/a.log") }
  })

  it.effect.each([{ more: [] }, { more: ["--no-verify"] }])(
    "is saved as it was at one moment (with $more)",
    ({ more }) =>
      Effect.gen(function* () {
        const { ended, log, place } = yield* fetching(...more)
        assert.strictEqual(ended.code, 0, ended.stderr)
        const saved = readFileSync(place)
        assert.isAtLeast(saved.length, size)
        assert.isTrue(saved.equals(log.subarray(0, saved.length)))
      })
  )

  it.effect("goes to standard output as it was at one moment", () =>
    Effect.gen(function* () {
      const { ended, log } = yield* fetching("--output", "-")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isAtLeast(ended.bytes.length, size)
      assert.isTrue(ended.bytes.equals(log.subarray(0, ended.bytes.length)))
    })
  )

  it.effect("gives a part of itself", () =>
    Effect.gen(function* () {
      const { ended, log, place } = yield* fetching("--start", "1000", "--length", "15000000")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isTrue(readFileSync(place).equals(log.subarray(1000, 15_001_000)))
    })
  )
})
