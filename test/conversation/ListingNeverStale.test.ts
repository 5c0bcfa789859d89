/** A folder that is changed by another process: no answer about its names is older than its question. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../support/programs/App.ts"
import { wrongAnswers } from "../support/stores/ListingStaleness.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"

layer(App.layer, { timeout: "1 minute" })("of the names in a folder that is changed", (it) => {
  it.effect("every answer is what is there, after each of two hundred changes", () =>
    Effect.gen(function* () {
      const app = yield* App
      const folder = yield* temporaryFolder
      const { address } = yield* app.serve(["--dir", folder], { cwd: folder })
      assert.deepStrictEqual(yield* wrongAnswers({ folder, address, changes: 200, seed: 1 }), [])
    })
  )
})
