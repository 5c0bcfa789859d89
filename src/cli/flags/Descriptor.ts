/**
 * What a flag is, said once: from its descriptor come the flag of effect/cli, with its environment variable and its
 * default; its line in `--help`; its row in the READMEs' tables; and how `server.started` tells it. What a value is
 * used for is not known here.
 */
import { Config, Option, Struct } from "effect"
import { Flag } from "effect/cli"
import type { Language, Localized } from "../Language.ts"
import type { Kind } from "./Kind.ts"

/** What is said of every flag. */
interface Spec {
  /** Without its dashes. */
  readonly name: string
  /** `false` for what is never taken from the environment, such as the question itself. */
  readonly variable?: false
  /** What it is for, as `--help` says it, which adds variable and default by itself. */
  readonly help: Localized
  /** Where the READMEs say more than `--help`, in Markdown. */
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
  /** Its row in the READMEs, in Markdown. */
  readonly readme: {
    readonly default: Localized
    readonly text: Localized
    readonly operands: Localized
  }
  /** The flag, with its help in this language. */
  readonly flag: (language: Language) => Flag.Flag<A>
  /** The value as the log tells it; `undefined` where there is nothing to tell. A method, so that `tell` can go through many. */
  tell(value: A): unknown
}

/** Flags of a command, by the names that the program gives their values. */
export type Descriptors = Readonly<Record<string, Descriptor<unknown>>>

/** The values of flags. */
export type Values<Flags extends Descriptors> = {
  readonly [Name in keyof Flags]: Flags[Name] extends Descriptor<infer A> ? A : never
}

/** The first letter small, unless it begins an abbreviation, as in `PEM` and `S3`. */
const uncapitalized = (sentence: string): string =>
  sentence.replace(/^\p{Lu}(?!\p{Lu}|\d)/u, (letter) => letter.toLowerCase())

const localized = (make: (language: Language) => string): Localized => ({
  pt: make("pt"),
  en: make("en")
})

const nothing = localized(() => "")

/** What descriptors of every form have; `note` is what help says of the default, `fallback` what the READMEs say. */
const describe = ({ help, name, readme, variable }: Spec, fallback: Localized, note = nothing) => {
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

/** A flag that always has a value. Its default is written as people would write it. */
export const setting = <A>(
  spec: Spec & { readonly kind: Kind<A>; readonly default: string }
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
    tell: (value) => kind.tell?.(value) ?? value
  }
}

/** A flag that may be left out; `without` says what holds then. */
export const optional = <A>(
  spec: Spec & { readonly kind: Kind<A>; readonly without?: Localized }
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
    tell: Option.match({
      onNone: () => undefined,
      onSome: (value) => kind.tell?.(value) ?? value
    })
  }
}

/** A flag that is on where it is given, or where its variable is true. */
export const toggle = (spec: Spec): Descriptor<boolean> => {
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
    tell: (value) => value
  }
}

interface InLanguage extends Struct.Lambda {
  <A>(descriptor: Descriptor<A>): Flag.Flag<A>
  readonly "~lambda.out": this["~lambda.in"] extends Descriptor<infer A> ? Flag.Flag<A> : never
}

/** The flags of a command, with their help in this language. */
export const flagsIn = (language: Language) =>
  Struct.map(Struct.lambda<InLanguage>((descriptor) => descriptor.flag(language)))

/** Every value that there is, as the log tells it, under its name in the snake case of logs. */
export const tell = <Flags extends Descriptors>(
  flags: Flags,
  values: Values<Flags>
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(flags).flatMap(([name, descriptor]) => {
      const told = descriptor.tell(values[name])
      const field = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      return told === undefined ? [] : [[field, told]]
    })
  )
