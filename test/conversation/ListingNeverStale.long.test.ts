/** Twenty thousand changes of a folder on a disk and in memory, with one worker and two: no list is older than its question. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { App } from "../support/programs/App.ts"
import { wrongAnswers } from "../support/stores/ListingStaleness.ts"

const inMemory = "/dev/shm"

const kinds = [
  { parent: tmpdir(), workers: "1", seed: 7 },
  { parent: tmpdir(), workers: "2", seed: 8 },
  { parent: inMemory, workers: "1", seed: 9 },
  { parent: inMemory, workers: "2", seed: 10 }
].filter(({ parent }) => existsSync(parent))

layer(App.layer, { timeout: "20 minutes" })("of the names in a folder that is changed", (it) => {
  it.effect(
    `every answer is what is there, after each of twenty thousand changes, on a disk and in memory (left out without ${inMemory}), of one worker and of two`,
    () =>
      Effect.gen(function* () {
        const app = yield* App
        const wrong = yield* Effect.forEach(
          kinds,
          Effect.fnUntraced(function* ({ parent, seed, workers }) {
            const folder = yield* Effect.acquireRelease(
              Effect.sync(() => mkdtempSync(`${parent}/sockets-test-`)),
              (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
            )
            const { address } = yield* app.serve(["--dir", folder, "--workers", workers], {
              cwd: folder
            })
            const began = performance.now()
            const found = yield* wrongAnswers({ folder, address, changes: 5000, seed })
            console.log(
              `${parent}, workers: ${workers}: ${Math.round((performance.now() - began) / 1000)} s`
            )
            return found.map((what) => `${parent}, workers: ${workers}: ${what}`)
          }),
          // Most of the time each waits for folders to be old enough to be believed.
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(wrong.flat().slice(0, 10), [])
      }),
    1_200_000
  )
})
