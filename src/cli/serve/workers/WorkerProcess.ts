/** A worker as its supervisor holds it: this program, started once more. */
import { Deferred, Effect, Queue, type Scope } from "effect"
import type { Cluster } from "node:cluster"
import { closeIfNotTaken } from "./ConnectionHandoff.ts"
import { type Order, say } from "./Protocol.ts"
import { hangup } from "../../Signals.ts"

/** How a process ended: by itself with a code, by a signal, or with neither where it could not be started. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

/** A process. */
export interface WorkerProcess {
  readonly pid: number | undefined
  readonly order: (order: Order) => Effect.Effect<void>
  /** What comes from it, not understood yet. */
  readonly received: Queue.Dequeue<unknown>
  readonly ended: Effect.Effect<Ended>
  /** Ends it, whatever it does. */
  readonly kill: Effect.Effect<void>
}

/** Starts a worker. When the scope closes, it is told to stop, and waited for. */
export const start = (cluster: Cluster): Effect.Effect<WorkerProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const received = yield* Queue.unbounded<unknown>()
      const ended = yield* Deferred.make<Ended>()
      const end = (how: Ended) => void Deferred.doneUnsafe(ended, Effect.succeed(how))
      const worker = yield* Effect.sync(() => cluster.fork())
      const child = worker.process
      closeIfNotTaken(child)
      child.once("exit", (code, signal) => end({ code, signal }))
      worker.on("message", (message: unknown) => void Queue.offerUnsafe(received, message))
      // Of a process that could not be started, for want of memory perhaps, there is no exit.
      worker.on("error", () => {
        if (child.pid === undefined) end({ code: null, signal: null })
      })
      return {
        pid: child.pid,
        order: (order: Order) => say((message, done) => child.send(message, done), order),
        received,
        ended: Deferred.await(ended),
        kill: Effect.sync(() => void child.kill("SIGKILL"))
      }
    }),
    ({ ended, order }) => Effect.andThen(order({ _tag: "Stop" }), ended)
  )

/** Has all workers end with this process, where it is ended at once. */
export const endWithThis = (cluster: Cluster): Effect.Effect<void, never, Scope.Scope> => {
  const killAll = (): void => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGKILL")
  }
  return Effect.acquireRelease(
    Effect.sync(() => void process.once("exit", killAll)),
    () => Effect.sync(() => process.off("exit", killAll))
  )
}

/** Has all workers read again what can be read again, where this process is told to. */
export const passOnHangup = (cluster: Cluster): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.forkScoped(
      Effect.forever(
        Effect.andThen(
          hangup,
          Effect.sync(() => {
            for (const worker of Object.values(cluster.workers ?? {}))
              worker?.process.kill("SIGHUP")
          })
        )
      ),
      { startImmediately: true }
    )
  )
