/**
 * How a command is declared: its names, what it is for, its arguments. From one declaration come its type, its parser
 * and its printer, its arity, its documentation and its schema. Which commands there are: FileCommands,
 * ServerCommands and ConnectionCommands; finding one by what a client wrote: Parser.ts.
 */
import type { Schema } from "effect"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { type Argument, type ArgumentDocs, type Args, arityOf, asItIs } from "./Argument.ts"

/**
 * Who answers a command: the router, alike for every connection (`query`); the connection's session (`connection`);
 * what holds back its requests (`transaction`); or, for what makes the connection a subscriber, what follows the
 * changes (`subscription`, of which there is none yet).
 */
export type Class = "query" | "connection" | "transaction" | "subscription"

/** What commands are about; `help @arquivos` lists a group. */
export type Group = "arquivos" | "servidor" | "conexao"

/** What a command is for and what it takes, for people: `help enviar_arquivo` in redis-cli shows it. */
export interface Documentation {
  readonly summary: string
  readonly group: Group
  /** The first version of this server that knows the command. */
  readonly since: string
  readonly arguments: ReadonlyArray<ArgumentDocs>
}

/** Values with the name of their command. */
export type Tagged<Tag extends string, Values> = { readonly _tag: Tag } & Values

/** A declared command whose arguments have these values. */
export interface Spec<C extends Class, Values> {
  readonly class: C
  /** In lower case, the first being the canonical one; `client setname` is a subcommand. Case does not matter on the wire. */
  readonly names: readonly [string, ...Array<string>]
  readonly docs: Documentation
  /** How many arguments follow the name, at least and at most. */
  readonly arity: readonly [least: number, most: number]
  /** Whether it may be asked before the password was given (Redis's flag no_auth). */
  readonly needsNoPassword: boolean
  /** What the values may be. */
  readonly fields: Readonly<Record<string, Schema.Codec<unknown, unknown>>>
  /** Makes what reads the arguments, whose number has been checked against `arity`. */
  readonly parser: <Tag extends string>(
    tag: Tag
  ) => (args: Args) => Tagged<Tag, Values> | CommandError
  /** Writes the arguments; what the parser reads back as the same values. */
  readonly print: (values: Values) => Args
}

type Fields = Readonly<Record<string, Argument<unknown>>>

/** The values of some arguments. */
type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K]["schema"]["Type"] }

interface Common {
  readonly names: readonly [string, ...Array<string>]
  readonly summary: string
  readonly needsNoPassword?: boolean
  /** Whether any number of arguments gets as far as the parser, because Redis refuses them with an error of its own. */
  readonly openEnded?: boolean
}

/** A command whose arguments say how it is read and written. */
interface Regular<F extends Fields> extends Common {
  /** In the order in which they are written; the keys are those of the values. */
  readonly args: F
  /** Reads the arguments in the command's own manner, where Redis's is like no other's. */
  readonly parse?: (args: Args) => ValuesOf<F> | CommandError
}

/** A command that reads and writes its arguments itself. */
interface Irregular<Values> extends Common {
  readonly fields: { readonly [K in keyof Values]: Schema.Codec<Values[K], unknown> }
  readonly docs: ReadonlyArray<ArgumentDocs>
  readonly parse: (args: Args) => Values | CommandError
  readonly print: (values: Values) => Args
}

/** The ways to declare a command of a group; each is of the class it is named for. */
export const commandsAbout = (group: Group) => ({
  /** A command that the router answers. */
  query: regular("query", group),
  /** A command that the connection's session answers. */
  connection: regular("connection", group),
  /** A command that decides when the connection's requests are answered. */
  transaction: regular("transaction", group),
  /** A command that the connection's session answers, and that reads and writes its arguments itself. */
  irregular: <Values>(declaration: Irregular<Values>): Spec<"connection", Values> => ({
    ...common("connection", group, declaration, declaration.docs),
    fields: declaration.fields,
    parser: withTag(declaration.parse),
    print: declaration.print
  }),
  /** What is told of a name that needs a second one and is no command by itself. */
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
  { names, needsNoPassword = false, openEnded = false, summary }: Common,
  docs: ReadonlyArray<ArgumentDocs>
) => {
  const [least, most] = arityOf(docs)
  return {
    class: ofClass,
    names,
    docs: documentation(group, summary, docs),
    arity: [least, openEnded ? Number.POSITIVE_INFINITY : most] as const,
    needsNoPassword
  }
}

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

/** An argument with the key of its value, and with its token, which is "" where it has none. */
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
      ? nothingParser(tag)
      : first.key === "name" && first.read === asItIs && others.length === 0
        ? nameParser(tag)
        : anyFieldsParser(tag, fields)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each key gets what its own argument read
  return parse as (args: Args) => Tagged<Tag, ValuesOf<F>> | CommandError
}

const nothingParser = (tag: string) => {
  const command = { _tag: tag }
  return () => command
}

/** GET and its like: read field by field, it took about 70 ns more of 150. */
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

/** Pairs of a token and its value from `start` on. */
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
      return new BadArgument({ text: `Opção inválida '${ByteString.printable(written)}'.` })
    }
    found.set(token, value)
  }
  return found
}

/** Numbers are written in decimal, words as they are. */
const write = (value: unknown): ByteString.ByteString => ByteString.unsafe(String(value))

const printFields = (fields: ReadonlyArray<Field>, values: Readonly<Record<string, unknown>>) =>
  fields.flatMap(({ absent, key, place, token }): Args => {
    const value = values[key]
    if (Array.isArray(value)) return value.map(write)
    if (value === absent) return []
    return place === "option" ? [ByteString.unsafe(token), write(value)] : [write(value)]
  })
