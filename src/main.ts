/** The process `app`: its commands, in the language of the environment. */
// oxlint-disable-next-line import/no-unassigned-import -- what it does is done when it is loaded
import "./start/NoDebugger.ts"
import { Command } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { client } from "./cli/client/ClientCommand.ts"
import { fromEnvironment } from "./cli/Language.ts"
import { messages as catalogs } from "./cli/Messages.ts"
import { run } from "./cli/Program.ts"
import { serve } from "./cli/serve/ServeCommand.ts"

const messages = catalogs[fromEnvironment(process.env)]

Command.make("app").pipe(
  Command.withDescription(messages.help.app),
  Command.withSubcommands([serve(messages), client(messages)]),
  Command.run({ version: packageJson.version }),
  (command) => run(command, messages)
)
