/** Our server, as people run it: the bundle that `npm run build` makes, on the project's own Node. */
import type { Effect, Scope } from "effect"
import { join } from "node:path"
import { root } from "../../support/programs/App.ts"
import { flags, type Peer, startServer } from "../measure/Process.ts"
import type { Trouble } from "../Row.ts"

/** The program. */
export const bundle: string = join(root, "dist", "app.cjs")

/** Connections are asked for by the ten thousand here, and some more while others still close. */
const connections = 12_000

/** The words after `node` that make it serve a folder. */
export const serveWords = (folder: string, port: number): ReadonlyArray<string> => [
  bundle,
  "serve",
  ...flags({ "--port": port, "--dir": folder, "--max-connections": connections })
]

/** Serves a folder, with one process unless more are wanted. */
export const app = (folder: string, workers = 1): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  startServer(
    process.execPath,
    (port) => [...serveWords(folder, port), ...flags({ "--workers": workers })],
    folder,
    "PING\r\n"
  )
