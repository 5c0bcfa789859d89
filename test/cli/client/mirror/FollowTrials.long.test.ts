import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import { followTrial } from "../../../support/programs/MirrorTrial.ts"

layer(App.layer, { excludeTestServices: true })(
  "a mirror that follows a folder which changes at random, killed at random moments",
  (it) => {
    it.effect("has all of it in the end, and wrote down what it has", () =>
      Effect.forEach(
        Array.from({ length: 20 }, (_, index) => 5000 + index),
        (seed) => Effect.scoped(followTrial(seed)),
        { concurrency: 5, discard: true }
      )
    )
  }
)
