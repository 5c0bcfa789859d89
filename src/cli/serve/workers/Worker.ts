/** One of several processes that serve a port together: what it hears from its supervisor, and what it tells it. */
import { Cache, Context, Deferred, Duration, Effect, Queue, type Stdio } from "effect"
import type { Cluster } from "node:cluster"
import type { Address } from "../../../domain/Address.ts"
import { Gather, type ClusterStats } from "../../../telemetry/ClusterStats.ts"
import { hear, type Notice, Order, say } from "./Protocol.ts"

/** Tells whoever waits for it where the server listens. */
export type Announce = (address: Address) => Effect.Effect<void, never, Stdio.Stdio>

/** A process that serves, alone or together with others. */
export class Worker extends Context.Service<
  Worker,
  {
    /** The port to listen at. */
    readonly port: number
    /** To whom it must be said where this process listens. */
    readonly announce: Announce
    /** Waits for the order to stop that does not come as a signal. */
    readonly stopOrder: Effect.Effect<void>
    /** This process's part of what all may have together, rounded down, but one at least. */
    readonly share: (whole: number) => number
  }
>()("sockets/cli/Worker") {}

/** How long the supervisor may take to tell of all workers, before this one tells of itself alone. */
const patience = Duration.seconds(1)

/**
 * Serves as one of the workers of the supervisor that started this process. Its log says which it is, and INFO tells of
 * all of them.
 */
export const serveTogether = <A, E, R>(
  serve: Effect.Effect<A, E, R>,
  cluster: Cluster,
  workers: number
): Effect.Effect<A, E, Exclude<R, Worker>> =>
  Effect.gen(function* () {
    const received = yield* Queue.unbounded<unknown>()
    const begun = yield* Deferred.make<{ readonly number: number; readonly port: number }>()
    const stopped = yield* Deferred.make<void>()
    let answered = yield* Deferred.make<ClusterStats>()
    let own: (() => ClusterStats) | undefined

    const onMessage = (message: unknown) => void Queue.offerUnsafe(received, message)
    const onDisconnect = () => void Deferred.doneUnsafe(stopped, Effect.void)
    // Node would end this process in the middle of transfers when its supervisor is gone.
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("message", onMessage).on("disconnect", onDisconnect)),
      () =>
        Effect.sync(() => {
          process.off("message", onMessage).off("disconnect", onDisconnect)
          // The channel, while it stands, keeps the process from ending.
          if (process.connected) process.disconnect?.()
        })
    )

    const tell = (notice: Notice) =>
      say((message, done) => process.send?.(message, undefined, undefined, done), notice)
    yield* Effect.forkScoped(
      hear(received, Order, (order) =>
        Order.match(order, {
          Begin: (order) => Effect.asVoid(Deferred.succeed(begun, order)),
          Tell: () => (own === undefined ? Effect.void : tell({ _tag: "Report", together: own() })),
          Answer: ({ together }) => Effect.asVoid(Deferred.succeed(answered, together)),
          Stop: () => Effect.asVoid(Deferred.succeed(stopped, undefined))
        })
      )
    )

    const askFor = Effect.fnUntraced(function* (own: () => ClusterStats) {
      answered = yield* Deferred.make<ClusterStats>()
      yield* tell({ _tag: "Ask" })
      return yield* Deferred.await(answered).pipe(
        Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.sync(own) })
      )
    })
    // However many ask at a time, the supervisor is asked once.
    const asked = yield* Cache.make({ lookup: askFor, capacity: 1, timeToLive: Duration.zero })

    const { number, port } = yield* Deferred.await(begun)
    return yield* serve.pipe(
      Effect.provideService(Worker, {
        port,
        announce: ({ host, port }) => tell({ _tag: "Ready", host, port }),
        stopOrder: Deferred.await(stopped),
        share: (whole) => Math.max(1, Math.floor(whole / workers))
      }),
      Effect.provideService(Gather, (report) => {
        own = report
        return Cache.get(asked, report)
      }),
      Effect.annotateLogs("worker", number)
    )
  }).pipe(Effect.scoped)
