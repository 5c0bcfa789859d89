/** rsync's daemon, which shares a folder for reading. */
import { Effect, type Scope } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { find } from "../measure/Machine.ts"
import { type Peer, startServer } from "../measure/Process.ts"
import { Trouble } from "../Row.ts"

/** As root it would become another user, who cannot read the folders of a benchmark. */
const user = process.getuid?.() === 0 ? "uid = root\ngid = root\n" : ""

const configuration = (folder: string, home: string): string => `
use chroot = no
${user}lock file = ${home}/lock
[shared]
path = ${folder}
read only = yes
`

/** Serves a folder, as the module `shared`. */
export const rsyncd = (folder: string): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  Effect.gen(function* () {
    const program = find("rsync")
    if (program === undefined) return yield* new Trouble({ message: "rsync is not installed" })
    const home = yield* Files.folder
    const file = join(home, "rsyncd.conf")
    writeFileSync(file, configuration(folder, home))
    // Where standard input is a socket, as it is of a child here, rsync takes it for a connection of inetd.
    const words = (port: number): ReadonlyArray<string> => [
      "-c",
      'exec "$0" "$@" </dev/null',
      program,
      "--daemon",
      "--no-detach",
      "--address=127.0.0.1",
      `--port=${port}`,
      `--config=${file}`
    ]
    return yield* startServer("sh", words, home, { text: "@RSYNCD: 31.0\n#list\n" })
  })
