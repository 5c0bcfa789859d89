/**
 * The program in a process of its own, from the source, with a probe in it (probe.ts) that tells what the process holds.
 * The program itself knows nothing of it.
 */
import { Effect, Schema, type Scope } from "effect"
import { fork } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { root } from "./App.ts"
import { descriptorsOf, memoryOf } from "./Processes.ts"
import type { Held } from "./probe.ts"

const decodeHeld: (message: unknown) => Held = Schema.decodeUnknownSync(
  Schema.Struct({
    heap: Schema.Number,
    external: Schema.Number,
    objects: Schema.Number,
    fibers: Schema.Number,
    sockets: Schema.Number,
    resources: Schema.Array(Schema.String)
  })
)

/** A process that can be looked into. */
export interface ProbedApp {
  readonly pid: number
  /** Measures from within; connections that were closed by then are waited for. */
  readonly held: Effect.Effect<Held>
  /**
   * How many descriptors are open at rest (proc(5), /proc/pid/fd): the least of ten counts within half a second, for the
   * look at the shared folder, once a second, takes one for a moment. Linux only.
   */
  readonly descriptors: Effect.Effect<number>
  /** The memory in use (proc(5), VmRSS), in bytes. Linux only. */
  readonly residentMemory: () => number
  /** All that it has said on standard error so far. */
  readonly said: () => string
  /** Waits until this stands there; dies where the process ends before. */
  readonly says: (what: RegExp) => Effect.Effect<RegExpExecArray>
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** The exit code, once it has ended; `null` if a signal ended it. */
  readonly exitCode: Effect.Effect<number | null>
}

/** Starts it with these words, and this beside the environment of the test; it is gone when the scope closes. */
export const startProbed = (
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Effect.Effect<ProbedApp, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        fork(join(root, "src", "main.ts"), words, {
          cwd: root,
          env: { ...process.env, ...environment },
          // The probe counts objects, of which Node says that this is an experiment.
          execArgv: [
            "--disable-warning=ExperimentalWarning",
            "--import",
            fileURLToPath(new URL("probe.ts", import.meta.url))
          ],
          stdio: ["ignore", "ignore", "pipe", "ipc"]
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const pieces: Array<string> = []
    const said = (): string => pieces.join("")
    child.stderr?.setEncoding("utf8").on("data", (text: string) => pieces.push(text))
    const pid = child.pid ?? -1
    return {
      pid,
      held: Effect.callback<Held>((resume) => {
        child.once("message", (held) => resume(Effect.succeed(decodeHeld(held))))
        child.send("measure")
      }),
      descriptors: Effect.sync(() => descriptorsOf(pid)).pipe(
        Effect.delay("50 millis"),
        Effect.replicateEffect(10),
        Effect.map((counts) => Math.min(...counts))
      ),
      residentMemory: () => memoryOf(pid),
      said,
      says: (what) =>
        Effect.callback<RegExpExecArray>((resume) => {
          const look = (): void => {
            const found = what.exec(said())
            if (found === null) return
            child.stderr?.off("data", look)
            resume(Effect.succeed(found))
          }
          child.stderr?.on("data", look)
          child.once("exit", () => resume(Effect.die(new Error(`it ended: ${said()}`))))
          look()
        }),
      kill: (signal) => Effect.sync(() => void child.kill(signal)),
      exitCode: Effect.callback<number | null>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null)
          return resume(Effect.succeed(child.exitCode))
        child.once("exit", (code) => resume(Effect.succeed(code)))
      })
    }
  })
