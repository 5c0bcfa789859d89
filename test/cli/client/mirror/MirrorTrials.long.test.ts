import { layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Monotonic from "../../../../src/domain/Monotonic.ts"
import { App } from "../../../support/programs/App.ts"
import { trial } from "../../../support/programs/MirrorTrial.ts"

/** No more are begun after this many milliseconds, so that a slow machine ends too. */
const most = 8 * 60_000

layer(App.layer, { excludeTestServices: true })(
  "a mirror of a folder that changes at random, killed at random moments",
  (it) => {
    it.effect(
      "is the same in the end for 200 seeds, or as many as eight minutes have room for",
      () =>
        Effect.gen(function* () {
          const began = yield* Monotonic.now
          const seeds = Array.from({ length: 200 }, (_, index) => 1000 + index)
          yield* Effect.forEach(
            seeds,
            Effect.fnUntraced(function* (seed) {
              if ((yield* Monotonic.now) - began < most) yield* Effect.scoped(trial(seed))
            }),
            { concurrency: 2, discard: true }
          )
        })
    )
  }
)
