/**
 * `app serve` on a free port of loopback, from the source, with a probe in its process (turns.ts) that tells how long
 * the turns of its event loop take. The program itself knows nothing of it.
 */
import { Effect, Schema, type Scope } from "effect"
import { fork } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import { root } from "./App.ts"
import type { Told } from "./turns.ts"

const decodeTold: (message: unknown) => Told = Schema.decodeUnknownSync(
  Schema.Struct({ longestTurn: Schema.Number, held: Schema.Number })
)

/** A server whose turns are measured. */
export interface TurnsServer {
  readonly address: Address
  /** What its process tells since it was last asked. */
  readonly told: Effect.Effect<Told>
}

/** Starts it with these options; it is gone when the scope closes. */
export const serveTurns = (
  folder: string,
  options: ReadonlyArray<string> = []
): Effect.Effect<TurnsServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        fork(join(root, "src", "main.ts"), ["serve", "--port", "0", "--dir", folder, ...options], {
          cwd: root,
          execArgv: ["--import", fileURLToPath(new URL("turns.ts", import.meta.url))],
          stdio: ["ignore", "ignore", "pipe", "ipc"]
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const port = yield* Effect.callback<number>((resume) => {
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        const found = / 127\.0\.0\.1:(\d+)/.exec(text)?.[1]
        if (found !== undefined) resume(Effect.succeed(Number(found)))
      })
    })
    return {
      address: { host: "127.0.0.1", port },
      told: Effect.callback<Told>((resume) => {
        child.once("message", (message) => resume(Effect.succeed(decodeTold(message))))
        child.send("tell")
      })
    }
  })
