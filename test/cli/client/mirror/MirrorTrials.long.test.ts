import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import { trial } from "../../../support/programs/MirrorTrial.ts"

/** A slow machine takes longer than this suite gives a test; none of the seeds is left out for that. */
const timeout = 30 * 60_000

layer(App.layer, { excludeTestServices: true })(
  "a mirror of a folder that changes at random, killed at random moments",
  (it) => {
    it.effect(
      "is the same in the end for 200 seeds",
      () =>
        Effect.forEach(
          Array.from({ length: 200 }, (_, index) => 1000 + index),
          (seed) => Effect.scoped(trial(seed)),
          // Most of a trial is waiting, for a moment, for what is tried again: two at a time took a quarter of the processors.
          { concurrency: 6, discard: true }
        ),
      { timeout }
    )
  }
)
