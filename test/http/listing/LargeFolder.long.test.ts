/** A folder of 50,000 entries: its list begins at once, and nobody waits for it. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { connect } from "../../support/peers/RawSocket.ts"
import { App } from "../../support/programs/App.ts"
import { ping } from "../../support/programs/Workers.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const run = promisify(execFile)

/** The seconds to the first byte, and how many lines came. */
const fetchLines = (url: string) =>
  Effect.promise(async () => {
    const script = 'curl -sS -w "%{stderr}%{time_starttransfer}" "$1" | wc -l'
    const { stderr, stdout } = await run("sh", ["-c", script, "sh", url])
    return { begun: Number(stderr), lines: Number(stdout) }
  })

layer(App.layer, { timeout: "1 minute" })("a folder of 50,000 entries", (it) => {
  it.effect("begins to come within 500 ms in every form, and others are answered within 100", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      mkdirSync(join(folder, "p"))
      for (let index = 0; index < 50_000; index++)
        writeFileSync(join(folder, "p", `arquivo ${(index * 7919) % 50_000}`), "")
      const app = yield* App
      const { address } = yield* app.serve([folder], { cwd: folder })
      const client = yield* connect(address)
      yield* ping(client)
      for (const [query, least] of [
        ["formato=json", 50_000],
        ["formato=txt", 50_000],
        ["", 1000],
        ["ordem=tamanho&sentido=desc", 1000]
      ] as const) {
        const url = `http://${address.host}:${address.port}/p/?${query}`
        // The first time, its code is compiled, and of all the first the folder is read.
        const first = yield* fetchLines(url)
        if (!query.startsWith("ordem")) assert.isBelow(first.begun, 0.5, `the first ${query}`)
        const fetching = yield* Effect.forkChild(fetchLines(url))
        let worst = 0
        while (fetching.pollUnsafe() === undefined) {
          const before = performance.now()
          yield* ping(client)
          worst = Math.max(worst, performance.now() - before)
        }
        const { begun, lines } = yield* Fiber.join(fetching)
        console.log(
          `${query}: ${(first.begun * 1000).toFixed(0)} ms to the first byte of the first, ${(begun * 1000).toFixed(0)} later, others ${worst.toFixed(0)} ms at most`
        )
        assert.isAtLeast(lines, least)
        if (!query.startsWith("ordem")) assert.isBelow(begun, 0.5, query)
        assert.isBelow(worst, 100, query)
      }
    })
  )
})
