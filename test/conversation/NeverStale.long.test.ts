/** Three thousand write-and-renames, on a quiet server and on a busy one: no answer is older than its question. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../support/programs/App.ts"
import * as Staleness from "../support/stores/Staleness.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"

layer(App.layer, { timeout: "1 minute" })("of three thousand write-and-renames", (it) => {
  for (const [state, askers] of [
    ["quiet", 0],
    ["asked by fifty connections all the time", 50]
  ] as const) {
    it.effect(`every one is seen at once by who asks next, on a server that is ${state}`, () =>
      Effect.gen(function* () {
        const app = yield* App
        const folder = yield* temporaryFolder
        const { address } = yield* app.serve(["--dir", folder], { cwd: folder })
        const tally = yield* Staleness.countStale({
          folder,
          address,
          askers,
          change: Staleness.byRename,
          files: 60,
          rounds: 50
        })
        console.log(`${state}:`, tally)
        assert.deepStrictEqual([tally.changes, tally.stale, tally.torn], [3000, 0, 0])
      })
    )
  }
})
