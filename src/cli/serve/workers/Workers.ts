/** Serving with several processes, for one runs on one core: this one serves alone, or is one of them, or their supervisor. */
import { Effect, type Stdio } from "effect"
import type { Failure } from "../../Failure.ts"
import { type Options, supervise } from "./Supervisor.ts"
import { serveTogether, Worker } from "./Worker.ts"

/** Has `serve` done by as many processes as are wanted; ends when all have. */
export const inWorkers = <E, R>(
  serve: Effect.Effect<void, E, R>,
  options: Options
): Effect.Effect<void, E | Failure, Exclude<R, Worker> | Stdio.Stdio> =>
  Effect.gen(function* () {
    const { announce, port, workers } = options
    if (workers === 1) {
      const alone = { port, announce, stopOrder: Effect.never, share: (whole: number) => whole }
      return yield* Effect.provideService(serve, Worker, alone)
    }
    // Loaded only here: every start would pay for it.
    const { default: cluster } = yield* Effect.promise(() => import("node:cluster"))
    return yield* cluster.isPrimary
      ? supervise(cluster, options)
      : serveTogether(serve, cluster, workers)
  })
