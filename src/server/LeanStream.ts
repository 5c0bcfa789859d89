/**
 * Runs a stream as `Stream.runForEach` does, in less memory: that one keeps the whole description of the stream while it
 * runs, which was 2.6 kB for each of ten thousand idle connections. Here the stream is made when it is run, and only its
 * pull is kept.
 */
import { type Cause, Channel, Effect, Pull, Result, Scope, type Stream } from "effect"

/** The end of a stream is no failure. A function of one parameter, because without it Effect allocates a function a call. */
const unlessDone = <E>(cause: Cause.Cause<E>): Effect.Effect<void, Pull.ExcludeDone<E>> => {
  const found = Pull.filterDone(cause)
  return Result.isSuccess(found) ? Effect.void : Effect.failCause(found.failure)
}

/** Runs `use` with each element of the stream that `make` makes, in sequence; fails as either of them does. */
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
