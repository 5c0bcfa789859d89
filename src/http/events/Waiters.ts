/**
 * Those who wait for the next change, each by what wakes it. Two fibers wake all of them, in place of three and a timer
 * for each. What they are told then is left to EventStream.
 */
import { Effect, Fiber, type Scope } from "effect"
import type { Changes } from "../../services/files/FileChanges.ts"

/** So often all who wait are woken though nothing changed: proxies end what is silent for a minute (nginx, proxy_read_timeout). */
const interval = "15 seconds"

/** Why a wait is over. */
export type Reason = "change" | "end" | "silence"

/** Who may be told to wait no more. */
export interface Waiter {
  /** Calls the listener when it is told so; gives what takes it back. */
  readonly onEnd: (listener: () => void) => () => void
}

/** Those who wait. */
export interface Waiters<W extends Waiter> {
  /** Has them woken until the scope closes. */
  readonly wakes: Effect.Effect<void, never, Scope.Scope>
  /** Waits, at most for `interval`. */
  readonly wait: (waiter: W) => Effect.Effect<Reason>
}

/** Those who wait for a change behind their place; `hasNews` says whether there is one. */
export const makeWaiters = <W extends Waiter>(
  changes: Changes,
  hasNews: (waiter: W) => boolean
): Waiters<W> => {
  const waiting = new Set<(reason: Reason) => void>()
  const wakeAll = (reason: Reason): Effect.Effect<void> =>
    Effect.sync(() => {
      // Those of now: who is woken may wait again at once.
      for (const wake of Array.from(waiting)) wake(reason)
    })
  const watch = Effect.suspend(() => {
    let seen = changes.last()
    const again = Effect.suspend(() => {
      seen = changes.last()
      return wakeAll("change")
    })
    return Effect.forever(
      Effect.andThen(
        Effect.suspend(() => changes.awaitAfter(seen)),
        again
      )
    )
  })
  const beat = Effect.forever(Effect.andThen(Effect.sleep(interval), wakeAll("silence")))

  let open = 0
  let waking: Fiber.Fiber<unknown> | undefined
  const wakes = Effect.acquireRelease(
    Effect.gen(function* () {
      open += 1
      waking ??= yield* Effect.forkDetach(Effect.raceFirst(watch, beat))
    }),
    () =>
      Effect.suspend(() => {
        open -= 1
        if (open > 0 || waking === undefined) return Effect.void
        const fiber = waking
        waking = undefined
        return Fiber.interrupt(fiber)
      })
  )

  const wait = (waiter: W): Effect.Effect<Reason> =>
    Effect.callback<Reason>((resume) => {
      let forgetEnd = (): void => undefined
      const forget = (): void => {
        waiting.delete(wake)
        forgetEnd()
      }
      const wake = (reason: Reason): void => {
        forget()
        resume(Effect.succeed(reason))
      }
      waiting.add(wake)
      forgetEnd = waiter.onEnd(() => wake("end"))
      // It may have come since the log was looked into.
      if (hasNews(waiter)) wake("change")
      return Effect.sync(forget)
    })

  return { wakes, wait }
}
