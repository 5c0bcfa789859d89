/**
 * How a command is declared: its names, what it is for, its arguments. A declaration gives the command's type, parser,
 * printer, arity, documentation and schema. The declarations: FileCommands, ServerCommands and ConnectionCommands;
 * finding the command that a client wrote: Parser.ts.
 */
import type { Schema } from "effect"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import { type Argument, type ArgumentDocs, type Args, arityOf, readBytes } from "./Argument.ts"

/**
 * Who answers a command: `query`, Router.ts, in the same way for every connection; `connection`, the connection's own
 * server/Session.ts; `transaction`, what queues the connection's requests between MULTI and EXEC; `subscription`, for
 * commands by which the connection follows changes or waits for one, server/subscriptions/.
 */
export type Class = "query" | "connection" | "transaction" | "subscription"

/** What commands are about; in redis-cli `help @arquivos` lists a group. */
export type Group = "arquivos" | "servidor" | "conexao"

/** A command's documentation for people: `help enviar_arquivo` in redis-cli shows it. */
export interface Documentation {
  /** One sentence, in Portuguese. */
  readonly summary: string
  readonly group: Group
  /** The first version of this server that has the command. */
  readonly since: string
  readonly arguments: ReadonlyArray<ArgumentDocs>
}

/** What COMMAND INFO says of a command, where programs may look for it. */
export interface Details {
  readonly flags: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  /** Where its keys stand, where their position does not say so. */
  readonly keys?: KeySpecification
}

/** Where keys begin, and how they go on (redis.io, Command key specifications). */
export interface KeySpecification {
  readonly begin: readonly [
    type: string,
    ...spec: ReadonlyArray<readonly [string, string | number]>
  ]
  readonly find: ReadonlyArray<readonly [string, number]>
}

/** The values of a command's arguments, with the command's tag. */
export type Tagged<Tag extends string, Values> = { readonly _tag: Tag } & Values

/** A declared command; `Values` are those of its arguments. */
export interface Spec<C extends Class, Values> {
  readonly class: C
  /** In lower case, the canonical one first; `client setname` is a subcommand. Case does not matter on the wire. */
  readonly names: readonly [string, ...Array<string>]
  readonly docs: Documentation
  /** As Redis has them; made from the group unless given. */
  readonly details: Details | undefined
  /** How many arguments follow the name, at least and at most. */
  readonly arity: readonly [least: number, most: number]
  /** Whether it is answered before the password is given (Redis's flag no_auth). */
  readonly needsNoPassword: boolean
  /** The schema of each value. */
  readonly fields: Readonly<Record<string, Schema.Codec<unknown, unknown>>>
  /** Makes the parser of the arguments. The caller checks their number against `arity` first. */
  readonly parser: <Tag extends string>(
    tag: Tag
  ) => (args: Args) => Tagged<Tag, Values> | CommandError
  /** Writes the arguments, which the parser reads back as the same values. */
  readonly print: (values: Values) => Args
}

type Fields = Readonly<Record<string, Argument<unknown>>>

/** The values of some arguments. */
type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K]["schema"]["Type"] }

interface Common {
  readonly names: readonly [string, ...Array<string>]
  readonly summary: string
  readonly needsNoPassword?: boolean
  readonly details?: Details
  /** Whether the parser is given too many arguments as well, because Redis replies with another error than WrongArity. */
  readonly acceptsExtraArguments?: boolean
}

/** A command whose parser and printer are made from its arguments. */
interface Regular<F extends Fields> extends Common {
  /** In the order in which they are written; the keys are those of the values. */
  readonly args: F
  /** Parses the arguments instead, where Redis parses this command unlike any other. */
  readonly parse?: (args: Args) => ValuesOf<F> | CommandError
}

/** A command with a parser and a printer of its own. */
interface Irregular<Values> extends Common {
  readonly fields: { readonly [K in keyof Values]: Schema.Codec<Values[K], unknown> }
  readonly docs: ReadonlyArray<ArgumentDocs>
  readonly parse: (args: Args) => Values | CommandError
  readonly print: (values: Values) => Args
}

/** The functions that declare commands of a group. */
export const commandsAbout = (group: Group) => ({
  /** Declares a command of class `query`. */
  query: regular("query", group),
  /** Declares a command of class `connection`. */
  connection: regular("connection", group),
  /** Declares a command of class `transaction`. */
  transaction: regular("transaction", group),
  /** Declares a command of class `subscription`. */
  subscription: regular("subscription", group),
  /** Declares a command of class `connection` with a parser and a printer of its own. */
  irregular: irregular("connection", group),
  /** Declares a command of class `query` with a parser and a printer of its own. */
  irregularQuery: irregular("query", group),
  /** Declares a command of class `subscription` with a parser and a printer of its own. */
  irregularSubscription: irregular("subscription", group),
  /** Documents a name that is not a command by itself and needs a subcommand, such as `client`. */
  container: (summary: string): Documentation => documentation(group, summary, [])
})

const documentation = (
  group: Group,
  summary: string,
  args: ReadonlyArray<ArgumentDocs>
): Documentation => ({ summary, group, since: "0.1.0", arguments: args })

const common = <C extends Class>(
  ofClass: C,
  group: Group,
  { names, needsNoPassword = false, acceptsExtraArguments = false, details, summary }: Common,
  docs: ReadonlyArray<ArgumentDocs>
) => {
  const [least, most] = arityOf(docs)
  return {
    class: ofClass,
    names,
    docs: documentation(group, summary, docs),
    details,
    arity: [least, acceptsExtraArguments ? Number.POSITIVE_INFINITY : most] as const,
    needsNoPassword
  }
}

const irregular =
  <C extends Class>(ofClass: C, group: Group) =>
  <Values>(declaration: Irregular<Values>): Spec<C, Values> => ({
    ...common(ofClass, group, declaration, declaration.docs),
    fields: declaration.fields,
    parser: withTag(declaration.parse),
    print: declaration.print
  })

const regular =
  <C extends Class>(ofClass: C, group: Group) =>
  <const F extends Fields>(declaration: Regular<F>): Spec<C, ValuesOf<F>> => {
    const fields = fieldsOf(declaration.args)
    return {
      ...common(
        ofClass,
        group,
        declaration,
        fields.map(({ docs }) => docs)
      ),
      fields: schemasOf(declaration.args),
      parser:
        declaration.parse === undefined
          ? (tag) => fieldsParser(tag, declaration.args)
          : withTag(declaration.parse),
      print: (values) => printFields(fields, values)
    }
  }

/** An argument, the key of its value, and its token, "" where it has none. */
interface Field extends Argument<unknown> {
  readonly key: string
  readonly token: string
}

const fieldsOf = (args: Fields): ReadonlyArray<Field> =>
  Object.entries(args).map(([key, argument]) => ({
    ...argument,
    key,
    token: argument.docs.token ?? ""
  }))

const schemasOf = (args: Fields) =>
  Object.fromEntries(Object.entries(args).map(([key, { schema }]) => [key, schema]))

const withTag =
  <Values>(parse: (args: Args) => Values | CommandError) =>
  <Tag extends string>(tag: Tag) =>
  (args: Args): Tagged<Tag, Values> | CommandError => {
    const values = parse(args)
    return values instanceof Error ? values : { _tag: tag, ...values }
  }

const fieldsParser = <Tag extends string, F extends Fields>(
  tag: Tag,
  args: F
): ((args: Args) => Tagged<Tag, ValuesOf<F>> | CommandError) => {
  const fields = fieldsOf(args)
  const [first, ...others] = fields
  const parse =
    first === undefined
      ? noArgumentsParser(tag)
      : first.key === "name" && first.read === readBytes && others.length === 0
        ? nameParser(tag)
        : anyFieldsParser(tag, fields)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each key gets what its own argument read
  return parse as (args: Args) => Tagged<Tag, ValuesOf<F>> | CommandError
}

const noArgumentsParser = (tag: string) => {
  const command = { _tag: tag }
  return () => command
}

/** For GET and other commands with only a name: 76 ns a command with this parser, 92 with `anyFieldsParser` (Node 26.10). */
const nameParser = (tag: string) => (args: Args) => ({ _tag: tag, name: args[0] })

const anyFieldsParser = (tag: string, fields: ReadonlyArray<Field>) => {
  const required = fields.filter(({ place }) => place === "required").length
  const takesOptional = fields.some(({ place }) => place === "optional")
  const tokens = fields.filter(({ place }) => place === "option").map(({ token }) => token)
  return (args: Args): unknown => {
    const optional = takesOptional ? (args.length - required) % 2 : 0
    const options = tokens.length === 0 ? noOptions : readOptions(args, required + optional, tokens)
    if (options instanceof Error) return options
    const command: Record<string, unknown> = { _tag: tag }
    let index = 0
    for (const field of fields) {
      if (field.place === "rest") {
        command[field.key] = args.slice(index)
        continue
      }
      const arg =
        field.place === "option"
          ? options.get(field.token)
          : field.place === "required" || optional === 1
            ? args[index++]
            : undefined
      const value = arg === undefined ? field.absent : field.read(arg)
      if (value === undefined && arg !== undefined) return field.error(field.token)
      command[field.key] = value
    }
    return command
  }
}

const noOptions: ReadonlyMap<string, ByteString.ByteString> = new Map()

/** The options from index `start` on: pairs of a token and its value. */
const readOptions = (
  args: Args,
  start: number,
  tokens: ReadonlyArray<string>
): ReadonlyMap<string, ByteString.ByteString> | CommandError => {
  if (args.length <= start) return noOptions
  const found = new Map<string, ByteString.ByteString>()
  for (let index = start; index < args.length; index += 2) {
    const written = args[index] ?? ByteString.unsafe("")
    const token = written.toUpperCase()
    const value = args[index + 1]
    if (!tokens.includes(token) || value === undefined || found.has(token)) {
      return new BadArgument({ text: sentence("invalidOption", ByteString.printable(written)) })
    }
    found.set(token, value)
  }
  return found
}

/** Numbers are written in decimal, byte strings as they are. */
const write = (value: unknown): ByteString.ByteString => ByteString.unsafe(String(value))

const printFields = (fields: ReadonlyArray<Field>, values: Readonly<Record<string, unknown>>) => {
  const args: Array<ByteString.ByteString> = []
  for (const { absent, key, place, token } of fields) {
    const value = values[key]
    if (Array.isArray(value)) for (const item of value) args.push(write(item))
    else if (value !== absent) {
      if (place === "option") args.push(ByteString.unsafe(token))
      args.push(write(value))
    }
  }
  return args
}
