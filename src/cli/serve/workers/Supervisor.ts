/**
 * The process that keeps the workers running: it starts another where one has died. It serves nothing itself; Node
 * accepts the connections here and deals them out to the workers in turn.
 */
import { Deferred, Effect, type Stdio } from "effect"
import type { Cluster } from "node:cluster"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { Address } from "../../../domain/Address.ts"
import { exitCode, Failure } from "../../Failure.ts"
import { exitAtOnceIfToldAgain, outliveHangup, stopSignal } from "../../Signals.ts"
import { endWithThis, passOnHangup, start } from "./WorkerProcess.ts"
import { hear, Notice } from "./Protocol.ts"
import { replaceForEver } from "./RestartPolicy.ts"
import { makeStatsAggregator } from "./StatsAggregator.ts"
import type { Announce } from "./Worker.ts"

/** What to supervise. */
export interface Options {
  /** How many workers. */
  readonly workers: number
  /** The port they share, 0 for any free one. */
  readonly port: number
  /** Told where they listen, once all are up. */
  readonly announce: Announce
}

/**
 * Keeps the workers running until this process is told to stop; then has them finish what is in progress. Fails,
 * without a sentence, where the first of them does not start for a reason that it has told already. One that is
 * replaced later is replaced for as long as it takes, for the others serve meanwhile.
 */
export const supervise = (
  cluster: Cluster,
  { announce, port, workers }: Options
): Effect.Effect<void, Failure, Stdio.Stdio> =>
  Effect.gen(function* () {
    // The other policy, by which all accept from one socket, costs half as much a connection, but of 50 that came at
    // once one worker of two got 43, and one of four 47; connections are kept for long, and cores would idle.
    cluster.schedulingPolicy = cluster.SCHED_RR
    yield* endWithThis(cluster)
    yield* outliveHangup
    yield* passOnHangup(cluster)
    const startedAt = yield* Monotonic.now
    const aggregator = makeStatsAggregator()
    const firstUp = yield* Deferred.make<Address>()
    const running = new Set<number>()
    let address: Address | undefined
    let sharedPort = port

    /** Workers that ask for any free port get the same one, as long as any of them holds it. */
    const portFor = (worker: number): number => {
      if (running.size === 0 && address !== undefined) sharedPort = address.port
      running.add(worker)
      return sharedPort
    }

    /** Runs a worker to its end, which is an order only where this is interrupted. */
    const live = Effect.fnUntraced(function* (worker: number, up: Deferred.Deferred<void>) {
      const scope = yield* Effect.scope
      yield* Effect.addFinalizer(() => {
        running.delete(worker)
        return aggregator.leave(worker)
      })
      const child = yield* start(cluster)
      yield* child.order({ _tag: "Begin", number: worker, port: portFor(worker) })
      const ready = Effect.fnUntraced(function* ({ host, port }: Address) {
        address ??= { host, port }
        // All others died while it started, and with them the hold on the port.
        if (port !== address.port) return yield* child.kill
        yield* aggregator.enter(worker, child.order({ _tag: "Tell" }))
        yield* Deferred.succeed(firstUp, address)
        const isReplacement = !(yield* Deferred.succeed(up, undefined))
        if (isReplacement) yield* Effect.logInfo("worker.replaced")
      })
      const answer = Effect.flatMap(aggregator.all, (totals) =>
        child.order({ _tag: "Answer", together: { totals, processId: process.pid, startedAt } })
      )
      yield* Effect.forkScoped(
        hear(child.received, Notice, (notice) =>
          Notice.match(notice, {
            Ready: ready,
            Ask: () => Effect.asVoid(Effect.forkIn(answer, scope)),
            Report: ({ together }) => aggregator.report(worker, together.totals)
          })
        )
      )
      const { code, signal } = yield* child.ended
      if (code === exitCode.refused && address === undefined) {
        return yield* new Failure({ code, sentence: "" })
      }
      yield* Deferred.succeed(up, undefined)
      return yield* Effect.annotateLogs(Effect.logWarning("worker.ended"), { code, signal })
    }, Effect.scoped)

    const keep = (worker: number, up: Deferred.Deferred<void>) =>
      Effect.annotateLogs(replaceForEver(live(worker, up)), "worker", worker)

    const ups = yield* Effect.replicateEffect(Deferred.make<void>(), workers)
    const keepAll = Effect.all(
      [
        // The others start when the first is up: were all refused, each would say why.
        ...ups.map((up, index) =>
          index === 0 ? keep(1, up) : Effect.andThen(Deferred.await(firstUp), keep(index + 1, up))
        ),
        Effect.forEach(ups, Deferred.await).pipe(
          Effect.andThen(Deferred.await(firstUp)),
          Effect.flatMap(announce)
        )
      ],
      { concurrency: "unbounded", discard: true }
    )
    yield* Effect.raceFirst(keepAll, Effect.andThen(stopSignal, exitAtOnceIfToldAgain))
  }).pipe(Effect.scoped)
