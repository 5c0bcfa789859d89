/** What waits for so long and no longer, whatever the wall clock is set to meanwhile. */
import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"

/** One that waits. */
export interface Wait {
  readonly name: string
  /** How long it takes at least, in seconds. */
  readonly seconds: number
  /** Begins it, and gives what it waits for. */
  readonly begin: Effect.Effect<Effect.Effect<unknown, unknown>, unknown, Scope.Scope>
}

/** How much longer each may take on a machine that is busy, in seconds: the clock is set by far more than that. */
const slack = 20

/** Begins them all, sets the clock, and shows that each is over in its time: neither at once, nor an hour later. */
export const inTheirTime = Effect.fnUntraced(function* (
  waits: ReadonlyArray<Wait>,
  setClock: () => void
) {
  const begun = yield* Effect.forEach(
    waits,
    ({ begin, ...wait }) =>
      Effect.map(begin, (over) => ({ ...wait, over, since: performance.now() })),
    { concurrency: "unbounded" }
  )
  // The server looks once a second who waits, and counts from its first look on: before the step, or it would show nothing.
  yield* Effect.sleep("1500 millis")
  setClock()
  yield* Effect.forEach(
    begun,
    Effect.fnUntraced(function* ({ name, over, seconds, since }) {
      const most = seconds + slack
      yield* Effect.timeoutOrElse(over, {
        duration: `${most} seconds`,
        orElse: () => Effect.die(new Error(`${name} waits for more than ${most} s`))
      })
      const took = (performance.now() - since) / 1000
      // Some time may have passed before `since` was read.
      assert.isAtLeast(took, seconds * 0.8, name)
    }),
    { concurrency: "unbounded", discard: true }
  )
})
