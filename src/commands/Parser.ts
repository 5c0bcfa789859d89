/**
 * Parses a command: looks up its name, or that of a subcommand, and checks the number of arguments. Parsing the
 * arguments is left to the declarations (Spec.ts), framing to codec/, answering to Router.ts and server/Session.ts.
 */
import * as ByteString from "../domain/ByteString.ts"
import {
  BadArgument,
  type CommandError,
  ReadOnlyServer,
  UnknownCommand,
  UnknownSubcommand,
  WrongArity
} from "../domain/Errors.ts"
import type { Args } from "./Argument.ts"
import { type Case, type Command, specs, type Tag, tags, type Values, wireName } from "./Command.ts"
import type { Class, Spec } from "./Spec.ts"
import { writingVerbs } from "./WritingVerbs.ts"

/** One name of a command; COMMAND lists each as a command of its own. */
export interface Entry {
  readonly tag: Tag
  /** In lower case; `client setname` is a subcommand. */
  readonly name: string
  /** How many arguments follow the name, at least and at most. */
  readonly arity: readonly [least: number, most: number]
}

interface NamedParser extends Entry {
  readonly parse: (args: Args) => Command | CommandError
}

/** Clients of Pub/Sub expect its errors of these: with another number of arguments than two they are wrong, not refused. */
const takesTwo: ReadonlySet<string> = new Set(["publish", "spublish"])

const empty = ByteString.unsafe("")

const parsers: ReadonlyArray<NamedParser> = tags.flatMap((tag) => {
  const { arity, names, parser } = specs[tag]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a tag's parser returns that tag's command
  const parse = parser(tag) as NamedParser["parse"]
  return names.map((name) => ({ tag, name, arity, parse }))
})
const isSubcommand = (name: string): boolean => name.includes(" ")
// Clients choose the names that are looked up: a Map, because a plain object has a `constructor`.
const byName = (parsers: ReadonlyArray<NamedParser>): ReadonlyMap<string, NamedParser> =>
  new Map(parsers.map((parser) => [parser.name, parser]))
// Two maps, because one argument with a space in it does not name a subcommand.
const commands = byName(parsers.filter(({ name }) => !isSubcommand(name)))
const subcommandsByName = byName(parsers.filter(({ name }) => isSubcommand(name)))
/** The names, in lower case, that have subcommands: the next argument is part of the command's name. */
export const containers: ReadonlySet<string> = new Set(
  parsers
    .map(({ name }) => name)
    .filter(isSubcommand)
    .map((name) => name.slice(0, name.indexOf(" ")))
)

/** Every name of every command, without subcommands. */
export const entries: ReadonlyArray<Entry> = parsers.filter(({ name }) => !isSubcommand(name))

/** The subcommands of a container, each with its whole name. */
export const subcommands = (container: string): ReadonlyArray<Entry> =>
  parsers.filter(({ name }) => name.startsWith(`${container} `))

/**
 * The name that was found last, as it was written, and its parser; no name that has subcommands. Who asks for one file asks
 * for others, and to look a name up, in lower case and in two tables, took a fifth of the time to decode `GET` and a name.
 */
let lastName = empty
let lastParser: NamedParser | undefined

/** The command in `args`, which begin with its name; or the error that answers it. Without any, the command is unknown. */
export const parse = (args: Args): Command | CommandError => {
  const first = args[0] ?? empty
  if (lastParser !== undefined && first === lastName) return parseArgs(lastParser, args.slice(1))
  const name = first.toLowerCase()
  const parser = commands.get(name)
  if (containers.has(name)) {
    const second = args[1]
    if (second !== undefined) return parseSubcommand(name, second, args.slice(2))
    if (parser === undefined) return new WrongArity({ name })
  } else if (parser !== undefined) {
    lastName = ByteString.ownCopy(first)
    lastParser = parser
  }
  if (parser !== undefined) return parseArgs(parser, args.slice(1))
  if (!writingVerbs.has(name)) return new UnknownCommand({ name: ByteString.printable(first) })
  return args.length === 3 || !takesTwo.has(name)
    ? new ReadOnlyServer({ name })
    : new WrongArity({ name })
}

const parseSubcommand = (
  container: string,
  second: ByteString.ByteString,
  args: Args
): Command | CommandError => {
  const parser = subcommandsByName.get(`${container} ${second.toLowerCase()}`)
  return parser === undefined
    ? new UnknownSubcommand({ container, name: ByteString.printable(second) })
    : parseArgs(parser, args)
}

const parseArgs = (
  { arity: [least, most], name, parse, tag }: NamedParser,
  args: Args
): Command | CommandError => {
  if (args.length < least || args.length > most) {
    return new WrongArity({ name: name.replace(" ", "|") })
  }
  const parsed = parse(args)
  // Not `instanceof`, which asks the class, and it is a Proxy (withoutStack): 0.1 to 0.2 µs for each command.
  return parsed._tag === "BadArgument"
    ? new BadArgument({ text: parsed.text, command: wireName(tag) })
    : parsed
}

/** A command as it is written, beginning with its canonical name; `parse` reads it back as the same command. */
export const print = <T extends Tag>(command: Case<T>): Args => {
  const { names, print }: Spec<Class, Values<T>> = specs[command._tag]
  return [...names[0].split(" ").map(ByteString.unsafe), ...print(command)]
}
