/**
 * The kinds of arguments that commands have: each with its place among the others, its values, and its documentation.
 * Reads one argument at a time; the arguments of a command together: Spec.ts.
 */
import { Schema } from "effect"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"

/** What follows a command's name, in order. */
export type Args = ReadonlyArray<ByteString.ByteString>

/** The documentation of an argument, in the terms of Redis (redis.io, COMMAND DOCS). */
export interface ArgumentDocs {
  readonly name: string
  readonly type: "string" | "integer" | "key" | "pattern" | "pure-token" | "oneof" | "block"
  /** The fixed text before the argument; for `pure-token`, the whole argument. */
  readonly token?: string
  readonly optional?: boolean
  readonly multiple?: boolean
  /** The alternatives of `oneof`, the parts of `block`. */
  readonly arguments?: ReadonlyArray<ArgumentDocs>
}

/**
 * An argument whose value is an `A`. A command has its required arguments first, then one optional argument or the
 * rest, then its options: pairs of a token and a value, in any order, each at most once.
 */
export interface Argument<out A> {
  readonly place: "required" | "optional" | "option" | "rest"
  readonly docs: ArgumentDocs
  /** The schema of its value. */
  readonly schema: Schema.Codec<A, unknown>
  /** The value of the argument as it was written; `undefined` where that is not valid. */
  readonly read: (arg: ByteString.ByteString) => unknown
  /** The error for an argument that is not valid; `token` is the option's name. */
  readonly error: (token: string) => CommandError
  /** The value if the argument is left out. */
  readonly absent: A | undefined
}

/** Redis's answer to an argument that it does not know or that is in the wrong place. */
export const syntaxError = new BadArgument({ text: sentence("syntaxError") })
/** Redis's answer to an argument that should be an integer. */
export const notAnInteger = new BadArgument({ text: sentence("notAnInteger") })

/** An integer of at least `minimum`, up to 2^53 - 1. */
export const integerFrom = (minimum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum: Number.MAX_SAFE_INTEGER }))

/** An integer as Redis reads them (util.c, string2ll): decimal, no sign but `-`, no leading zero; here up to ±(2^53 - 1). */
export const readInteger = (arg: ByteString.ByteString): number | undefined => {
  if (!/^(?:0|-?[1-9][0-9]{0,15})$/.test(arg)) return undefined
  const value = Number(arg)
  return Number.isSafeInteger(value) ? value : undefined
}

const readCount = (arg: ByteString.ByteString): number | undefined => {
  const value = readInteger(arg)
  return value === undefined || value < 0 ? undefined : value
}

/** Reads an argument whose value is the argument itself. */
export const readBytes = (arg: ByteString.ByteString): ByteString.ByteString => arg

/** A required argument of any bytes. */
export const text = (
  name: string,
  type: ArgumentDocs["type"] = "string"
): Argument<ByteString.ByteString> => ({
  place: "required",
  docs: { name, type },
  schema: ByteString.ByteString,
  read: readBytes,
  error: () => syntaxError,
  absent: undefined
})

/** A file's name. Its type is `key`: clients of a cluster find keys by it (redis.io, COMMAND INFO, key positions). */
export const file = text("nome", "key")

/** A pattern of names. */
export const pattern = text("padrão", "pattern")

/** An integer of at least `minimum` in an argument that Redis has too; refused with Redis's message. */
export const integer = (name: string, minimum = Number.MIN_SAFE_INTEGER): Argument<number> => ({
  place: "required",
  docs: { name, type: "integer" },
  schema: integerFrom(minimum),
  read: (arg) => {
    const value = readInteger(arg)
    return value === undefined || value < minimum ? undefined : value
  },
  error: () => notAnInteger,
  absent: undefined
})

/** An integer, zero or greater, in an option of this server's own; refused with a message in Portuguese. */
export const count = (name: string): Argument<number> => ({
  place: "required",
  docs: { name, type: "integer" },
  schema: integerFrom(0),
  read: readCount,
  error: (token) => new BadArgument({ text: sentence("notACount", token) }),
  absent: undefined
})

/** One of `choices`, which are in lower case, as the value is; it may be written in any case. */
export const oneOf = <const Choices extends ReadonlyArray<string>>(
  name: string,
  ...choices: Choices
): Argument<Choices[number]> => ({
  place: "required",
  docs: {
    name,
    type: "oneof",
    arguments: choices.map((choice) => ({
      name: choice,
      type: "pure-token",
      token: choice.toUpperCase()
    }))
  },
  schema: Schema.Literals(choices),
  read: (arg) => choices.find((choice) => choice === arg.toLowerCase()),
  error: () => syntaxError,
  absent: undefined
})

/**
 * An argument that may be left out. It is present if an odd number of arguments follows the required ones, because
 * options come in pairs.
 */
export const optional = <A>(argument: Argument<A>): Argument<A | undefined> => ({
  ...argument,
  place: "optional",
  docs: { ...argument.docs, optional: true },
  schema: Schema.UndefinedOr(argument.schema)
})

const optionDocs = (token: string, docs: ArgumentDocs): ArgumentDocs => ({
  ...docs,
  token,
  optional: true
})

/** An option: `token`, in upper case, then a value. The client may write the token in any case. */
export const option = <A>(token: string, argument: Argument<A>): Argument<A | undefined> => ({
  ...argument,
  place: "option",
  docs: optionDocs(token, argument.docs),
  schema: Schema.UndefinedOr(argument.schema)
})

/** An option whose value is `defaultValue` if it is left out. */
export const optionOr = <A>(
  token: string,
  argument: Argument<A>,
  defaultValue: A
): Argument<A> => ({
  ...argument,
  place: "option",
  docs: optionDocs(token, argument.docs),
  absent: defaultValue
})

/** All remaining arguments, at least one. */
export const several = (
  argument: Argument<ByteString.ByteString>
): Argument<readonly [ByteString.ByteString, ...Array<ByteString.ByteString>]> => ({
  ...argument,
  place: "rest",
  docs: { ...argument.docs, multiple: true },
  schema: Schema.NonEmptyArray(argument.schema),
  absent: undefined
})

/** All remaining arguments, possibly none. */
export const any = (
  argument: Argument<ByteString.ByteString>
): Argument<ReadonlyArray<ByteString.ByteString>> => ({
  ...argument,
  place: "rest",
  docs: { ...argument.docs, multiple: true, optional: true },
  schema: Schema.Array(argument.schema),
  absent: []
})

type Arity = readonly [least: number, most: number]

/** How many arguments follow a command's name on the wire, at least and at most; a token counts. */
export const arityOf = (docs: ReadonlyArray<ArgumentDocs>): Arity => [
  docs.reduce((sum, one) => sum + sizeOf(one)[0], 0),
  docs.reduce((sum, one) => sum + sizeOf(one)[1], 0)
]

const sizeOf = ({
  arguments: parts = [],
  multiple,
  optional,
  token,
  type
}: ArgumentDocs): Arity => {
  const [least, most] = valueSize(type, parts)
  const tokens = token === undefined ? 0 : 1
  return [
    optional === true ? 0 : least + tokens,
    multiple === true ? Number.POSITIVE_INFINITY : most + tokens
  ]
}

const valueSize = (type: ArgumentDocs["type"], parts: ReadonlyArray<ArgumentDocs>): Arity => {
  switch (type) {
    case "pure-token":
      return [0, 0]
    case "block":
      return arityOf(parts)
    case "oneof": {
      const sizes = parts.map(sizeOf)
      return [
        Math.min(...sizes.map(([least]) => least)),
        Math.max(...sizes.map(([, most]) => most))
      ]
    }
    default:
      return [1, 1]
  }
}
