/** vsftpd, the file server that promises to be fast, for anybody who asks. */
import { Effect, type Scope } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { find } from "../measure/Machine.ts"
import { type Peer, startServer } from "../measure/Process.ts"
import { Trouble } from "../Row.ts"

const configuration = (folder: string, port: number): string => `
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port=${port}
background=NO
run_as_launching_user=YES
seccomp_sandbox=NO
anonymous_enable=YES
no_anon_password=YES
anon_root=${folder}
local_enable=NO
xferlog_enable=NO
`

/** Serves a folder. */
export const vsftpd = (folder: string): Effect.Effect<Peer, Trouble, Scope.Scope> =>
  Effect.gen(function* () {
    const program = find("vsftpd")
    if (program === undefined) return yield* new Trouble({ message: "vsftpd is not installed" })
    const home = yield* Files.folder
    const words = (port: number): ReadonlyArray<string> => {
      const file = join(home, "vsftpd.conf")
      writeFileSync(file, configuration(folder, port))
      return [file]
    }
    return yield* startServer(program, words, home, { text: "QUIT\r\n" })
  })
