/**
 * Work for which the event loop turns. Each listing yields now and then, but hundreds of them, asked for at once, yielded
 * to each other, or each did its first part before the event loop turned: 400 ms.
 */
import { Effect, Semaphore } from "effect"

/** Runs `work`, which takes some milliseconds, alone in its turn of the event loop: in this one if it is not taken. */
export type InOwnTurn = <A>(work: () => A) => Effect.Effect<A>

/** Makes what some kinds of work share, so that only one of them is done in a turn. Who waits longest is next. */
export const makeInOwnTurn = (): InOwnTurn => {
  const one = Semaphore.makeUnsafe(1)
  /** Whether work was done in this turn of the event loop. */
  let isTaken = false

  const once = <A>(work: () => A): Effect.Effect<A> =>
    Effect.suspend(() => {
      if (isTaken) return Effect.andThen(Effect.yieldNow, once(work))
      isTaken = true
      setImmediate(() => {
        isTaken = false
      })
      return Effect.sync(work)
    })

  return (work) => one.withPermit(once(work))
}
