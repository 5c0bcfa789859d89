/**
 * A flag, declared once. From its descriptor come the flag of effect/cli with its environment variable and default, its
 * line in `--help`, its row in the tables of flags of the documentation, and its field in the event `server.started`.
 * What a value is used for: serve/RunServer, client/ClientCommand.
 */
import { Config, Option, Struct } from "effect"
import { Flag } from "effect/cli"
import type { Language, Localized } from "../Language.ts"
import type { Kind } from "./Kind.ts"

/** What every flag has. */
interface FlagOptions {
  /** Without its dashes. */
  readonly name: string
  /** `false` for what is never taken from the environment, such as the question itself. */
  readonly variable?: false
  /** What it is for, as `--help` says it, which adds variable and default by itself. */
  readonly help: Localized
  /** What the documentation's table says instead of `--help`'s text, in Markdown. */
  readonly readme?: {
    readonly text?: Localized
    readonly default?: Localized
    /** What follows the flag on a command line. */
    readonly operands?: Localized
  }
}

/** A flag whose value is an `A`. */
export interface Descriptor<A> {
  readonly name: string
  /** `APP_` and the name; `undefined` where the environment is not looked at. */
  readonly variable: string | undefined
  /** Its row in the documentation's table, in Markdown. */
  readonly readme: {
    readonly default: Localized
    readonly text: Localized
    readonly operands: Localized
  }
  /** The flag, with its help in this language. */
  readonly flag: (language: Language) => Flag.Flag<A>
  /** The value as the log has it; `undefined` for none. A method, so that `logFields` can take descriptors of any `A`. */
  toLog(value: A): unknown
}

/** The flags of a command, by the names of their values in the program. */
export type Descriptors = Readonly<Record<string, Descriptor<unknown>>>

/** The values of flags. */
export type Values<Flags extends Descriptors> = {
  readonly [Name in keyof Flags]: Flags[Name] extends Descriptor<infer A> ? A : never
}

/** The sentence with its first letter in lower case, unless it begins an abbreviation such as `PEM` or `S3`. */
const uncapitalized = (sentence: string): string =>
  sentence.replace(/^\p{Lu}(?!\p{Lu}|\d)/u, (letter) => letter.toLowerCase())

const localized = (make: (language: Language) => string): Localized => ({
  pt: make("pt"),
  en: make("en")
})

const nothing = localized(() => "")

/** The parts that every descriptor has. `note` is the default as `--help` shows it, `fallback` as the table shows it. */
const describe = (
  { help, name, readme, variable }: FlagOptions,
  fallback: Localized,
  note = nothing
) => {
  const fromEnvironment =
    variable === false ? undefined : `APP_${name.toUpperCase().replaceAll("-", "_")}`
  return {
    name,
    variable: fromEnvironment,
    readme: {
      default: readme?.default ?? fallback,
      text: readme?.text ?? localized((language) => uncapitalized(help[language])),
      operands: readme?.operands ?? nothing
    },
    description: (language: Language): string =>
      fromEnvironment === undefined
        ? help[language]
        : `${help[language]} [${[fromEnvironment, note[language]].filter((part) => part !== "").join(", ")}]`
  }
}

const textFlag = (name: string, variable: string | undefined): Flag.Flag<string> =>
  variable === undefined
    ? Flag.String(name)
    : Flag.withFallbackConfig(Flag.String(name), Config.String(variable))

const parsed = <A>(flag: Flag.Flag<string>, { expected, parse }: Kind<A>, language: Language) =>
  Flag.filterMap(
    flag,
    (text) => Option.fromUndefinedOr(parse(text)),
    () => expected[language]
  )

const presented = <A>(flag: Flag.Flag<A>, description: string, metavar: string | undefined) =>
  Flag.withDescription(metavar === undefined ? flag : Flag.withMetavar(flag, metavar), description)

/** A flag with a default, which is written as on the command line. */
export const setting = <A>(
  spec: FlagOptions & { readonly kind: Kind<A>; readonly default: string }
): Descriptor<A> => {
  const { kind } = spec
  const { description, ...common } = describe(
    spec,
    localized(() => `\`${spec.default}\``),
    { pt: `padrão ${spec.default}`, en: `default ${spec.default}` }
  )
  return {
    ...common,
    flag: (language) =>
      presented(
        parsed(
          Flag.withDefault(textFlag(spec.name, common.variable), spec.default),
          kind,
          language
        ),
        description(language),
        kind.metavar
      ),
    toLog: (value) => kind.toLog?.(value) ?? value
  }
}

/** A flag without a default; `without` says what holds where it is not given. */
export const optional = <A>(
  spec: FlagOptions & { readonly kind: Kind<A>; readonly without?: Localized }
): Descriptor<Option.Option<A>> => {
  const { kind, without = nothing } = spec
  const { description, ...common } = describe(spec, without, without)
  return {
    ...common,
    flag: (language) =>
      presented(
        Flag.optional(parsed(textFlag(spec.name, common.variable), kind, language)),
        description(language),
        kind.metavar
      ),
    toLog: Option.match({
      onNone: () => undefined,
      onSome: (value) => kind.toLog?.(value) ?? value
    })
  }
}

/** A flag that may be given several times, or with several values and commas between them; none unless given. */
export const repeated = <A extends string>(
  spec: FlagOptions & { readonly kind: Kind<A> }
): Descriptor<ReadonlyArray<A>> => {
  const { kind, name } = spec
  const { description, ...common } = describe(spec, nothing)
  const { variable } = common
  const parseAll = (texts: ReadonlyArray<string>): Option.Option<ReadonlyArray<A>> =>
    Option.all(
      texts
        .flatMap((text) => text.split(","))
        .map((text) => Option.fromUndefinedOr(kind.parse(text.trim())))
    )
  return {
    ...common,
    flag: (language) => {
      const given = Flag.atLeast(Flag.String(name), 1)
      const texts =
        variable === undefined
          ? given
          : Flag.withFallbackConfig(
              given,
              Config.map(Config.String(variable), (text): ReadonlyArray<string> => [text])
            )
      return presented(
        Flag.filterMap(
          Flag.map(
            Flag.optional(texts),
            Option.getOrElse((): ReadonlyArray<string> => [])
          ),
          parseAll,
          () => kind.expected[language]
        ),
        description(language),
        kind.metavar
      )
    },
    toLog: (values) => (values.length === 0 ? undefined : values.join(","))
  }
}

/** A flag without a value: on where it is given, or where its variable is true. */
export const toggle = (spec: FlagOptions): Descriptor<boolean> => {
  const { description, ...common } = describe(spec, { pt: "desligada", en: "off" })
  const { variable } = common
  return {
    ...common,
    flag: (language) =>
      presented(
        (variable === undefined
          ? Flag.Boolean(spec.name)
          : Flag.withFallbackConfig(Flag.Boolean(spec.name), Config.Boolean(variable))
        ).pipe(Flag.withDefault(false)),
        description(language),
        undefined
      ),
    toLog: (value) => value
  }
}

interface InLanguage extends Struct.Lambda {
  <A>(descriptor: Descriptor<A>): Flag.Flag<A>
  readonly "~lambda.out": this["~lambda.in"] extends Descriptor<infer A> ? Flag.Flag<A> : never
}

/** The flags of a command, with their help in this language. */
export const flagsIn = (language: Language) =>
  Struct.map(Struct.lambda<InLanguage>((descriptor) => descriptor.flag(language)))

/** The values as fields of a log event, under their names in snake case; a flag without a value has no field. */
export const logFields = <Flags extends Descriptors>(
  flags: Flags,
  values: Values<Flags>
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(flags).flatMap(([name, descriptor]) => {
      const value = descriptor.toLog(values[name])
      const field = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      return value === undefined ? [] : [[field, value]]
    })
  )
