/**
 * What effect/cli prints by itself, in the person's language: help on standard output; on a usage error, what is wrong
 * and where help is, on standard error.
 */
import { Console, Layer } from "effect"
import { CliConfig, type CliError, CliOutput, Flag, GlobalFlag, type HelpDoc } from "effect/cli"
import { escape } from "./Escape.ts"
import type { Messages } from "./Messages.ts"

const escapeSequence = String.raw`\u001b\[[0-9;]*m`

/** Puts our headings in the place of those that effect/cli has fixed; a heading is a whole line, a marker any part. */
const translate = (help: string, { help: { headings } }: Messages): string =>
  headings.reduce(
    (text, [english, heading]) =>
      /^[A-Z ]+$/.test(english)
        ? text.replace(
            new RegExp(`^((?:${escapeSequence})*)${english}((?:${escapeSequence})*)$`, "gm"),
            `$1${heading}$2`
          )
        : text.replaceAll(english, heading),
    help
  )

const suggest = (names: ReadonlyArray<string>, { usage }: Messages): string =>
  names.length === 0 ? "" : ` ${usage.suggestions(names)}`

/** One sentence for what is wrong with a command line. */
export const explain = (error: CliError.CliError, messages: Messages): string => {
  const { usage } = messages
  switch (error._tag) {
    case "UnrecognizedOption":
      return usage.unknownOption(escape(error.option)) + suggest(error.suggestions, messages)
    case "UnknownSubcommand":
      return usage.unknownCommand(escape(error.subcommand)) + suggest(error.suggestions, messages)
    case "InvalidValue":
      // How effect/cli reports an option that is given more than once.
      if (/^\d+ occurrences$/.test(error.value)) return usage.repeated(`--${error.option}`)
      return usage.invalidValue(
        error.kind === "flag" ? `--${error.option}` : error.option,
        escape(error.value),
        error.expected
      )
    case "MissingOption":
      return usage.missing(`--${error.option}`)
    case "MissingArgument":
      return usage.missing(error.argument)
    case "UnexpectedArgument":
      return usage.unexpected(error.arguments.map(escape).join(" "))
    case "DuplicateOption":
    case "ValidationError":
    case "UserError":
    case "ShowHelp":
      return escape(error.message)
  }
}

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

const formatter = (messages: Messages, colors: boolean): CliOutput.Formatter => {
  const base = CliOutput.defaultFormatter({ colors })
  const formatHelpDoc = base.formatHelpDoc
  return Object.assign(base, {
    formatHelpDoc: (doc: HelpDoc.HelpDoc) => translate(formatHelpDoc(doc), messages)
  })
}

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
