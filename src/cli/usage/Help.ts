/**
 * What effect/cli prints by itself, in the person's language: help on standard output (HelpPage), and usage errors with
 * the command that shows the help on standard error (UsageError).
 */
import { Console, Effect, Layer, Option } from "effect"
import { CliConfig, CliOutput, type Completions, Flag, GlobalFlag, type HelpDoc } from "effect/cli"
import type { Commands } from "./CommandLine.ts"
import { completionScript } from "./Completion.ts"
import { helpPage } from "./HelpPage.ts"
import type { Messages } from "../Messages.ts"
import { explain } from "./UsageError.ts"

const presenter = (messages: Messages): CliOutput.Presenter => ({
  present: (event) => {
    if (event._tag === "InvalidInvocation") {
      const sentences = event.errors.map((error) => explain(error, messages))
      return Console.error(
        [...sentences, messages.usage.seeHelp(event.commandPath.join(" "))].join("\n")
      )
    }
    return CliOutput.defaultPresenter.present(event)
  }
})

/** The width of the terminal in columns; 80 where standard output is none. */
const terminalWidth = (): number => {
  const { columns } = process.stdout
  // A terminal without a size has 0.
  return process.stdout.isTTY && columns > 0 ? columns : 80
}

const formatter = (messages: Messages, colors: boolean): CliOutput.Formatter =>
  Object.assign(CliOutput.defaultFormatter({ colors }), {
    formatHelpDoc: (doc: HelpDoc.HelpDoc) =>
      helpPage(doc, messages, terminalWidth(), (heading) =>
        colors ? `\u001b[1m${heading}\u001b[0m` : heading
      )
  })

/** `--completions`: its script knows the values of the flags as well (Completion). */
const completions = (
  messages: Messages,
  commands: Commands
): GlobalFlag.Action<Option.Option<Completions.Shell>> =>
  GlobalFlag.Action({
    flag: Flag.withDescription(GlobalFlag.Completions.flag, messages.help.completions),
    run: (shell, { command }) =>
      Option.match(shell, {
        onNone: () => Effect.void,
        onSome: (shell) => Console.log(completionScript(command, shell, commands, messages))
      })
  })

/** The flags that every command has, described in the person's language. */
const builtIns = (messages: Messages, commands: Commands): ReadonlyArray<GlobalFlag.BuiltIn> => {
  const { help } = messages
  return [
    { ...GlobalFlag.Help, flag: Flag.withDescription(GlobalFlag.Help.flag, help.help) },
    { ...GlobalFlag.Version, flag: Flag.withDescription(GlobalFlag.Version.flag, help.version) },
    completions(messages, commands)
  ]
}

/** Help, usage errors and built-in flags in the person's language; `commands` are the flags of each command. */
export const layer = (
  messages: Messages,
  colors: boolean,
  commands: Commands
): Layer.Layer<never> =>
  Layer.mergeAll(
    CliOutput.layer(formatter(messages, colors)),
    CliOutput.layerPresenter(presenter(messages)),
    CliConfig.layer({ builtIns: builtIns(messages, commands) })
  )
