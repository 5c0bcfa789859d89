/** The process `app`: its commands, in the language of the arguments and the environment. */
// oxlint-disable-next-line import/no-unassigned-import -- what it does is done when it is loaded
import "./start/NoDebugger.ts"
import { allowStackTraces } from "./start/StackTraces.ts"
import { Command, GlobalFlag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { client } from "./cli/client/ClientCommand.ts"
import { clientFlags } from "./cli/client/ClientFlags.ts"
import { normalize } from "./cli/usage/CommandLine.ts"
import * as Common from "./cli/flags/Common.ts"
import { choose } from "./cli/Language.ts"
import { messages as catalogs } from "./cli/Messages.ts"
import { run } from "./cli/Program.ts"
import { serve } from "./cli/serve/ServeCommand.ts"
import { serveFlags } from "./cli/serve/ServeFlags.ts"

allowStackTraces()

const args = process.argv.slice(2)
const language = choose(args, process.env)
const messages = catalogs[language]

const isClient = args[0] === "client"
// A question does without the flags of the other command: 1 ms. What the shell is to complete needs those of both.
const isQuestion = isClient && !args.some((word) => word.startsWith("--completions"))

const app = Command.make("app").pipe(
  Command.withDescription(messages.help.app),
  Command.withSubcommands(isQuestion ? [client(messages)] : [serve(messages), client(messages)]),
  Command.withGlobalFlags([GlobalFlag.Setting("lang")({ flag: Common.lang.flag(language) })])
)

const commands = { client: clientFlags, serve: serveFlags }
run(
  Command.runWith(app, { version: packageJson.version })(normalize(args, commands)),
  messages,
  commands,
  isClient
)
