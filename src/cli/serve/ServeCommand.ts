/** The command `app serve`: its flags and help. RunServer, which runs it, is loaded only when the command is chosen. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { flagsIn, groupsOf } from "../flags/Descriptor.ts"
import { Layout } from "../usage/HelpPage.ts"
import type { Messages } from "../Messages.ts"
import { serveFlags, serveGroups } from "./ServeFlags.ts"

/** The command. It succeeds when SIGINT or SIGTERM ended it. */
export const serve = (messages: Messages) =>
  Command.make(
    "serve",
    {
      ...flagsIn(messages.language)(serveFlags),
      folder: Argument.String(messages.help.folderArgument).pipe(
        Argument.withDescription(messages.help.folder),
        Argument.optional
      )
    },
    ({ folder, ...flags }) =>
      // A question is answered 5 ms sooner where the server is not loaded.
      Effect.flatMap(
        Effect.promise(() => import("./RunServer.ts")),
        ({ runServer }) => runServer(flags, folder, messages)
      )
  ).pipe(
    Command.withDescription(messages.help.serve),
    Command.annotate(Layout, {
      groups: groupsOf(serveGroups, messages.help.groups),
      sections: []
    }),
    Command.withExamples([
      { command: "app serve", description: messages.help.examples.serve },
      { command: "app serve fotos --port 0", description: messages.help.examples.anyPort },
      { command: "app serve --store s3://fotos/2024", description: messages.help.examples.bucket }
    ])
  )
