/** `app serve` on a free port of loopback, as a process that can be looked into (ProbedApp). */
import { Effect, type Scope } from "effect"
import type { Address } from "../../../src/domain/Address.ts"
import { type ProbedApp, startProbed } from "./ProbedApp.ts"

/** A server that can be looked into. */
export interface ProbedServer extends ProbedApp {
  readonly address: Address
}

/** Starts it with these options, and this beside the environment of the test; it is gone when the scope closes. */
export const serveProbed = (
  folder: string,
  options: ReadonlyArray<string> = [],
  environment: Readonly<Record<string, string>> = {}
): Effect.Effect<ProbedServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const words = ["serve", "--port", "0", "--dir", folder, ...options]
    const app = yield* startProbed(words, environment)
    const [, port] = yield* app.says(/ 127\.0\.0\.1:(\d+)/)
    return { ...app, address: { host: "127.0.0.1", port: Number(port) } }
  })
