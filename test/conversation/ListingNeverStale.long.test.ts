/** Twenty thousand changes of a folder on a disk and in memory, with one worker and two: no list is older than its question. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { App } from "../support/programs/App.ts"
import { wrongAnswers } from "../support/stores/ListingStaleness.ts"

const inMemory = "/dev/shm"

layer(App.layer, { timeout: "9 minutes" })("of the names in a folder that is changed", (it) => {
  for (const [kind, parent, workers] of [
    ["on a disk", tmpdir(), "1"],
    ["in memory", inMemory, "2"]
  ] as const) {
    it.effect.skipIf(!existsSync(parent))(
      `every answer is what is there, after each of ten thousand changes, ${kind}, workers: ${workers}`,
      () =>
        Effect.gen(function* () {
          const app = yield* App
          const folder = yield* Effect.acquireRelease(
            Effect.sync(() => mkdtempSync(`${parent}/sockets-test-`)),
            (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
          )
          const { address } = yield* app.serve(["--dir", folder, "--workers", workers], {
            cwd: folder
          })
          const wrong = yield* wrongAnswers({ folder, address, changes: 10_000, seed: 7 })
          assert.deepStrictEqual(wrong.slice(0, 10), [])
        }),
      540_000
    )
  }
})
