/** `npm run demo`: a server and the menu of its client together, as the original's `run.py` had it. */
// oxlint-disable-next-line import/no-unassigned-import -- what it does is done when it is loaded
import "./start/NoDebugger.ts"
import { Effect } from "effect"
import { Command, GlobalFlag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { client } from "./cli/client/ClientCommand.ts"
import { clientFlags } from "./cli/client/ClientFlags.ts"
import * as Common from "./cli/flags/Common.ts"
import * as Log from "./cli/serve/Log.ts"
import { choose } from "./cli/Language.ts"
import { messages as catalogs } from "./cli/Messages.ts"
import { run } from "./cli/Program.ts"
import { announcing } from "./cli/serve/announcement/Announcement.ts"
import { serving } from "./cli/serve/Layers.ts"

const args = process.argv.slice(2)
const language = choose(args, process.env)
const messages = catalogs[language]

const ask = client(messages).pipe(
  Command.withGlobalFlags([GlobalFlag.Setting("lang")({ flag: Common.lang.flag(language) })]),
  (command) => Command.runWith(command, { version: packageJson.version })
)

run(
  serving(
    { host: "127.0.0.1", port: 0, dir: "DB", hidden: false, pickle: false },
    messages,
    ({ address: { host, port } }) => ask(["--host", host, "--port", String(port), ...args]),
    announcing(
      {
        name: "DB",
        http: "off",
        httpHosts: [],
        certificate: undefined,
        asksForCertificate: false,
        passwordFile: undefined,
        qr: false
      },
      messages
    )
    // The menu has the terminal to itself.
  ).pipe(Effect.provide(Log.layer("auto", "warning"))),
  messages,
  { client: clientFlags },
  false
)
