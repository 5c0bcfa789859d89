/**
 * The commands as COMMAND and its kind tell them to programs and to redis-cli, all from the grammar and the
 * documentation. The shapes are Redis's (redis.io, COMMAND and COMMAND DOCS); where redis-cli insists, texts are bulk
 * strings and flags are statuses.
 */
import { needsNoPassword } from "./Command.ts"
import {
  type Argument,
  containerDocumentation,
  type Documentation,
  documentation
} from "./CommandDocs.ts"
import * as Grammar from "./Parser.ts"
import * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"

/** One name as the table shows it. */
interface Row {
  /** `client|setname` for a subcommand, as Redis writes it. */
  readonly name: string
  /** Redis's arity: the words of the command, its name included; negative where that is the least. */
  readonly arity: number
  readonly flags: ReadonlyArray<string>
  readonly docs: Documentation
  readonly subcommands: ReadonlyArray<Row>
}

const { Dictionary, Integer, List } = Reply.Reply

const list = (items: ReadonlyArray<Reply.Reply>): Reply.Reply => List({ items })
const integer = (value: number): Reply.Reply => Integer({ value })
const empty = list([])

const flags = (tag: Grammar.Entry["tag"]): ReadonlyArray<string> =>
  documentation[tag].group === "arquivos"
    ? ["readonly"]
    : ["noscript", "loading", "stale", "fast", ...(needsNoPassword(tag) ? ["no_auth"] : [])]

const row = ({ arity: [least, most], name, tag }: Grammar.Entry): Row => {
  const words = name.split(" ")
  const subcommands = words.length === 1 ? Grammar.subcommands(name).map(row) : []
  const exact = least === most && subcommands.length === 0
  return {
    name: words.join("|"),
    arity: exact ? least + words.length : -(least + words.length),
    flags: flags(tag),
    docs: documentation[tag],
    subcommands
  }
}

const containerRows = [...containerDocumentation].map(([name, docs]): Row => ({
  name,
  arity: -2,
  flags: [],
  docs,
  subcommands: Grammar.subcommands(name).map(row)
}))

const rows: ReadonlyArray<Row> = [...Grammar.entries.map(row), ...containerRows]

const rowByName: ReadonlyMap<string, Row> = new Map(
  rows.flatMap((row) => [row, ...row.subcommands]).map((row) => [row.name, row])
)

/** Where the names of files stand among the words: the first, the last (-1 being the last of all), and the step. */
const keyPositions = (args: ReadonlyArray<Argument>): readonly [number, number, number] => {
  const index = args.findIndex(({ type }) => type === "key")
  if (index === -1) return [0, 0, 0]
  return [index + 1, args[index]?.multiple === true ? -1 : index + 1, 1]
}

/** `[name, arity, flags, first key, last key, step, categories, tips, key specifications, subcommands]` */
const details = (row: Row): Reply.Reply =>
  list([
    Reply.text(row.name),
    integer(row.arity),
    list(row.flags.map(Reply.status)),
    ...keyPositions(row.docs.arguments).map(integer),
    list(row.flags.includes("readonly") ? [Reply.status("@read")] : []),
    empty,
    empty,
    list(row.subcommands.map(details))
  ])

const dictionary = (
  entries: ReadonlyArray<readonly [key: string, value: Reply.Reply] | undefined>
): Reply.Reply =>
  Dictionary({
    entries: entries
      .filter((entry) => entry !== undefined)
      .map(([key, value]) => [ByteString.fromText(key), value] as const)
  })

const argument = ({
  arguments: parts,
  multiple,
  name,
  optional,
  token,
  type
}: Argument): Reply.Reply =>
  dictionary([
    ["name", Reply.text(name)],
    ["type", Reply.text(type)],
    token === undefined ? undefined : ["token", Reply.text(token)],
    optional !== true && multiple !== true
      ? undefined
      : [
          "flags",
          list([
            ...(optional === true ? [Reply.status("optional")] : []),
            ...(multiple === true ? [Reply.status("multiple")] : [])
          ])
        ],
    parts === undefined ? undefined : ["arguments", list(parts.map(argument))]
  ])

const docs = ({
  docs: { arguments: args, group, since, summary },
  subcommands
}: Row): Reply.Reply =>
  dictionary([
    ["summary", Reply.text(summary)],
    ["since", Reply.text(since)],
    ["group", Reply.text(group)],
    args.length === 0 ? undefined : ["arguments", list(args.map(argument))],
    subcommands.length === 0 ? undefined : ["subcommands", docsOf(subcommands)]
  ])

const docsOf = (rows: ReadonlyArray<Row>): Reply.Reply =>
  dictionary(rows.map((row) => [row.name, docs(row)]))

const find = (name: ByteString.ByteString): Row | undefined => rowByName.get(name.toLowerCase())

/** COMMAND: the details of all commands. */
export const all: Reply.Reply = list(rows.map(details))

/** COMMAND COUNT. */
export const count: Reply.Reply = integer(rows.length)

/** COMMAND LIST: the names of all commands, subcommands included. */
export const names: Reply.Reply = list([...rowByName.keys()].map(Reply.text))

const missing = Reply.Reply.Null()

/** COMMAND INFO: the details of those named, null for what is none; of all where none is named. */
export const infoOf = (names: ReadonlyArray<ByteString.ByteString>): Reply.Reply => {
  if (names.length === 0) return all
  return list(
    names.map((name) => {
      const row = find(name)
      return row === undefined ? missing : details(row)
    })
  )
}

const allDocs = docsOf(rows)

/** COMMAND DOCS: the documentation of those named, without what is none; of all where none is named. */
export const documentationOf = (names: ReadonlyArray<ByteString.ByteString>): Reply.Reply =>
  names.length === 0
    ? allDocs
    : docsOf([...new Set(names.map(find).filter((row) => row !== undefined))])

/** An argument as a person reads it: `[INICIO byte]`, `nome [nome …]`. */
const synopsis = (argument: Argument): string => {
  const { arguments: parts = [], multiple, name, optional, token, type } = argument
  const value =
    type === "pure-token"
      ? []
      : type === "oneof"
        ? [parts.map(synopsis).join("|")]
        : type === "block"
          ? parts.map(synopsis)
          : [name]
  const written = [...(token === undefined ? [] : [token]), ...value].join(" ")
  const repeated = multiple === true ? `${written} [${written} …]` : written
  return optional === true ? `[${repeated}]` : repeated
}

/** The answer to `CLIENT HELP` and its like. */
export const helpOf = (container: string): Reply.Reply =>
  list(
    [
      `${container.toUpperCase()} <subcomando> [<argumento> …]. Os subcomandos são:`,
      ...(rowByName.get(container)?.subcommands ?? []).flatMap(({ docs, name }) => [
        [name.slice(name.indexOf("|") + 1).toUpperCase(), ...docs.arguments.map(synopsis)].join(
          " "
        ),
        `    ${docs.summary}`
      ])
    ].map(Reply.status)
  )
