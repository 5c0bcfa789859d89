/** The Python server of this benchmark, in the manner of the original project's, in a process of its own. */
import type { Effect, Scope } from "effect"
import { fileURLToPath } from "node:url"
import { type Peer, startServer } from "../measure/Process.ts"
import type { Trouble } from "../Row.ts"

const program = fileURLToPath(new URL("python_server.py", import.meta.url))

/** What it takes for one question: a pickled list of a verb and its argument, by protocol 0, which is text. */
export const pickled = (verb: string, argument?: string): string =>
  `(lp0\nV${verb}\np1\na${argument === undefined ? "N" : `V${argument}\np2\n`}a.`

/** The request after which it hangs up without an answer. */
export const farewell: string = pickled("SAIR")

/** Serves a folder. */
export const python = (folder: string): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  startServer("python3", (port) => ["-B", program, String(port), folder], folder, {
    text: pickled("HORA")
  })
