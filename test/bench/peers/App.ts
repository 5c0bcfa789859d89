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

/** A certificate and its key, in PEM files. */
export interface Identity {
  readonly certFile: string
  readonly keyFile: string
}

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
    { text: "PING\r\n" }
  )

/** Serves a folder over TLS alone, and says nothing of each connection, as nginx does not here. */
export const appOverTls = (
  folder: string,
  { certFile, keyFile }: Identity
): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  startServer(
    process.execPath,
    (port) => [
      ...serveWords(folder, port),
      ...flags({ "--tls-cert": certFile, "--tls-key": keyFile, "--log-level": "warn" })
    ],
    folder,
    { text: "PING\r\n", tls: true }
  )
