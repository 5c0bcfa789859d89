/** The command `app client`: its flags and help. What it does: RunClient. */
import { Argument, Command } from "effect/cli"
import { flagsIn, groupsOf } from "../flags/Descriptor.ts"
import type { Messages } from "../Messages.ts"
import { Layout } from "../usage/HelpPage.ts"
import { clientFlags, clientGroups } from "./ClientFlags.ts"
import { runClient } from "./RunClient.ts"

/** The command: one request (`--cmd`), a batch of them from standard input, the menu on a terminal, or a mirror. */
export const client = (messages: Messages) =>
  Command.make(
    "client",
    {
      ...flagsIn(messages.language)(clientFlags),
      rest: Argument.String(messages.help.argument).pipe(
        Argument.withDescription(messages.help.arguments),
        Argument.variadic()
      )
    },
    (flags) => runClient(flags, messages)
  ).pipe(
    Command.withDescription(messages.help.client),
    Command.annotate(Layout, {
      groups: groupsOf(clientGroups, messages.help.groups),
      sections: [
        {
          heading: messages.help.headings.serverCommands,
          rows: messages.help.serverCommands
        }
      ]
    }),
    Command.withExamples([
      { command: "app client", description: messages.help.examples.menu },
      { command: "app client --cmd hora_atual", description: messages.help.examples.time },
      {
        command: 'app client --cmd enviar_arquivo "Relatório de março.txt"',
        description: messages.help.examples.send
      }
    ])
  )
