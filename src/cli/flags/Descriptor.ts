/**
 * A flag, declared once. From its descriptor come the flag of effect/cli with its environment variable and default, its
 * line in `--help`, its row in the tables of flags of the documentation, and its field in the event `server.started`.
 * What a value is used for: serve/RunServer, client/RunClient.
 */
import { Effect, Option, Struct } from "effect"
import { Flag } from "effect/cli"
import type { Layout } from "../usage/HelpPage.ts"
import type { Language, Localized } from "../Language.ts"
import { type Kind, onOff } from "./Kind.ts"
import { fromVariable, parsed } from "./Value.ts"

/** What every flag has. */
interface FlagOptions {
  /** Without its dashes. */
  readonly name: string
  /** A single letter that may stand for the name, without its dash. */
  readonly alias?: string
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

/** The row of a flag in the documentation's table, in Markdown. */
export interface TableRow {
  readonly default: Localized
  readonly text: Localized
  readonly operands: Localized
}

/** A flag whose value is an `A`. */
export interface Descriptor<A> {
  readonly name: string
  readonly alias: string | undefined
  /** Whether a value follows it on a command line. */
  readonly takesValue: boolean
  /** `APP_` and the name; `undefined` where the environment is not looked at. */
  readonly variable: string | undefined
  /** What `--help` says of it, with its variable and its default. */
  readonly description: (language: Language) => string
  /** What stands for the value in help; `undefined` for a flag without a value. */
  readonly placeholder: Localized | undefined
  /** What a shell offers for its value (Kind). */
  readonly completion: Kind<unknown>["completion"]
  /** Its row in the documentation's table. */
  readonly readme: () => TableRow
  /** The flag, with its help in this language. */
  readonly flag: (language: Language) => Flag.Flag<A>
  /** The value as the log has it; `undefined` for none. A method, so that `logFields` can take descriptors of any `A`. */
  toLog(value: A): unknown
}

/** The flags of a command, by the names of their values in the program. */
export type Descriptors = { readonly [name: string]: Descriptor<unknown> }

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
  { alias, help, name, readme, variable }: FlagOptions,
  fallback: Localized,
  note = nothing
) => {
  const fromEnvironment =
    variable === false ? undefined : `APP_${name.toUpperCase().replaceAll("-", "_")}`
  return {
    name,
    alias,
    variable: fromEnvironment,
    // Made when it is asked for: no run of the program has a use for it.
    readme: (): TableRow => ({
      default: readme?.default ?? fallback,
      text: readme?.text ?? localized((language) => uncapitalized(help[language])),
      operands: readme?.operands ?? nothing
    }),
    description: (language: Language): string =>
      fromEnvironment === undefined
        ? help[language]
        : `${help[language]} [${[fromEnvironment, note[language]].filter((part) => part !== "").join(", ")}]`
  }
}

/** A flag of text, with its help and its alias. */
const named = <A>(
  { alias, name }: FlagOptions,
  { placeholder }: Kind<A>,
  description: (language: Language) => string,
  language: Language
): Flag.Flag<string> => {
  const flag = Flag.String(name).pipe(
    Flag.withMetavar(`<${placeholder[language]}>`),
    Flag.withDescription(description(language))
  )
  return alias === undefined ? flag : Flag.withAlias(flag, alias)
}

/** A flag whose value is parsed by its kind, or else that of its variable. */
const valueFlag = <A>(
  options: FlagOptions & { readonly kind: Kind<A> },
  { description, variable }: Pick<ReturnType<typeof describe>, "description" | "variable">,
  language: Language
): Flag.Flag<Option.Option<A>> => {
  const { kind, name } = options
  return Flag.optional(named(options, kind, description, language)).pipe(
    Flag.mapEffect(
      Option.match({
        onNone: () => fromVariable(variable, kind, language),
        onSome: (text) =>
          Effect.asSome(parsed(text, { option: name, kind: "flag" }, kind, language))
      })
    )
  )
}

/** A flag with a default, which is written as on the command line. */
export const setting = <A>(
  options: FlagOptions & { readonly kind: Kind<A>; readonly default: string }
): Descriptor<A> => {
  const { kind, name } = options
  const { description, ...common } = describe(
    options,
    localized(() => `\`${options.default}\``),
    { pt: `padrão ${options.default}`, en: `default ${options.default}` }
  )
  return {
    ...common,
    description,
    takesValue: true,
    placeholder: kind.placeholder,
    completion: kind.completion,
    flag: (language) =>
      valueFlag(options, { description, variable: common.variable }, language).pipe(
        Flag.mapEffect(
          Option.match({
            onNone: () => parsed(options.default, { option: name, kind: "flag" }, kind, language),
            onSome: Effect.succeed
          })
        )
      ),
    toLog: (value) => kind.toLog?.(value) ?? value
  }
}

/** A flag without a default; `without` says what holds where it is not given. */
export const optional = <A>(
  options: FlagOptions & { readonly kind: Kind<A>; readonly without?: Localized }
): Descriptor<Option.Option<A>> => {
  const { kind, without = nothing } = options
  const { description, ...common } = describe(options, without, without)
  return {
    ...common,
    description,
    takesValue: true,
    placeholder: kind.placeholder,
    completion: kind.completion,
    flag: (language) => valueFlag(options, { description, variable: common.variable }, language),
    toLog: Option.match({
      onNone: () => undefined,
      onSome: (value) => kind.toLog?.(value) ?? value
    })
  }
}

/** A flag that may be given several times, or with several values and commas between them; none unless given. */
export const repeated = <A extends string>(
  options: FlagOptions & { readonly kind: Kind<A> }
): Descriptor<ReadonlyArray<A>> => {
  const { name } = options
  const { expected, parse, placeholder } = options.kind
  const { description, ...common } = describe(options, nothing)
  const kind: Kind<ReadonlyArray<A>> = {
    expected,
    placeholder,
    parse: (text) =>
      Option.getOrUndefined(
        Option.all(text.split(",").map((each) => Option.fromUndefinedOr(parse(each.trim()))))
      )
  }
  return {
    ...common,
    description,
    takesValue: true,
    placeholder,
    completion: options.kind.completion,
    flag: (language) =>
      Flag.optional(Flag.atLeast(named(options, kind, description, language), 1)).pipe(
        Flag.mapEffect(
          Option.match({
            onNone: () => fromVariable(common.variable, kind, language),
            onSome: (texts) =>
              Effect.asSome(parsed(texts.join(","), { option: name, kind: "flag" }, kind, language))
          })
        ),
        Flag.map(Option.getOrElse((): ReadonlyArray<A> => []))
      ),
    toLog: (values) => (values.length === 0 ? undefined : values.join(","))
  }
}

/** A flag without a value: on where it is given, or where its variable is true. */
export const toggle = (options: FlagOptions): Descriptor<boolean> => {
  const { description, ...common } = describe(options, { pt: "desligada", en: "off" })
  return {
    ...common,
    description,
    takesValue: false,
    placeholder: undefined,
    completion: undefined,
    flag: (language) => {
      const flag = Flag.withDescription(Flag.Boolean(options.name), description(language))
      // `--no-verify` has no `--no-no-verify`: whoever wants neither leaves it out.
      const given = options.name.startsWith("no-") ? Flag.withoutNegation(flag) : flag
      return Flag.optional(given).pipe(
        Flag.mapEffect(
          Option.match({
            onNone: () =>
              Effect.map(
                fromVariable(common.variable, onOff, language),
                Option.getOrElse(() => false)
              ),
            onSome: Effect.succeed
          })
        )
      )
    },
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

/** The groups of a command's help, with the headings of these names. */
export const groupsOf = <Groups extends { readonly [name: string]: Descriptors }>(
  groups: Groups,
  headings: { readonly [Name in keyof Groups & string]: string }
): Layout["groups"] =>
  Struct.keys(groups).map((name) => ({
    heading: headings[name],
    flags: new Set(Object.values<Descriptor<unknown>>(groups[name] ?? {}).map((flag) => flag.name))
  }))

/** The values as fields of a log event, under their names in snake case; a flag without a value has no field. */
export const logFields = <Flags extends Descriptors>(
  flags: Flags,
  values: Values<Flags>
): { readonly [field: string]: unknown } =>
  Object.fromEntries(
    Object.entries(flags).flatMap(([name, descriptor]) => {
      const value = descriptor.toLog(values[name])
      const field = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      return value === undefined ? [] : [[field, value]]
    })
  )
