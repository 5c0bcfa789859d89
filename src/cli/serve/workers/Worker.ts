/** One of several processes that serve one port: the messages it takes from its supervisor, and those it sends. */
import { Cache, Context, Deferred, Duration, Effect, Queue, type Stdio } from "effect"
import type { Cluster } from "node:cluster"
import type { Address } from "../../../domain/Address.ts"
import { Gather, type ClusterStats } from "../../../telemetry/ClusterStats.ts"
import { type ChangeReplica, makeChangeReplica } from "./ChangeRelay.ts"
import type { FindChanges } from "../FindChanges.ts"
import { receive, type WorkerMessage, SupervisorMessage, send } from "./Protocol.ts"

/** Called with the address once the server listens. */
export type Announce = (address: Address) => Effect.Effect<void, never, Stdio.Stdio>

/** What depends on whether a process serves alone or is one of several workers. */
export class Worker extends Context.Service<
  Worker,
  {
    /** Whether this process serves alone. */
    readonly isAlone: boolean
    /** Looks for the changes of the shared files, or has them from the supervisor; nobody does without it. */
    readonly changes: FindChanges | undefined
    /** The port to listen on. */
    readonly port: number
    /** Called with the address of this process. */
    readonly announce: Announce
    /** Waits for the supervisor's `Stop`, which is no signal. */
    readonly stopRequested: Effect.Effect<void>
    /** This process's part of a limit for all processes: divided evenly, rounded down, at least 1. */
    readonly share: (whole: number) => number
  }
>()("sockets/cli/Worker") {}

/** How long the supervisor may take to answer; after that this worker reports its own numbers only. */
const timeout = Duration.seconds(1)

/**
 * Serves as one of the workers of the supervisor that started this process. Every line of its log has the worker's
 * number, and INFO shows the sums over all workers.
 */
export const runWorker = <E, R>(
  serve: Effect.Effect<void, E, R>,
  cluster: Cluster,
  { changesCapacity, workers }: { readonly workers: number; readonly changesCapacity: number }
): Effect.Effect<void, E, Exclude<R, Worker>> =>
  Effect.gen(function* () {
    const received = yield* Queue.unbounded<unknown>()
    const started = yield* Deferred.make<{ readonly number: number; readonly port: number }>()
    let replica: ChangeReplica | undefined
    const stopped = yield* Deferred.make<void>()
    const ready = yield* Deferred.make<void>()
    let response = yield* Deferred.make<ClusterStats>()
    let own: (() => ClusterStats) | undefined

    const onMessage = (message: unknown) => void Queue.offerUnsafe(received, message)
    const onDisconnect = () => void Deferred.doneUnsafe(stopped, Effect.void)
    // Without this, node:cluster ends the process in the middle of transfers when its supervisor has exited.
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("message", onMessage).on("disconnect", onDisconnect)),
      () =>
        Effect.sync(() => {
          process.off("message", onMessage).off("disconnect", onDisconnect)
          // An open channel keeps the process from exiting.
          if (process.connected) process.disconnect?.()
        })
    )

    const notify = (message: WorkerMessage) =>
      send((sent, done) => process.send?.(sent, undefined, undefined, done), message)
    yield* Effect.forkScoped(
      receive(received, SupervisorMessage, (message) =>
        SupervisorMessage.match(message, {
          Start: (message) => {
            if (message.changes !== null)
              replica = makeChangeReplica(message.changes, changesCapacity)
            return Effect.asVoid(Deferred.succeed(started, message))
          },
          Changes: (batch) => Effect.sync(() => replica?.receive(batch)),
          StatsRequest: () =>
            own === undefined ? Effect.void : notify({ _tag: "StatsResponse", stats: own() }),
          ClusterStatsResponse: ({ stats }) => Effect.asVoid(Deferred.succeed(response, stats)),
          Stop: () => Effect.asVoid(Deferred.succeed(stopped, undefined))
        })
      )
    )

    const requestFor = Effect.fnUntraced(function* (own: () => ClusterStats) {
      response = yield* Deferred.make<ClusterStats>()
      yield* notify({ _tag: "ClusterStatsRequest" })
      return yield* Deferred.await(response).pipe(
        Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.sync(own) })
      )
    })
    // Any number of concurrent INFO commands ask the supervisor once.
    const clusterStats = yield* Cache.make({
      lookup: requestFor,
      capacity: 1,
      timeToLive: Duration.zero
    })

    // Before this process listens there is nothing to finish, and what it waits for may never come.
    const stoppedEarly = Effect.flatMap(
      Effect.raceFirst(
        Effect.as(Deferred.await(ready), true),
        Effect.as(Deferred.await(stopped), false)
      ),
      (isReady) => (isReady ? Effect.never : Effect.void)
    )

    yield* notify({ _tag: "StartRequest" })
    const { number, port } = yield* Deferred.await(started)
    return yield* serve.pipe(
      Effect.provideService(Worker, {
        isAlone: false,
        changes: replica?.changes,
        port,
        announce: ({ host, port }) =>
          Effect.andThen(Deferred.succeed(ready, undefined), notify({ _tag: "Ready", host, port })),
        stopRequested: Deferred.await(stopped),
        share: (whole) => Math.max(1, Math.floor(whole / workers))
      }),
      Effect.provideService(Gather, (report) => {
        own = report
        return Cache.get(clusterStats, report)
      }),
      Effect.annotateLogs("worker", number),
      Effect.raceFirst(stoppedEarly)
    )
  }).pipe(Effect.scoped)
