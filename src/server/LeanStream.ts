/**
 * Runs a stream as `Stream.runForEach` does, in less memory: that one keeps all that the stream was made of for as long
 * as it runs, which was 2.6 KB for each of ten thousand connections that only wait. Here a stream is made when it is run,
 * and nothing is kept of it but the pull that came of it. What streams through is not known here.
 */
import { type Cause, Channel, Effect, Pull, Result, Scope, type Stream } from "effect"

/** The end of a stream is no failure. Of one parameter, without which Effect would make a function for each call. */
const unlessDone = <E>(cause: Cause.Cause<E>): Effect.Effect<void, Pull.ExcludeDone<E>> => {
  const found = Pull.filterDone(cause)
  return Result.isSuccess(found) ? Effect.void : Effect.failCause(found.failure)
}

/** Gives `use` each element of the stream that `make` makes, one after the other; fails as either of them does. */
export const runForEach = <A, E1, E2>(
  make: () => Stream.Stream<A, E1>,
  use: (element: A) => Effect.Effect<void, E2>
): Effect.Effect<void, E1 | E2> =>
  Effect.suspend(() => {
    const scope = Scope.makeUnsafe()
    const elements = Effect.suspend(() =>
      Effect.flatMap(Channel.toPullScoped(make().channel, scope), (pull) =>
        Effect.forever(
          Effect.flatMap(pull, (batch) =>
            batch.length === 1 ? use(batch[0]) : Effect.forEach(batch, use, { discard: true })
          ),
          { disableYield: true }
        )
      )
    )
    return Effect.onExit(Effect.catchCause(elements, unlessDone), (exit) =>
      Scope.close(scope, exit)
    )
  })
