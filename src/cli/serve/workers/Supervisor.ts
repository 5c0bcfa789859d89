/**
 * The process that starts the workers and starts another wherever one has exited. It serves nothing itself: node:cluster
 * accepts the connections here and hands them to the workers in turn. When to start another: RestartPolicy.
 */
import { Deferred, Effect, Option, type Stdio } from "effect"
import type { Cluster } from "node:cluster"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { Address } from "../../../domain/Address.ts"
import { exitCode, Failure } from "../../Failure.ts"
import { exitOnSecondSignal, ignoreHangup, stopSignal } from "../../Signals.ts"
import { killWorkersOnExit, forwardHangup, start } from "./WorkerProcess.ts"
import type { FindChanges } from "../FindChanges.ts"
import { relayChanges } from "./ChangeRelay.ts"
import { receive, WorkerMessage } from "./Protocol.ts"
import { restartForEver } from "./RestartPolicy.ts"
import { makeStatsAggregator } from "./StatsAggregator.ts"
import type { Announce } from "./Worker.ts"

/** How many workers, and where they listen. */
export interface Options {
  /** How many workers. */
  readonly workers: number
  /** The port they share, 0 for any free one. */
  readonly port: number
  /** What the workers find in their environment besides the supervisor's. */
  readonly environment: Readonly<Record<string, string>>
  /** Looks for changes of the shared files; nobody does without it. */
  readonly changes: FindChanges | undefined
  /** How many bytes of them each worker holds. */
  readonly changesCapacity: number
  /** Called with their address, once all of them listen. */
  readonly announce: Announce
}

/**
 * Keeps the workers running until SIGINT or SIGTERM, then has them finish the transfers in progress. Fails without a
 * sentence where the first worker cannot start, for the worker has printed why. A later worker is restarted without end:
 * the others serve meanwhile.
 */
export const supervise = (
  cluster: Cluster,
  { announce, changes: find, environment, port, workers }: Options
): Effect.Effect<void, Failure, Stdio.Stdio> =>
  Effect.gen(function* () {
    // With SCHED_NONE, where all workers accept from one socket, a connection costs half as much, but of 50 that came at
    // once one worker of two got 43, and one of four 47. Connections are long-lived, so the other cores would idle.
    cluster.schedulingPolicy = cluster.SCHED_RR
    yield* killWorkersOnExit(cluster)
    yield* ignoreHangup
    yield* forwardHangup(cluster)
    const startedAt = yield* Monotonic.now
    // Where the folder cannot be shared, the first worker says why, and ends.
    const changes =
      find === undefined ? undefined : Option.getOrUndefined(yield* Effect.option(find))
    const aggregator = makeStatsAggregator()
    const firstReady = yield* Deferred.make<Address>()
    const running = new Set<number>()
    let address: Address | undefined
    let sharedPort = port

    /** With port 0 the first worker gets a free port, and the others the same one while any of them runs. */
    const portFor = (worker: number): number => {
      if (running.size === 0 && address !== undefined) sharedPort = address.port
      running.add(worker)
      return sharedPort
    }

    /** Runs one worker process until it exits; interruption stops it. Completes `ready` when it listens or has exited. */
    const runOnce = Effect.fnUntraced(function* (worker: number, ready: Deferred.Deferred<void>) {
      const scope = yield* Effect.scope
      yield* Effect.addFinalizer(() => {
        running.delete(worker)
        return aggregator.remove(worker)
      })
      const child = yield* start(cluster, environment)
      const onReady = Effect.fnUntraced(function* ({ host, port }: Address) {
        address ??= { host, port }
        // All others exited while it started, so the shared port was given up, and this worker has another.
        if (port !== address.port) return yield* child.kill
        yield* aggregator.add(worker, child.send({ _tag: "StatsRequest" }))
        yield* Deferred.succeed(firstReady, address)
        const isReplacement = !(yield* Deferred.succeed(ready, undefined))
        if (isReplacement) yield* Effect.logInfo("worker.replaced")
      })
      const onStartRequest = Effect.gen(function* () {
        yield* child.send({
          _tag: "Start",
          number: worker,
          port: portFor(worker),
          changes: changes === undefined ? null : changes.last()
        })
        if (changes === undefined) return
        yield* Effect.forkIn(
          relayChanges(changes, (batch) => child.sendThrough({ _tag: "Changes", ...batch })),
          scope
        )
      })
      const respond = Effect.flatMap(aggregator.all, (totals) =>
        child.send({
          _tag: "ClusterStatsResponse",
          stats: { totals, processId: process.pid, startedAt }
        })
      )
      yield* Effect.forkScoped(
        receive(child.received, WorkerMessage, (message) =>
          WorkerMessage.match(message, {
            StartRequest: () => onStartRequest,
            Ready: onReady,
            ClusterStatsRequest: () => Effect.asVoid(Effect.forkIn(respond, scope)),
            StatsResponse: ({ stats }) => aggregator.report(worker, stats.totals)
          })
        )
      )
      const { code, signal } = yield* child.exited
      const isRefused = code === exitCode.refused || code === exitCode.usage
      if (isRefused && address === undefined) {
        return yield* new Failure({ code, sentence: "" })
      }
      yield* Deferred.succeed(ready, undefined)
      return yield* Effect.annotateLogs(Effect.logWarning("worker.ended"), { code, signal })
    }, Effect.scoped)

    const keepRunning = (worker: number, ready: Deferred.Deferred<void>) =>
      Effect.annotateLogs(restartForEver(runOnce(worker, ready)), "worker", worker)

    const allReady = yield* Effect.replicateEffect(Deferred.make<void>(), workers)
    const keepAllRunning = Effect.all(
      [
        // The others start when the first listens: if none can listen, only the first prints why.
        ...allReady.map((ready, index) =>
          index === 0
            ? keepRunning(1, ready)
            : Effect.andThen(Deferred.await(firstReady), keepRunning(index + 1, ready))
        ),
        Effect.forEach(allReady, Deferred.await).pipe(
          Effect.andThen(Deferred.await(firstReady)),
          Effect.flatMap(announce)
        )
      ],
      { concurrency: "unbounded", discard: true }
    )
    yield* Effect.raceFirst(keepAllRunning, Effect.andThen(stopSignal, exitOnSecondSignal))
  }).pipe(Effect.scoped)
