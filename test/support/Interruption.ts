/** Interrupts fibers where they let others go on, which a fiber may do before any of its steps (Scheduler, shouldYield). */
import { Array, Effect, Fiber, Scheduler } from "effect"

/** More steps than it takes a small effect to begin to wait. */
const steps = 40

/** Lets others go on once, before one of the steps that it is asked about. */
class YieldsOnce extends Scheduler.MixedScheduler {
  #left: number

  constructor(step: number) {
    super()
    this.#left = step
  }

  override shouldYield(): boolean {
    this.#left -= 1
    return this.#left === 0
  }
}

/** Runs an effect that waits, over and over: each time `meanwhile` is run, with its fiber, before another of its first steps. */
export const beforeEachStep = <A, E, R, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  meanwhile: (fiber: Fiber.Fiber<A, E>) => Effect.Effect<unknown, E2, R2>
) =>
  Effect.forEach(
    Array.range(1, steps),
    (step) =>
      Effect.provideService(effect, Scheduler.Scheduler, new YieldsOnce(step)).pipe(
        Effect.forkChild({ startImmediately: true }),
        Effect.flatMap(meanwhile)
      ),
    { discard: true }
  )

/** Runs an effect that waits, over and over: each time it is interrupted before another of its first steps. */
export const interruptBeforeEachStep = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  beforeEachStep(effect, Fiber.interrupt)
