/** A worker process as its supervisor sees it: this program, started once more by node:cluster. */
import { Deferred, Effect, Queue, type Scope } from "effect"
import type { Cluster } from "node:cluster"
import { closeIfNotTaken } from "./ConnectionHandoff.ts"
import { type SupervisorMessage, send, sendThrough } from "./Protocol.ts"
import { hangupSignal } from "../../Signals.ts"

/** How a process ended: with an exit code, by a signal, or with neither where it could not be started. */
export interface ExitStatus {
  readonly code: number | null
  readonly signal: string | null
}

/** A running worker. */
export interface WorkerProcess {
  readonly pid: number | undefined
  readonly send: (message: SupervisorMessage) => Effect.Effect<void>
  /** As `send`, and waits until the message is on its way, or the worker gone. */
  readonly sendThrough: (message: SupervisorMessage) => Effect.Effect<void>
  /** What it has sent, not decoded yet. */
  readonly received: Queue.Dequeue<unknown>
  /** Waits until it has exited. */
  readonly exited: Effect.Effect<ExitStatus>
  /** Sends it SIGKILL. */
  readonly kill: Effect.Effect<void>
}

/**
 * Starts a worker with the supervisor's command line, and with this besides the supervisor's environment. When the scope
 * closes, the worker is sent `Stop`, and its exit is awaited.
 */
export const start = (
  cluster: Cluster,
  environment: Readonly<Record<string, string>>
): Effect.Effect<WorkerProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const received = yield* Queue.unbounded<unknown>()
      const exited = yield* Deferred.make<ExitStatus>()
      const exit = (status: ExitStatus) => void Deferred.doneUnsafe(exited, Effect.succeed(status))
      const worker = yield* Effect.sync(() => cluster.fork(environment))
      const child = worker.process
      closeIfNotTaken(child)
      child.once("exit", (code, signal) => exit({ code, signal }))
      worker.on("message", (message: unknown) => void Queue.offerUnsafe(received, message))
      // A process that could not be started, for want of memory perhaps, has no "exit" event.
      worker.on("error", () => {
        if (child.pid === undefined) exit({ code: null, signal: null })
      })
      return {
        pid: child.pid,
        send: (message: SupervisorMessage) => send((sent, done) => child.send(sent, done), message),
        sendThrough: (message: SupervisorMessage) =>
          sendThrough((sent, done) => child.send(sent, done), message),
        received,
        exited: Deferred.await(exited),
        kill: Effect.sync(() => void child.kill("SIGKILL"))
      }
    }),
    ({ exited, send }) => Effect.andThen(send({ _tag: "Stop" }), exited)
  )

/** Kills all workers where this process exits while they still run, until the scope closes. */
export const killWorkersOnExit = (cluster: Cluster): Effect.Effect<void, never, Scope.Scope> => {
  const killAll = (): void => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGKILL")
  }
  return Effect.acquireRelease(
    Effect.sync(() => void process.once("exit", killAll)),
    () => Effect.sync(() => process.off("exit", killAll))
  )
}

/** Passes each SIGHUP on to all workers, which then read passwords and certificates again, until the scope closes. */
export const forwardHangup = (cluster: Cluster): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.forkScoped(
      Effect.forever(
        Effect.andThen(
          hangupSignal,
          Effect.sync(() => {
            for (const worker of Object.values(cluster.workers ?? {}))
              worker?.process.kill("SIGHUP")
          })
        )
      ),
      { startImmediately: true }
    )
  )
