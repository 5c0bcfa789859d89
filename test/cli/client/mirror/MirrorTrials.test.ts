import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import { trial } from "../../../support/programs/MirrorTrial.ts"

layer(App.layer, { excludeTestServices: true })(
  "a mirror of a folder that changes at random, killed at random moments",
  (it) => {
    it.effect(
      "is the same in the end, times too, with nothing left over and nothing outside touched",
      () =>
        Effect.forEach([1, 2, 3, 4, 5], (seed) => Effect.scoped(trial(seed)), { concurrency: 2 }),
      { timeout: 60_000 }
    )
  }
)
