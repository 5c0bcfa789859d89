/** The bare `node:net` server of this benchmark, in a process of its own. */
import type { Effect, Scope } from "effect"
import { fileURLToPath } from "node:url"
import { type Peer, startServer } from "../measure/Process.ts"
import type { Trouble } from "../Row.ts"

const program = fileURLToPath(new URL("bare-node-server.ts", import.meta.url))

/** Starts it. */
export const bareNode = (folder: string): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  startServer(process.execPath, (port) => [program, String(port)], folder, { text: "PING\r\n" })
