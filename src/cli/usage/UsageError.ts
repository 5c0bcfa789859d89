/** The sentences for command lines that effect/cli does not accept, in the person's language. */
import type { CliError } from "effect/cli"
import { escape } from "../Escape.ts"
import type { Messages } from "../Messages.ts"

/** A question for what is meant. Any flag of one letter is near any other: those are not asked about. */
const suggest = (names: ReadonlyArray<string>, { usage }: Messages): string => {
  const longer = names.filter((name) => !/^-.$/.test(name))
  return longer.length === 0 ? "" : ` ${usage.suggestions(longer)}`
}

/** effect/cli has texts for some values instead of types: internal/parser.ts and Param.ts, 4.1.0. */
const invalidValue = (
  { expected, kind, option, value }: CliError.InvalidValue,
  { usage }: Messages
): string => {
  const name = kind === "flag" ? `--${option}` : option
  if (/^\d+ occurrences$/.test(value)) return usage.repeated(name)
  if (expected.startsWith("omit the value")) return usage.noValue(`--no-${option}`)
  if (value === "" && /^<.*>$/.test(expected)) return usage.missingValue(name, expected)
  // What is expected of a flag of Flag.Boolean; ours have their own texts (flags/Kind).
  const shown = /"true" \|/.test(expected) ? usage.onOff : expected
  return usage.invalidValue(name, escape(value), shown)
}

/** One sentence for what is wrong with a command line. */
export const explain = (error: CliError.CliError, messages: Messages): string => {
  const { usage } = messages
  switch (error._tag) {
    case "UnrecognizedOption":
      return usage.unknownOption(escape(error.option)) + suggest(error.suggestions, messages)
    case "UnknownSubcommand":
      return usage.unknownCommand(escape(error.subcommand)) + suggest(error.suggestions, messages)
    case "InvalidValue":
      return invalidValue(error, messages)
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
