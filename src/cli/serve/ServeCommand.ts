/** The command `app serve`: its flags and help. RunServer, which runs it, is loaded only when the command is chosen. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { flagsIn } from "../flags/Descriptor.ts"
import type { Messages } from "../Messages.ts"
import { serveFlags } from "./ServeFlags.ts"

/** The command. It succeeds when SIGINT or SIGTERM ended it. */
export const serve = (messages: Messages) =>
  Command.make("serve", flagsIn(messages.language)(serveFlags), (flags) =>
    // A question is answered 5 ms sooner where the server is not loaded.
    Effect.flatMap(
      Effect.promise(() => import("./RunServer.ts")),
      ({ serveUntilToldToStop }) => serveUntilToldToStop(flags, messages)
    )
  ).pipe(
    Command.withDescription(messages.help.serve),
    Command.withExamples([
      { command: "app serve", description: messages.help.examples.serve },
      { command: "app serve --dir fotos --port 0", description: messages.help.examples.anyPort },
      { command: "app serve --store s3://fotos/2024", description: messages.help.examples.bucket }
    ])
  )
