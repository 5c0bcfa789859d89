/**
 * What is done when the store does not answer: requests are sent again with growing pauses, for a bounded time; and
 * when nothing is answered any more, a circuit breaker refuses requests at once until the store is back, so that a
 * dead store ties up nobody. Which requests there are is not known here.
 */
import { Duration, Effect, Exit, Option, Result, Schedule, type Scope, Stream } from "effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Monotonic from "../../../domain/Monotonic.ts"
import { S3Failure } from "./Bucket.ts"

/** Requests to one store, sent until they are answered. */
export interface S3Retry {
  /** For a question that somebody waits for: again for up to 10 s, not at all while the store is known to be gone. */
  readonly retry: <A>(request: Effect.Effect<A, S3Failure>) => Effect.Effect<A, S3Failure>
  /**
   * For bytes that were promised: again, by a request for what is still missing, until nothing came for 30 s.
   * `progress` tells how many bytes have come.
   */
  readonly resume: (
    request: Effect.Effect<void, S3Failure>,
    progress: () => number
  ) => Effect.Effect<void, S3Failure>
}

/** A client waits 15 s for a word of ours unless told otherwise, and is to hear that the store is gone before that. */
const questionPatience = Duration.seconds(10)

/** Long enough for a gateway to be started again, or for a cluster to notice that one of its disks is gone. */
const bodyPatience = Duration.toMillis(Duration.seconds(30))

/** Between two requests; each pause is twice as long as the one before. */
const shortestPause = Duration.millis(50)
const longestPause = Duration.seconds(1)

const pauses = Schedule.exponential(shortestPause).pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, longestPause)))
)

/** This many requests in a row without an answer open the breaker. */
const failuresToOpen = 3

/** How long the breaker then refuses before it lets one request through, and how often an absent store is asked for a sign. */
const openTime = Duration.seconds(1)

/** Whether the store did not answer, or said that it cannot: only then may the same request fare better. */
const isOutage = ({ isWrongAnswer, status }: S3Failure): boolean =>
  !isWrongAnswer && (status === undefined || status >= 500 || status === 429)

/** An answer whose body was cut off is worth another try, but it was an answer. */
const isTransient = (failure: S3Failure): boolean =>
  isOutage(failure) || failure.status === 200 || failure.status === 206

const refused = "CircuitOpen"

const key = "store"

/**
 * S3Retry for one store, until the scope closes. `probe` is a cheap request; it is sent while requests are not
 * answered, for a server that says it is not ready is asked nothing. `onReadiness` is told when the store goes and
 * when it is back.
 */
export const makeS3Retry = Effect.fnUntraced(function* (
  probe: Effect.Effect<unknown, S3Failure>,
  onReadiness: (ready: boolean) => void
): Effect.fn.Return<S3Retry, never, Scope.Scope> {
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(failuresToOpen),
    openDuration: openTime
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))

  /** The last request was not answered. */
  let silent = false
  const classify = (exit: Exit.Exit<unknown, S3Failure>): CircuitBreaker.Outcome => {
    silent = Option.exists(Exit.findErrorOption(exit), isOutage)
    return silent ? CircuitBreaker.failure() : CircuitBreaker.success
  }

  const guarded = <A>(request: Effect.Effect<A, S3Failure>): Effect.Effect<A, S3Failure> =>
    Monotonic.withoutWallClock(
      breaker.execute(Monotonic.withWallClock(request), { key, classify })
    ).pipe(
      Effect.catchTag("CircuitBreakerError", (cause) =>
        Effect.fail(new S3Failure({ status: undefined, code: refused, cause }))
      )
    )

  // A gateway that dies takes many requests with it, which opens the breaker although another gateway may be alive.
  // So the store is gone only once the breaker has let a request through again and that was not answered either.
  let gone = false
  const tell = (isGone: boolean) =>
    Effect.suspend(() => {
      if (gone === isGone) return Effect.void
      gone = isGone
      onReadiness(!gone)
      return gone ? Effect.logWarning("storage.gone") : Effect.logInfo("storage.back")
    })
  yield* breaker.transitions.pipe(
    Stream.runForEach(({ from, to }) =>
      to === "Closed" || (from === "HalfOpen" && to === "Open") ? tell(to === "Open") : Effect.void
    ),
    Effect.forkScoped({ startImmediately: true })
  )
  yield* Effect.suspend(() => (silent ? Effect.ignore(guarded(probe)) : Effect.void)).pipe(
    Effect.repeat(Schedule.spaced(openTime)),
    Effect.forkScoped
  )

  const tooLong = new S3Failure({
    status: undefined,
    code: "ETIMEDOUT",
    cause: new Error("the store did not answer in time")
  })

  return {
    retry: (request) =>
      guarded(request).pipe(
        Effect.retry({
          schedule: pauses,
          while: (failure) => isTransient(failure) && !(gone && failure.code === refused)
        }),
        Effect.timeoutOrElse({
          duration: questionPatience,
          orElse: () => Effect.fail(tooLong)
        })
      ),
    resume: Effect.fnUntraced(function* (request, progress) {
      let came = progress()
      let since = yield* Monotonic.now
      let pause = shortestPause
      while (true) {
        const result = yield* Effect.result(guarded(request))
        if (Result.isSuccess(result)) return
        if (!isTransient(result.failure)) return yield* result.failure
        const now = yield* Monotonic.now
        if (progress() > came) {
          // What came begins the patience anew.
          came = progress()
          since = now
          pause = shortestPause
        } else if (now - since >= bodyPatience) {
          return yield* result.failure
        }
        yield* Effect.sleep(pause)
        pause = Duration.min(Duration.times(pause, 2), longestPause)
      }
    })
  }
})
