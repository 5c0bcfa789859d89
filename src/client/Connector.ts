/**
 * A connection that is made on first use, shared by concurrent requests, and made again after a loss. Requests are
 * pipelined: each is sent at once, and the replies are read in the order of the requests. Sending a request again after
 * a loss is safe, because no request changes anything on the server.
 */
import { Context, Deferred, Effect, Exit, Layer, Scope, Semaphore } from "effect"
import { MalformedReply } from "../codec/resp/RespTokens.ts"
import type { ByteString } from "../domain/ByteString.ts"
import { Connection } from "./Connection.ts"
import { type Losses, makeOwnLosses, noLosses, type RetryPolicy } from "./Losses.ts"
import { type ConnectFailed, isLoss, type ReadError } from "./SocketIO.ts"

/** Sends requests over one connection, and reconnects as its policy says. */
export interface Connector {
  /** Connects, if there is no connection yet. */
  readonly connect: Effect.Effect<void, ConnectFailed>
  /** Closes the connection, if there is one; the next request makes another. */
  readonly disconnect: Effect.Effect<void>
  /**
   * Sends the request and, when the replies before it have been read, reads its reply with `receive`. After a loss both
   * happen again over a new connection; `args` is evaluated again then, so that a download can ask for the rest. Fails
   * with `ConnectionLost`, `ReadTimeout` or `ConnectFailed` once the policy's reconnections are used up.
   */
  readonly ask: <A, E, R>(
    args: () => ReadonlyArray<ByteString>,
    receive: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | ConnectFailed | ReadError, Exclude<R, Connection>>
  /** As `ask`, with several requests that are sent at once; `receive` reads the replies to all of them. */
  readonly askAll: <A, E, R>(
    requests: () => ReadonlyArray<ReadonlyArray<ByteString>>,
    receive: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | ConnectFailed | ReadError, Exclude<R, Connection>>
}

/** What files are fetched over: one connection for bytes, another for digests, which the server computes meanwhile. */
export interface Connectors {
  readonly bytes: Connector
  readonly digests: Connector
}

/** Closes both connections; the next request over each makes a new one, which greets the server anew. */
export const disconnectAll = ({ bytes, digests }: Connectors): Effect.Effect<void> =>
  Effect.andThen(bytes.disconnect, digests.disconnect)

/** A connection in use. */
interface ActiveConnection {
  readonly connection: Connection["Service"]
  readonly scope: Scope.Closeable
  /** Completes when the reply to the last request that was sent has been read. */
  turn: Effect.Effect<void>
  /** Whether the policy's reconnections were used up when it was lost: then all its requests fail. */
  isFinal: boolean
}

/**
 * Makes a connector over the layer, which is built anew for each connection. The connection is closed with the scope.
 * `losses`: those of all connectors that the policy bounds together; its own unless given.
 */
export const makeConnector = (
  connect: Layer.Layer<Connection, ConnectFailed>,
  policy: RetryPolicy,
  losses: Losses = noLosses()
): Effect.Effect<Connector, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const connecting = Semaphore.makeUnsafe(1)
    const sending = Semaphore.makeUnsafe(1)
    const own = makeOwnLosses(losses, policy)
    /** A batch does not: each of its lines would greet the server with a password that is wrong. */
    const goesOn = policy.counting === "since the last answer"
    let active: ActiveConnection | undefined
    /** The last loss after which the policy allowed no reconnection. */
    let finalLoss: ReadError | undefined

    const open = Effect.gen(function* () {
      const inner = yield* Scope.fork(scope)
      const context = yield* Layer.buildWithScope(Layer.fresh(connect), inner)
      own.noteConnected()
      active = {
        connection: Context.get(context, Connection),
        scope: inner,
        turn: Effect.void,
        isFinal: false
      }
      return active
    })

    const close = (lost: ActiveConnection) =>
      Effect.suspend(() => {
        if (active === lost) active = undefined
        return Scope.close(lost.scope, Exit.void)
      })

    /**
     * The active connection, or a new one. If the very first to this server cannot be made, that is final; a later failure
     * may only mean that the server is restarting, and counts as one more loss.
     */
    const connected: Effect.Effect<ActiveConnection, ConnectFailed> = Effect.suspend(() =>
      active !== undefined
        ? Effect.succeed(active)
        : Effect.catchIf(open, own.mayReconnect, () => Effect.andThen(own.countAndWait, connected))
    )

    /**
     * Sends, waits for its turn, reads. Whoever is interrupted from then on, or does not understand what comes, leaves a
     * reply or half of one to be read, so that the connection is closed. However it ends, those behind it have their turn.
     */
    const exchange = <A, E, R>(
      current: ActiveConnection,
      requests: () => ReadonlyArray<ReadonlyArray<ByteString>>,
      receive: Effect.Effect<A, E, R>
    ) =>
      Effect.suspend(() => {
        const done = Deferred.makeUnsafe<void>()
        let hasTurn = false
        const send = Effect.suspend(() => {
          const before = current.turn
          current.turn = Deferred.await(done)
          hasTurn = true
          return Effect.as(current.connection.send(requests()), before)
        })
        return Semaphore.withPermit(sending, send).pipe(
          Effect.flatMap((before) =>
            Effect.andThen(before, Effect.provideService(receive, Connection, current.connection))
          ),
          Effect.tapError((error) =>
            error instanceof MalformedReply ? close(current) : Effect.void
          ),
          Effect.onInterrupt(() => (hasTurn ? close(current) : Effect.void)),
          // Not by the error: a request for many digests takes each one's for that file's own.
          Effect.ensuring(
            Effect.suspend(() =>
              goesOn && current.connection.isRefused() ? close(current) : Effect.void
            )
          ),
          Effect.ensuring(Deferred.succeed(done, undefined)),
          Effect.tap(() => Effect.sync(own.noteAnswer))
        )
      })

    /** As `askAll`; `before` is the final loss that was known when it began. A later one is its own as well. */
    const tryAsk = <A, E, R>(
      requests: () => ReadonlyArray<ReadonlyArray<ByteString>>,
      receive: Effect.Effect<A, E, R>,
      before: ReadError | undefined
    ): Effect.Effect<A, E | ConnectFailed | ReadError, Exclude<R, Connection>> => {
      const connectUnlessLost = Effect.suspend(
        (): Effect.Effect<ActiveConnection, ConnectFailed | ReadError> =>
          finalLoss === undefined || finalLoss === before ? connected : Effect.fail(finalLoss)
      )
      return Effect.flatMap(Semaphore.withPermit(connecting, connectUnlessLost), (current) =>
        Effect.catchIf(exchange(current, requests, receive), isLoss, (error) =>
          Effect.suspend(() => {
            // Several requests may fail with one connection: only the first of them counts the loss.
            const counted = active !== current
            // A final loss is final for all of them: otherwise each would reconnect once more.
            if (current.isFinal || (!counted && !own.mayReconnect())) {
              current.isFinal = true
              if (isLoss(error)) finalLoss = error
              return Effect.andThen(close(current), Effect.fail(error))
            }
            const recovering = counted
              ? Effect.void
              : Effect.andThen(close(current), own.countAndWait)
            return Effect.andThen(
              Semaphore.withPermit(connecting, recovering),
              tryAsk(requests, receive, before)
            )
          })
        )
      )
    }

    const askAll: Connector["askAll"] = (requests, receive) =>
      Effect.suspend(() => tryAsk(requests, receive, finalLoss))

    const ask: Connector["ask"] = (args, receive) => askAll(() => [args()], receive)

    const disconnect = Effect.suspend(() => (active === undefined ? Effect.void : close(active)))

    return {
      ask,
      askAll,
      connect: Effect.asVoid(Semaphore.withPermit(connecting, connected)),
      disconnect
    }
  })
