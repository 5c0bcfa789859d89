/**
 * Retries requests that were not answered, with growing pauses, for a bounded time. After several in a row, a circuit
 * breaker refuses requests at once until the store is back, so that clients do not wait for a dead store. The requests:
 * S3Client.
 */
import { Duration, Effect, Exit, Option, Result, Schedule, type Scope, Stream } from "effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Monotonic from "../../../domain/Monotonic.ts"
import { S3Failure } from "./Bucket.ts"

/** Retries requests to one store. */
export interface S3Retry {
  /** For a single question: retries for up to 10 s, and not at all while the breaker is open. */
  readonly retry: <A>(request: Effect.Effect<A, S3Failure>) => Effect.Effect<A, S3Failure>
  /**
   * For a body whose size was sent: retries until no byte came for 30 s. `request` must ask for the missing bytes only;
   * `progress` returns how many have come.
   */
  readonly resume: (
    request: Effect.Effect<void, S3Failure>,
    progress: () => number
  ) => Effect.Effect<void, S3Failure>
}

/** Less than the 15 s for which our client waits by default, so that it is told that the store is gone. */
const questionPatience = Duration.seconds(10)

/** Long enough for a gateway to restart, or for a cluster to notice that one of its disks is gone. */
const bodyPatience = Duration.toMillis(Duration.seconds(30))

/** The first pause between two requests and the longest; each is twice as long as the one before. */
const shortestPause = Duration.millis(50)
const longestPause = Duration.seconds(1)

/** The pauses between two requests. */
export const pauses = Schedule.exponential(shortestPause).pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, longestPause)))
)

/** How many requests in a row without an answer open the breaker. */
const failuresToOpen = 3

/** How long the open breaker refuses before it lets one request through, and how often a silent store is probed. */
const openTime = Duration.seconds(1)

/** Whether the store did not answer, or answered that it cannot at the moment. */
const isOutage = ({ isWrongAnswer, status }: S3Failure): boolean =>
  !isWrongAnswer && (status === undefined || status >= 500 || status === 429)

/** Whether the request is worth another try: after an outage, or an answer whose body was cut off. */
export const isTransient = (failure: S3Failure): boolean =>
  isOutage(failure) || failure.status === 200 || failure.status === 206

const refused = "CircuitOpen"

const key = "store"

/**
 * S3Retry for one store, until the scope closes. `probe` is a cheap request that is repeated while requests are not
 * answered: a server that is not ready gets no requests of clients that could find the store back. `onReadiness` is
 * called when the store goes and when it is back.
 */
export const makeS3Retry = Effect.fnUntraced(function* (
  probe: Effect.Effect<unknown, S3Failure>,
  onReadiness: (ready: boolean) => void
): Effect.fn.Return<S3Retry, never, Scope.Scope> {
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(failuresToOpen),
    openDuration: openTime
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))

  /** Whether the last request was not answered. */
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

  // A gateway that dies leaves many requests unanswered, which opens the breaker although another gateway may be alive.
  // So the store counts as gone only when the request that the open breaker lets through is not answered either.
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
          // Any progress restarts the time.
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
