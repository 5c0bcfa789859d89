/**
 * A connection that is made when it is first needed, shared by all who ask, and made again when it is lost. Who asks
 * need not wait for the others' answers: questions leave at once, and answers are read in the order of the questions.
 * Asking again after a loss is safe, for no question changes anything on the server.
 */
import { Context, Deferred, Duration, Effect, Exit, Layer, Scope, Semaphore } from "effect"
import type { ByteString } from "../domain/ByteString.ts"
import { ConnectFailed, Connection, ConnectionLost, ReadTimeout } from "./Connection.ts"

/** How to go on after a loss. */
export interface Policy {
  /** How many lost connections are made good. */
  readonly retries: number
  /** Whether they are counted over all questions, or forgotten whenever one is answered. */
  readonly counting: "over all" | "since the last answer"
  /** How long to wait before connecting for the `attempt`th time, counted from 1. */
  readonly pause: (attempt: number) => Duration.Duration
  /** Told of each loss that will be made good. */
  readonly onRetry: (attempt: number) => Effect.Effect<void>
}

/** Growing pauses: a tenth of a second, for a server that only closed an idle connection; then 0.4, 1.6, 6.4, and 8. */
export const growingPause = (attempt: number): Duration.Duration =>
  Duration.millis(Math.min(8000, 100 * 4 ** (attempt - 1)))

/** Asks questions over a connection that it looks after. */
export interface Connector {
  /** Makes the connection, if there is none yet. */
  readonly connect: Effect.Effect<void, ConnectFailed>
  /**
   * Sends a request and reads its answer with `receive`, once it is its turn. Where the connection is lost meanwhile,
   * both are done again over a new one, with the words as they are by then.
   */
  readonly ask: <A, E, R>(
    words: () => ReadonlyArray<ByteString>,
    receive: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | ConnectFailed | ConnectionLost, Exclude<R, Connection>>
}

/** What files are fetched over: a connection for bytes, one for the digests that the server computes meanwhile. */
export interface Connectors {
  readonly bytes: Connector
  readonly digests: Connector
}

/** A connection in use. */
interface Live {
  readonly connection: Connection["Service"]
  readonly scope: Scope.Closeable
  /** Waits until the answer before the next one has been read. */
  turn: Effect.Effect<void>
  /** Whether its loss is not made good. */
  isFinal: boolean
}

const isLoss = (error: unknown): boolean =>
  (error instanceof ConnectionLost && !error.isFinal) || error instanceof ReadTimeout

/** A connector whose connection is closed with the scope. */
export const makeConnector = (
  connect: Layer.Layer<Connection, ConnectFailed>,
  { counting, onRetry, pause, retries }: Policy
): Effect.Effect<Connector, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const connecting = Semaphore.makeUnsafe(1)
    const sending = Semaphore.makeUnsafe(1)
    let live: Live | undefined
    let everConnected = false
    let losses = 0

    const open = Effect.gen(function* () {
      const inner = yield* Scope.fork(scope)
      const context = yield* Layer.buildWithScope(Layer.fresh(connect), inner)
      everConnected = true
      live = {
        connection: Context.get(context, Connection),
        scope: inner,
        turn: Effect.void,
        isFinal: false
      }
      return live
    })

    const close = (lost: Live) =>
      Effect.suspend(() => {
        if (live === lost) live = undefined
        return Scope.close(lost.scope, Exit.void)
      })

    /**
     * A connection, made if there is none. A first one that is refused is final; a later refusal may only mean that
     * the server is starting again, and counts as one more loss.
     */
    const connected: Effect.Effect<Live, ConnectFailed> = Effect.suspend(() =>
      live !== undefined
        ? Effect.succeed(live)
        : Effect.catchIf(
            open,
            () => everConnected && losses < retries,
            () => Effect.andThen(recover, connected)
          )
    )

    const recover = Effect.suspend(() => {
      losses += 1
      return Effect.andThen(onRetry(losses), Effect.sleep(pause(losses)))
    })

    /** Sends, waits for the turn, reads. An answer that is left half read makes the connection useless to all. */
    const exchange = Effect.fnUntraced(function* <A, E, R>(
      current: Live,
      words: () => ReadonlyArray<ByteString>,
      receive: Effect.Effect<A, E, R>
    ) {
      const done = Deferred.makeUnsafe<void>()
      const before = yield* Semaphore.withPermit(
        sending,
        Effect.suspend(() => {
          const before = current.turn
          current.turn = Deferred.await(done)
          return Effect.as(current.connection.send([words()]), before)
        })
      )
      const answer = yield* Effect.andThen(
        before,
        Effect.provideService(receive, Connection, current.connection)
      ).pipe(
        Effect.onInterrupt(() => close(current)),
        Effect.ensuring(Deferred.succeed(done, undefined))
      )
      if (counting === "since the last answer") losses = 0
      return answer
    })

    const ask = <A, E, R>(
      words: () => ReadonlyArray<ByteString>,
      receive: Effect.Effect<A, E, R>
    ): Effect.Effect<A, E | ConnectFailed | ConnectionLost, Exclude<R, Connection>> =>
      Effect.flatMap(Semaphore.withPermit(connecting, connected), (current) =>
        Effect.catchIf(exchange(current, words, receive), isLoss, (error) =>
          Effect.suspend(() => {
            // Of all who were waiting on this connection, the first to notice counts its loss.
            const counted = live !== current
            // The loss that is not made good is that of all of them: each would else have a connection more.
            if (current.isFinal || (!counted && losses >= retries)) {
              current.isFinal = true
              return Effect.andThen(close(current), Effect.fail(error))
            }
            const going = counted ? Effect.void : Effect.andThen(close(current), recover)
            return Effect.andThen(Semaphore.withPermit(connecting, going), ask(words, receive))
          })
        )
      )

    return { ask, connect: Effect.asVoid(Semaphore.withPermit(connecting, connected)) }
  })
