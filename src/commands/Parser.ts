/**
 * Finds the command in what a client wrote: looks up its name, that of a subcommand, and checks how many arguments
 * there are. What they mean is each declaration's to say. Knows neither how arguments are framed on a wire nor what
 * answers them.
 */
import * as ByteString from "../domain/ByteString.ts"
import {
  type CommandError,
  ReadOnlyServer,
  UnknownCommand,
  UnknownSubcommand,
  WrongArity
} from "../domain/Errors.ts"
import type { Args } from "./Argument.ts"
import { type Case, type Command, specs, type Tag, tags, type Values } from "./Command.ts"
import type { Class, Spec } from "./Spec.ts"
import { writingVerbs } from "./WritingVerbs.ts"

/** One name of one command, as a command list shows it. */
export interface Entry {
  readonly tag: Tag
  /** In lower case; `client setname` is a subcommand. */
  readonly name: string
  /** How many arguments follow the name, at least and at most. */
  readonly arity: readonly [least: number, most: number]
}

interface Reader extends Entry {
  readonly parse: (args: Args) => Command | CommandError
}

const none: Args = []
const nothing = ByteString.unsafe("")

const readers: ReadonlyArray<Reader> = tags.flatMap((tag) => {
  const { arity, names, parser } = specs[tag]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a tag's parser reads is that tag's command
  const parse = parser(tag) as Reader["parse"]
  return names.map((name) => ({ tag, name, arity, parse }))
})
const isSubcommand = (name: string): boolean => name.includes(" ")
// Names come from strangers: a Map, for a plain object would find `constructor` in itself.
const byName = (readers: ReadonlyArray<Reader>): ReadonlyMap<string, Reader> =>
  new Map(readers.map((reader) => [reader.name, reader]))
// Apart, for only two arguments name a subcommand, not one with a space in it.
const commands = byName(readers.filter(({ name }) => !isSubcommand(name)))
const subcommandsByName = byName(readers.filter(({ name }) => isSubcommand(name)))
/** The names whose next argument is part of the command's name. */
export const containers: ReadonlySet<string> = new Set(
  readers
    .map(({ name }) => name)
    .filter(isSubcommand)
    .map((name) => name.slice(0, name.indexOf(" ")))
)

/** Every name under which a command is known, subcommands left out. */
export const entries: ReadonlyArray<Entry> = readers.filter(({ name }) => !isSubcommand(name))

/** The subcommands of one container, their names whole. */
export const subcommands = (container: string): ReadonlyArray<Entry> =>
  readers.filter(({ name }) => name.startsWith(`${container} `))

/** The command in `args`, its name first, or why there is none. An empty line is an unknown command. */
export const parse = (args: Args): Command | CommandError => {
  const first = args[0] ?? nothing
  const name = first.toLowerCase()
  const reader = commands.get(name)
  if (containers.has(name)) {
    const second = args[1]
    if (second !== undefined) return parseSubcommand(name, second, args.slice(2))
    if (reader === undefined) return new WrongArity({ name })
  }
  if (reader !== undefined) return read(reader, args.length === 1 ? none : args.slice(1))
  return writingVerbs.has(name)
    ? new ReadOnlyServer({ name })
    : new UnknownCommand({ name: ByteString.printable(first) })
}

const parseSubcommand = (
  container: string,
  second: ByteString.ByteString,
  args: Args
): Command | CommandError => {
  const reader = subcommandsByName.get(`${container} ${second.toLowerCase()}`)
  return reader === undefined
    ? new UnknownSubcommand({ container, name: ByteString.printable(second) })
    : read(reader, args)
}

const read = ({ arity: [least, most], name, parse }: Reader, args: Args): Command | CommandError =>
  args.length < least || args.length > most
    ? new WrongArity({ name: name.replace(" ", "|") })
    : parse(args)

/** A command as it is written, its canonical name first; what `parse` reads back as the same command. */
export const print = <T extends Tag>(command: Case<T>): Args => {
  const { names, print }: Spec<Class, Values<T>> = specs[command._tag]
  return [...names[0].split(" ").map(ByteString.unsafe), ...print(command)]
}
