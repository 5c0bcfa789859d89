/**
 * `app serve` on a free port of loopback, from the source, with a probe in its process (probe.ts) that tells what the
 * process holds. The program itself knows nothing of it.
 */
import { Effect, Schema, type Scope } from "effect"
import { fork } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import { root } from "./App.ts"
import { descriptorsOf, memoryOf } from "./Processes.ts"
import type { Held } from "./probe.ts"

const decodeHeld: (message: unknown) => Held = Schema.decodeUnknownSync(
  Schema.Struct({
    heap: Schema.Number,
    fibers: Schema.Number,
    sockets: Schema.Number,
    resources: Schema.Array(Schema.String)
  })
)

/** A server that can be looked into. */
export interface ProbedServer {
  readonly address: Address
  readonly pid: number
  /** Measures from within; connections that were closed by then are waited for. */
  readonly held: Effect.Effect<Held>
  /** How many descriptors are open (proc(5), /proc/pid/fd). Linux only. */
  readonly descriptors: () => number
  /** The memory in use (proc(5), VmRSS), in bytes. Linux only. */
  readonly residentMemory: () => number
  /** All that it has said on standard error so far. */
  readonly said: () => string
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** The exit code, once it has ended; `null` if a signal ended it. */
  readonly exitCode: Effect.Effect<number | null>
}

/** Starts it with these options, and this beside the environment of the test; it is gone when the scope closes. */
export const serveProbed = (
  folder: string,
  options: ReadonlyArray<string> = [],
  environment: Readonly<Record<string, string>> = {}
): Effect.Effect<ProbedServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        fork(join(root, "src", "main.ts"), ["serve", "--port", "0", "--dir", folder, ...options], {
          cwd: root,
          env: { ...process.env, ...environment },
          execArgv: ["--import", fileURLToPath(new URL("probe.ts", import.meta.url))],
          stdio: ["ignore", "ignore", "pipe", "ipc"]
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const pieces: Array<string> = []
    const address = yield* Effect.callback<Address>((resume) => {
      let isKnown = false
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        pieces.push(text)
        if (isKnown) return
        const port = / 127\.0\.0\.1:(\d+)/.exec(pieces.join(""))?.[1]
        if (port === undefined) return
        isKnown = true
        resume(Effect.succeed({ host: "127.0.0.1", port: Number(port) }))
      })
      child.once("exit", () =>
        resume(Effect.die(new Error(`the server did not start: ${pieces.join("")}`)))
      )
    })
    const pid = child.pid ?? -1
    return {
      address,
      pid,
      held: Effect.callback<Held>((resume) => {
        child.once("message", (held) => resume(Effect.succeed(decodeHeld(held))))
        child.send("measure")
      }),
      descriptors: () => descriptorsOf(pid),
      residentMemory: () => memoryOf(pid),
      said: () => pieces.join(""),
      kill: (signal) => Effect.sync(() => void child.kill(signal)),
      exitCode: Effect.callback<number | null>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null)
          return resume(Effect.succeed(child.exitCode))
        child.once("exit", (code) => resume(Effect.succeed(code)))
      })
    }
  })
