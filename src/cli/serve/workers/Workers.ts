/**
 * Serving with several processes, because one process uses one core. This process serves alone, or is one of the
 * workers, or their supervisor.
 */
import { Effect, type Stdio } from "effect"
import type { Failure } from "../../Failure.ts"
import { type Options, supervise } from "./Supervisor.ts"
import { runWorker, Worker } from "./Worker.ts"

/** Runs `serve` in as many processes as `options.workers` says; ends when all of them have ended. */
export const inWorkers = <E, R>(
  serve: Effect.Effect<void, E, R>,
  options: Options
): Effect.Effect<void, E | Failure, Exclude<R, Worker> | Stdio.Stdio> =>
  Effect.gen(function* () {
    const { announce, changes, port, workers } = options
    if (workers === 1) {
      return yield* Effect.provideService(serve, Worker, {
        isAlone: true,
        changes,
        port,
        announce,
        stopRequested: Effect.never,
        share: (whole) => whole
      })
    }
    // Loaded only here, because loading it takes time that every start would pay for.
    const { default: cluster } = yield* Effect.promise(() => import("node:cluster"))
    return yield* cluster.isPrimary
      ? supervise(cluster, options)
      : runWorker(serve, cluster, options)
  })
