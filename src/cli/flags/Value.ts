/** The value of a flag or of its variable: parsed by its kind, or a usage error that names where it was given. */
import { Config, Effect, Option } from "effect"
import { CliError } from "effect/cli"
import type { Language } from "../Language.ts"
import type { Kind } from "./Kind.ts"

/** Parses a value; the usage error names where it was given, a flag or a variable. */
export const parsed = <A>(
  text: string,
  source: Pick<CliError.InvalidValue, "option" | "kind">,
  { expected, parse }: Kind<A>,
  language: Language
): Effect.Effect<A, CliError.InvalidValue> => {
  const value = parse(text)
  return value === undefined
    ? Effect.fail(
        new CliError.InvalidValue({ ...source, value: text, expected: expected[language] })
      )
    : Effect.succeed(value)
}

/** The value of a variable; an empty one counts as not set. */
export const fromVariable = <A>(
  variable: string | undefined,
  kind: Kind<A>,
  language: Language
): Effect.Effect<Option.Option<A>, CliError.InvalidValue> =>
  variable === undefined
    ? Effect.succeedNone
    : Config.option(Config.String(variable)).pipe(
        Effect.orElseSucceed(() => Option.none<string>()),
        Effect.map(Option.filter((text) => text !== "")),
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.succeedNone,
            // With `argument` the usage error names the variable as it is, without the dashes of a flag.
            onSome: (text) =>
              Effect.asSome(parsed(text, { option: variable, kind: "argument" }, kind, language))
          })
        )
      )
