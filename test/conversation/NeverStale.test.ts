/** A file that changes while it is asked for: no answer is older than its question. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../support/programs/App.ts"
import * as Staleness from "../support/stores/Staleness.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"

layer(App.layer, { timeout: "1 minute" })("a file that ten ask for all the time", (it) => {
  const count = (change: Staleness.Change) =>
    Effect.gen(function* () {
      const app = yield* App
      const folder = yield* temporaryFolder
      const { address } = yield* app.serve(["--dir", folder], { cwd: folder })
      return yield* Staleness.countStale({
        folder,
        address,
        change,
        askers: 10,
        files: 10,
        rounds: 4
      })
    })

  it.effect("is old or new as a whole, and new once the rename has returned", () =>
    Effect.gen(function* () {
      const { answers, stale, torn } = yield* count(Staleness.byRename)
      assert.isAbove(answers, 100)
      assert.deepStrictEqual([stale, torn], [0, 0])
    })
  )

  for (const [how, change] of [
    ["overwritten in place", Staleness.inPlace],
    ["cut and written anew", Staleness.byTruncation]
  ] as const) {
    it.effect(`is new once it was ${how}`, () =>
      Effect.gen(function* () {
        const { answers, stale } = yield* count(change)
        assert.isAbove(answers, 100)
        assert.strictEqual(stale, 0)
      })
    )
  }
})
