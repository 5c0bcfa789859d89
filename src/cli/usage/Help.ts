/**
 * What effect/cli prints by itself, in the person's language: help on standard output (HelpPage), and usage errors with
 * the command that shows the help on standard error (UsageError).
 */
import { Console, Layer } from "effect"
import { CliConfig, CliOutput, Flag, GlobalFlag, type HelpDoc } from "effect/cli"
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

/** The flags that every command has, described in the person's language. */
const builtIns = ({ help }: Messages): ReadonlyArray<GlobalFlag.BuiltIn> => [
  { ...GlobalFlag.Help, flag: Flag.withDescription(GlobalFlag.Help.flag, help.help) },
  { ...GlobalFlag.Version, flag: Flag.withDescription(GlobalFlag.Version.flag, help.version) },
  {
    ...GlobalFlag.Completions,
    flag: Flag.withDescription(GlobalFlag.Completions.flag, help.completions)
  }
]

/** Help, usage errors and built-in flags in the person's language. */
export const layer = (messages: Messages, colors: boolean): Layer.Layer<never> =>
  Layer.mergeAll(
    CliOutput.layer(formatter(messages, colors)),
    CliOutput.layerPresenter(presenter(messages)),
    CliConfig.layer({ builtIns: builtIns(messages) })
  )
