/**
 * How commands are written down: their names, their arguments, and both ways between a line of words and a
 * `Command`. Knows neither how words are framed on a wire nor what answers them.
 */
import {
  BadArgument,
  type CommandError,
  ReadOnlyServer,
  UnknownCommand,
  UnsupportedProtocol,
  WrongArity
} from "../domain/Errors.ts"
import type { Case, Command, Tag } from "./Command.ts"
import * as ByteString from "../domain/ByteString.ts"
import { writingVerbs } from "./WritingVerbs.ts"

type Args = ReadonlyArray<ByteString.ByteString>
type Parsed<T extends Tag> = Case<T> | CommandError

/** How one command is written. */
interface Rule<T extends Tag> {
  /** In lower case, the first being the canonical one; `client setname` is a subcommand. Case does not matter on the wire. */
  readonly names: readonly [string, ...Array<string>]
  /** How many arguments follow the name, at least and at most. */
  readonly arity: readonly [least: number, most: number]
  /** Reads the arguments, whose number has been checked against `arity`. */
  readonly parse: (words: Args) => Parsed<T>
  /** Writes the arguments; the inverse of `parse`. */
  readonly print: (command: Case<T>) => Args
}

const many = Number.POSITIVE_INFINITY
const none: Args = []

const syntaxError = new BadArgument({ text: "syntax error" })
const notAnInteger = new BadArgument({ text: "value is not an integer or out of range" })

/** An argument whose presence the rule's arity guarantees. */
const argument = (words: Args, index: number): ByteString.ByteString =>
  words[index] ?? ByteString.unsafe("")

/** As Redis reads integers (util.c, string2ll): decimal, no sign but `-`, no leading zero; here up to 2^53 - 1. */
const integer = (word: ByteString.ByteString): number | undefined => {
  if (!/^(?:0|-?[1-9][0-9]{0,15})$/.test(word)) return undefined
  const value = Number(word)
  return Number.isSafeInteger(value) ? value : undefined
}

const count = (word: ByteString.ByteString): number | undefined => {
  const value = integer(word)
  return value === undefined || value < 0 ? undefined : value
}

/** Characters that would end a line or steer a terminal, ASCII's and those of U+0080 to U+009F. */
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g

/** What a client wrote, fit to stand in an error's line: no control character, at most 128 bytes, always UTF-8. */
export const printable = (word: ByteString.ByteString): string =>
  ByteString.toTextLossy(ByteString.unsafe(word.slice(0, 128)))
    .replace(/\ufffd+$/, "")
    .replaceAll("\ufffd", "?")
    .replace(controlCharacters, " ")

/** Pairs of a name and its value, in any order, each at most once; names in upper case. */
const options = <Name extends string>(
  words: Args,
  names: ReadonlyArray<Name>
): ReadonlyMap<Name, ByteString.ByteString> | CommandError => {
  const found = new Map<Name, ByteString.ByteString>()
  for (let index = 0; index < words.length; index += 2) {
    const name = names.find((known) => known === argument(words, index).toUpperCase())
    const value = words[index + 1]
    if (name === undefined || value === undefined || found.has(name)) {
      return new BadArgument({ text: `Opção inválida '${printable(argument(words, index))}'.` })
    }
    found.set(name, value)
  }
  return found
}

const notACount = (option: string): CommandError =>
  new BadArgument({ text: `${option} deve ser um número inteiro, zero ou maior.` })

/** The words of the options that are present. */
const printOptions = (
  values: ReadonlyArray<readonly [name: string, value: ByteString.ByteString | number | undefined]>
): Args =>
  values.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          ByteString.unsafe(name),
          typeof value === "number" ? ByteString.unsafe(String(value)) : value
        ]
  )

const isOptions = (
  value: ReadonlyMap<string, ByteString.ByteString> | CommandError
): value is ReadonlyMap<string, ByteString.ByteString> => value instanceof Map

/** A command that is nothing but its name. */
const bare = <T extends Tag>(command: Case<T>, ...names: Rule<T>["names"]): Rule<T> => ({
  names,
  arity: [0, 0],
  parse: () => command,
  print: () => none
})

/** A command about one file, `nome`. */
const named = <T extends "Describe" | "Get" | "StringLength" | "Type">(
  _tag: T,
  ...names: Rule<T>["names"]
) => ({
  names,
  arity: [1, 1] as const,
  parse: (words: Args) => ({ _tag, name: argument(words, 0) }),
  print: (command: { readonly name: ByteString.ByteString }) => [command.name]
})

/** `[padrão] [APOS nome] [LIMITE n]`: a pattern is there when the number of words is odd. */
const parseList = (words: Args): Parsed<"List"> => {
  const pattern = words.length % 2 === 1 ? argument(words, 0) : undefined
  const found = options(pattern === undefined ? words : words.slice(1), ["APOS", "LIMITE"])
  if (!isOptions(found)) return found
  const written = found.get("LIMITE")
  const limit = written === undefined ? undefined : count(written)
  if (written !== undefined && limit === undefined) return notACount("LIMITE")
  return { _tag: "List", pattern, after: found.get("APOS"), limit }
}

/** `nome [INICIO n] [TAMANHO n] [VERSAO t]` */
const parseSendFile = (words: Args): Parsed<"SendFile"> => {
  const found = options(words.slice(1), ["INICIO", "TAMANHO", "VERSAO"])
  if (!isOptions(found)) return found
  const start = count(found.get("INICIO") ?? ByteString.unsafe("0"))
  if (start === undefined) return notACount("INICIO")
  const written = found.get("TAMANHO")
  const length = written === undefined ? undefined : count(written)
  if (written !== undefined && length === undefined) return notACount("TAMANHO")
  return { _tag: "SendFile", name: argument(words, 0), start, length, version: found.get("VERSAO") }
}

/** `HELLO [protover [AUTH user password] [SETNAME name]]`, errors in the order in which Redis finds them. */
const parseHello = (words: Args): Parsed<"Hello"> => {
  const [protocol, ...rest] = words
  if (protocol === undefined) {
    return { _tag: "Hello", version: undefined, credentials: undefined, clientName: undefined }
  }
  const version = integer(protocol)
  if (version === undefined)
    return new BadArgument({ text: "Protocol version is not an integer or out of range" })
  if (version !== 2 && version !== 3) return new UnsupportedProtocol()
  let credentials: Case<"Hello">["credentials"]
  let clientName: ByteString.ByteString | undefined
  for (let index = 0; index < rest.length;) {
    const option = argument(rest, index)
    const left = rest.length - index - 1
    if (option.toUpperCase() === "AUTH" && left >= 2) {
      credentials = { user: argument(rest, index + 1), password: argument(rest, index + 2) }
      index += 3
    } else if (option.toUpperCase() === "SETNAME" && left >= 1) {
      clientName = argument(rest, index + 1)
      index += 2
    } else {
      return new BadArgument({ text: `Syntax error in HELLO option '${printable(option)}'` })
    }
  }
  return { _tag: "Hello", version, credentials, clientName }
}

const printHello = ({ clientName, credentials, version }: Case<"Hello">): Args =>
  version === undefined
    ? none
    : [
        ByteString.unsafe(String(version)),
        ...(credentials === undefined
          ? none
          : [
              ByteString.unsafe("AUTH"),
              credentials.user ?? ByteString.unsafe("default"),
              credentials.password
            ]),
        ...printOptions([["SETNAME", clientName]])
      ]

/** `AUTH [user] password`; a third argument is a syntax error, not one of arity, as Redis has it. */
const parseAuthenticate = (words: Args): Parsed<"Authenticate"> => {
  const [first, second] = words
  if (first === undefined || words.length > 2) return syntaxError
  return {
    _tag: "Authenticate",
    credentials:
      second === undefined
        ? { user: undefined, password: first }
        : { user: first, password: second }
  }
}

const parseSetInfo = (words: Args): Parsed<"ClientSetInfo"> => {
  const attribute = argument(words, 0).toLowerCase()
  return attribute === "lib-name" || attribute === "lib-ver"
    ? { _tag: "ClientSetInfo", attribute, value: argument(words, 1) }
    : new BadArgument({ text: `Unrecognized option '${printable(argument(words, 0))}'` })
}

const parseClientReply = (words: Args): Parsed<"ClientReply"> => {
  const mode = argument(words, 0).toLowerCase()
  return mode === "on" || mode === "off" || mode === "skip"
    ? { _tag: "ClientReply", mode }
    : syntaxError
}

const parseGetRange = (words: Args): Parsed<"GetRange"> => {
  const first = integer(argument(words, 1))
  const last = integer(argument(words, 2))
  return first === undefined || last === undefined
    ? notAnInteger
    : { _tag: "GetRange", name: argument(words, 0), first, last }
}

/** A command about one or more files. */
const severalNamed = <T extends "Exists" | "MultiGet">(_tag: T, ...names: Rule<T>["names"]) => ({
  names,
  arity: [1, many] as const,
  parse: ([first, ...others]: Args) =>
    first === undefined ? syntaxError : { _tag, names: [first, ...others] as const },
  print: (command: { readonly names: Args }) => command.names
})

/** A command about commands: all of them, or those that are named. */
const aboutCommands = <T extends "CommandInfo" | "CommandDocs">(
  _tag: T,
  ...names: Rule<T>["names"]
) => ({
  names,
  arity: [0, many] as const,
  parse: (words: Args) => ({ _tag, names: words }),
  print: (command: { readonly names: Args }) => command.names
})

/** How many names one SCAN looks at unless it says so itself (redis.io, SCAN). */
const scanCount = 10

/** `cursor [MATCH pattern] [COUNT n] [TYPE type]`; of an option given twice the last counts (db.c, scanGenericCommand). */
const parseScan = (words: Args): Parsed<"Scan"> => {
  const cursor = /^[0-9]+$/.test(argument(words, 0)) ? Number(argument(words, 0)) : Number.NaN
  if (!Number.isSafeInteger(cursor)) return new BadArgument({ text: "invalid cursor" })
  let pattern: ByteString.ByteString | undefined
  let type: ByteString.ByteString | undefined
  let limit: number | undefined = scanCount
  for (let index = 1; index < words.length; index += 2) {
    const option = argument(words, index).toUpperCase()
    const value = words[index + 1]
    if (value === undefined) return syntaxError
    if (option === "MATCH") pattern = value
    else if (option === "TYPE") type = value
    else if (option === "COUNT") {
      limit = integer(value)
      if (limit === undefined) return notAnInteger
      if (limit < 1) return syntaxError
    } else return syntaxError
  }
  return { _tag: "Scan", cursor, pattern, count: limit, type }
}

const parseConfigGet = ([first, ...others]: Args): Parsed<"ConfigGet"> =>
  first === undefined ? syntaxError : { _tag: "ConfigGet", patterns: [first, ...others] }

const parseNoEvict = (words: Args): Parsed<"ClientNoEvict"> => {
  const mode = argument(words, 0).toLowerCase()
  return mode === "on" || mode === "off" ? { _tag: "ClientNoEvict", mode } : syntaxError
}

const parseDigest = (words: Args): Parsed<"Digest"> => {
  const found = options(words.slice(1), ["VERSAO"])
  return isOptions(found)
    ? { _tag: "Digest", name: argument(words, 0), version: found.get("VERSAO") }
    : found
}

const parseSelect = (words: Args): Parsed<"Select"> => {
  const index = integer(argument(words, 0))
  return index === undefined ? notAnInteger : { _tag: "Select", index }
}

/** Every command there is. A case of `Command` without its rule does not compile. */
const rules: { readonly [T in Tag]: Rule<T> } = {
  Info: bare({ _tag: "Info" }, "dados", "consulta"),
  Time: bare({ _tag: "Time" }, "hora_atual", "hora"),
  List: {
    names: ["listar_arquivos", "listar"],
    arity: [0, 5],
    parse: parseList,
    print: ({ after, limit, pattern }) => [
      ...(pattern === undefined ? none : [pattern]),
      ...printOptions([
        ["APOS", after],
        ["LIMITE", limit]
      ])
    ]
  },
  SendFile: {
    names: ["enviar_arquivo", "arquivo"],
    arity: [1, 7],
    parse: parseSendFile,
    print: ({ length, name, start, version }) => [
      name,
      ...printOptions([
        ["INICIO", start === 0 ? undefined : start],
        ["TAMANHO", length],
        ["VERSAO", version]
      ])
    ]
  },
  Describe: named("Describe", "detalhes_arquivo", "detalhes"),
  Digest: {
    names: ["soma_arquivo", "soma"],
    arity: [1, 3],
    parse: parseDigest,
    print: ({ name, version }) => [name, ...printOptions([["VERSAO", version]])]
  },
  Close: bare({ _tag: "Close" }, "finalizar_conexao", "sair"),
  Get: named("Get", "get"),
  GetRange: {
    names: ["getrange", "substr"],
    arity: [3, 3],
    parse: parseGetRange,
    print: ({ first, last, name }) => [
      name,
      ByteString.unsafe(String(first)),
      ByteString.unsafe(String(last))
    ]
  },
  StringLength: named("StringLength", "strlen"),
  Exists: severalNamed("Exists", "exists"),
  MultiGet: severalNamed("MultiGet", "mget"),
  Keys: {
    names: ["keys"],
    arity: [1, 1],
    parse: (words) => ({ _tag: "Keys", pattern: argument(words, 0) }),
    print: ({ pattern }) => [pattern]
  },
  Scan: {
    names: ["scan"],
    arity: [1, many],
    parse: parseScan,
    print: ({ count, cursor, pattern, type }) => [
      ByteString.unsafe(String(cursor)),
      ...printOptions([
        ["MATCH", pattern],
        ["COUNT", count === scanCount ? undefined : count],
        ["TYPE", type]
      ])
    ]
  },
  FileCount: bare({ _tag: "FileCount" }, "dbsize"),
  Type: named("Type", "type"),
  RandomName: bare({ _tag: "RandomName" }, "randomkey"),
  UnixTime: bare({ _tag: "UnixTime" }, "time"),
  ServerInfo: {
    names: ["info"],
    arity: [0, many],
    parse: (words) => ({ _tag: "ServerInfo", sections: words }),
    print: ({ sections }) => sections
  },
  ConfigGet: {
    names: ["config get"],
    arity: [1, many],
    parse: parseConfigGet,
    print: ({ patterns }) => patterns
  },
  ConfigHelp: bare({ _tag: "ConfigHelp" }, "config help"),
  Ping: {
    names: ["ping"],
    arity: [0, 1],
    parse: ([message]) => ({ _tag: "Ping", message }),
    print: ({ message }) => (message === undefined ? none : [message])
  },
  Echo: {
    names: ["echo"],
    arity: [1, 1],
    parse: (words) => ({ _tag: "Echo", message: argument(words, 0) }),
    print: ({ message }) => [message]
  },
  CommandList: bare({ _tag: "CommandList" }, "command"),
  CommandCount: bare({ _tag: "CommandCount" }, "command count"),
  CommandNames: bare({ _tag: "CommandNames" }, "command list"),
  CommandInfo: aboutCommands("CommandInfo", "command info"),
  CommandDocs: aboutCommands("CommandDocs", "command docs"),
  CommandHelp: bare({ _tag: "CommandHelp" }, "command help"),
  ClientHelp: bare({ _tag: "ClientHelp" }, "client help"),
  Quit: { ...bare({ _tag: "Quit" }, "quit"), arity: [0, many] },
  Reset: bare({ _tag: "Reset" }, "reset"),
  Hello: { names: ["hello"], arity: [0, many], parse: parseHello, print: printHello },
  Authenticate: {
    names: ["auth"],
    arity: [1, many],
    parse: parseAuthenticate,
    print: ({ credentials: { password, user } }) =>
      user === undefined ? [password] : [user, password]
  },
  Select: {
    names: ["select"],
    arity: [1, 1],
    parse: parseSelect,
    print: ({ index }) => [ByteString.unsafe(String(index))]
  },
  ClientSetName: {
    names: ["client setname"],
    arity: [1, 1],
    parse: (words) => ({ _tag: "ClientSetName", name: argument(words, 0) }),
    print: ({ name }) => [name]
  },
  ClientGetName: bare({ _tag: "ClientGetName" }, "client getname"),
  ClientSetInfo: {
    names: ["client setinfo"],
    arity: [2, 2],
    parse: parseSetInfo,
    print: ({ attribute, value }) => [ByteString.unsafe(attribute), value]
  },
  ClientId: bare({ _tag: "ClientId" }, "client id"),
  ClientInfo: bare({ _tag: "ClientInfo" }, "client info"),
  ClientNoEvict: {
    names: ["client no-evict"],
    arity: [1, 1],
    parse: parseNoEvict,
    print: ({ mode }) => [ByteString.unsafe(mode)]
  },
  ClientReply: {
    names: ["client reply"],
    arity: [1, 1],
    parse: parseClientReply,
    print: ({ mode }) => [ByteString.unsafe(mode)]
  },
  ReadOnly: bare({ _tag: "ReadOnly" }, "readonly"),
  ReadWrite: bare({ _tag: "ReadWrite" }, "readwrite")
}

/** One name of one command, as a command list shows it. */
export interface Entry {
  readonly tag: Tag
  /** In lower case; `client setname` is a subcommand. */
  readonly name: string
  /** How many arguments follow the name, at least and at most. */
  readonly arity: readonly [least: number, most: number]
}

interface Reader extends Entry {
  readonly parse: (words: Args) => Command | CommandError
}

const isTag = (key: string): key is Tag => Object.hasOwn(rules, key)

const readers: ReadonlyArray<Reader> = Object.keys(rules)
  .filter(isTag)
  .flatMap((tag) => {
    const { arity, names, parse } = rules[tag]
    return names.map((name) => ({ tag, name, arity, parse }))
  })
const isSubcommand = (name: string): boolean => name.includes(" ")
// Names come from strangers: a Map, for a plain object would find `constructor` in itself.
const byName = (readers: ReadonlyArray<Reader>): ReadonlyMap<string, Reader> =>
  new Map(readers.map((reader) => [reader.name, reader]))
// Apart, for only two words name a subcommand, not one with a space in it.
const commands = byName(readers.filter(({ name }) => !isSubcommand(name)))
const subcommandsByName = byName(readers.filter(({ name }) => isSubcommand(name)))
/** The names whose next word is part of the command's name. */
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

/** The command in `words`, or why it is none. An empty line is an unknown command. */
export const parse = (words: Args): Command | CommandError => {
  const first = argument(words, 0)
  const name = first.toLowerCase()
  const reader = commands.get(name)
  if (containers.has(name)) {
    const second = words[1]
    if (second !== undefined) return parseSubcommand(name, second, words.slice(2))
    if (reader === undefined) return new WrongArity({ name })
  }
  if (reader !== undefined) return read(reader, words.length === 1 ? none : words.slice(1))
  return writingVerbs.has(name)
    ? new ReadOnlyServer({ name })
    : new UnknownCommand({ name: printable(first) })
}

const parseSubcommand = (
  container: string,
  word: ByteString.ByteString,
  words: Args
): Command | CommandError => {
  const reader = subcommandsByName.get(`${container} ${word.toLowerCase()}`)
  return reader === undefined
    ? new BadArgument({
        text: `unknown subcommand '${printable(word)}'. Try ${container.toUpperCase()} HELP.`
      })
    : read(reader, words)
}

const read = ({ arity: [least, most], name, parse }: Reader, words: Args): Command | CommandError =>
  words.length < least || words.length > most
    ? new WrongArity({ name: name.replace(" ", "|") })
    : parse(words)

/** The words of a command, its canonical name first; what `parse` reads back as the same command. */
export const print = <T extends Tag>(command: Case<T>): Args => {
  const rule: Rule<T> = rules[command._tag]
  return [...rule.names[0].split(" ").map(ByteString.unsafe), ...rule.print(command)]
}
