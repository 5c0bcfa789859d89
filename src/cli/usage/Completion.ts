/**
 * The script that `--completions` prints: effect/cli's, with what it cannot know of our flags, which are text to it:
 * the values that a flag may have, or that it names a file or a folder (flags/Kind); and names on the server
 * (ServerNames).
 */
import { Completions, type Command } from "effect/cli"
import type { Descriptor } from "../flags/Descriptor.ts"
import type { Messages } from "../Messages.ts"
import type { Commands } from "./CommandLine.ts"
import { withServerNames } from "./ServerNames.ts"

/** The values of `--cmd` that are offered; any other may be typed. */
const commandNames = ({ help }: Messages): ReadonlyArray<string> =>
  help.serverCommands.map(([command]) => command.replace(/ .*$/, ""))

const typeOf = (
  { completion, name }: Descriptor<unknown>,
  messages: Messages
): Completions.FlagType | undefined => {
  if (name === "cmd") return { _tag: "Choice", values: commandNames(messages) }
  if (completion === undefined) return undefined
  return typeof completion === "string"
    ? { _tag: "Path", pathType: completion === "folder" ? "directory" : "either" }
    : { _tag: "Choice", values: completion }
}

/** The script for a shell; `commands` are the flags of each command. */
export const completionScript = (
  command: Command.Command.Any,
  shell: Completions.Shell,
  commands: Commands,
  messages: Messages
): string => {
  const root = Completions.fromCommand(command)
  const all = new Map(Object.entries(commands))
  const subcommands = root.subcommands.map((subcommand) => {
    const descriptors = Object.values<Descriptor<unknown>>(all.get(subcommand.name) ?? {})
    const types = new Map(descriptors.map((each) => [each.name, typeOf(each, messages)]))
    return {
      ...subcommand,
      flags: subcommand.flags.map((flag) => ({ ...flag, type: types.get(flag.name) ?? flag.type })),
      // What `app serve` takes is a folder; what `app client` takes are words for the server.
      arguments: subcommand.arguments.map((argument) =>
        subcommand.name === "serve"
          ? { ...argument, type: { _tag: "Path", pathType: "directory" } as const }
          : argument
      )
    }
  })
  return withServerNames(
    Completions.generate(root.name, shell, { ...root, subcommands })
      // effect/cli has one text of its own (internal/completions).
      .replaceAll(/\bDisable (?=[a-z])/g, `${messages.help.disable} `),
    shell
  )
}
