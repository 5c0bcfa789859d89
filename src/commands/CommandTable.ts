/**
 * The replies of COMMAND, its subcommands and HELP, made from the declarations of the commands. Their shapes are
 * Redis's (redis.io, COMMAND and COMMAND DOCS); redis-cli needs texts to be bulk strings and flags to be statuses.
 */
import * as ByteString from "../domain/ByteString.ts"
import * as Reply from "../domain/Reply.ts"
import type { ArgumentDocs } from "./Argument.ts"
import { containerDocs, specs, type Tag } from "./Command.ts"
import * as Parser from "./Parser.ts"
import type { Details, Documentation, KeySpecification } from "./Spec.ts"

/** One name of a command, as COMMAND lists it. */
interface Row {
  /** `client|setname` for a subcommand, as Redis writes it. */
  readonly name: string
  /** Redis's arity: the number of arguments, the name included; negative if that is the minimum. */
  readonly arity: number
  readonly flags: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly keys: KeySpecification | undefined
  readonly docs: Documentation
  readonly subcommands: ReadonlyArray<Row>
}

const { Integer, List } = Reply.Reply

const list = (items: ReadonlyArray<Reply.Reply>): Reply.Reply => List({ items })
const integer = (value: number): Reply.Reply => Integer({ value })
const empty = list([])

const detailsOf = (tag: Tag): Details => {
  const { details, docs, needsNoPassword } = specs[tag]
  if (details !== undefined) return details
  return docs.group === "arquivos"
    ? { flags: ["readonly"], categories: ["@read"] }
    : {
        flags: ["noscript", "loading", "stale", "fast", ...(needsNoPassword ? ["no_auth"] : [])],
        categories: []
      }
}

const row = ({ arity: [least, most], name, tag }: Parser.Entry): Row => {
  const parts = name.split(" ")
  const subcommands = parts.length === 1 ? Parser.subcommands(name).map(row) : []
  const exact = least === most && subcommands.length === 0
  const { categories, flags, keys } = detailsOf(tag)
  return {
    name: parts.join("|"),
    arity: exact ? least + parts.length : -(least + parts.length),
    flags,
    categories,
    keys,
    docs: specs[tag].docs,
    subcommands
  }
}

const containerRows = [...containerDocs].map(([name, docs]): Row => ({
  name,
  arity: -2,
  flags: [],
  categories: ["@slow"],
  keys: undefined,
  docs,
  subcommands: Parser.subcommands(name).map(row)
}))

const rows: ReadonlyArray<Row> = [...Parser.entries.map(row), ...containerRows]

const rowByName: ReadonlyMap<string, Row> = new Map(
  rows.flatMap((row) => [row, ...row.subcommands]).map((row) => [row.name, row])
)

/** Which arguments are names of files: the first, the last (-1 is the last of all), and the step. */
const keyPositions = (args: ReadonlyArray<ArgumentDocs>): readonly [number, number, number] => {
  const index = args.findIndex(({ type }) => type === "key")
  if (index === -1) return [0, 0, 0]
  return [index + 1, args[index]?.multiple === true ? -1 : index + 1, 1]
}

const dictionary = (
  entries: ReadonlyArray<readonly [key: string, value: Reply.Reply] | undefined>
): Reply.Reply => Reply.dictionary(entries.filter((entry) => entry !== undefined))

const specification = (
  type: string,
  spec: ReadonlyArray<readonly [string, string | number]>
): Reply.Reply =>
  dictionary([
    ["type", Reply.text(type)],
    [
      "spec",
      dictionary(
        spec.map(
          ([key, value]) =>
            [key, typeof value === "number" ? integer(value) : Reply.text(value)] as const
        )
      )
    ]
  ])

const keySpecification = ({ begin: [type, ...spec], find }: KeySpecification): Reply.Reply =>
  dictionary([
    ["flags", list(["RO", "access"].map(Reply.status))],
    ["begin_search", specification(type, spec)],
    ["find_keys", specification("range", find)]
  ])

/** `[name, arity, flags, first key, last key, step, categories, tips, key specifications, subcommands]` */
const details = (row: Row): Reply.Reply =>
  list([
    Reply.text(row.name),
    integer(row.arity),
    list(row.flags.map(Reply.status)),
    ...keyPositions(row.docs.arguments).map(integer),
    list(row.categories.map(Reply.status)),
    empty,
    row.keys === undefined ? empty : list([keySpecification(row.keys)]),
    list(row.subcommands.map(details))
  ])

const argument = ({
  arguments: parts,
  multiple,
  name,
  optional,
  token,
  type
}: ArgumentDocs): Reply.Reply =>
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

/** COMMAND INFO names as many as it likes, so that what is told of each is made once. */
const detailsByName: ReadonlyMap<string, Reply.Reply> = new Map(
  [...rowByName].map(([name, row]) => [name, details(row)])
)

const find = (name: ByteString.ByteString): Row | undefined => rowByName.get(name.toLowerCase())

/** COMMAND: the details of all commands. */
export const all: Reply.Reply = list(rows.map(details))

/** COMMAND COUNT. */
export const count: Reply.Reply = integer(rows.length)

/** COMMAND LIST: the names of all commands, subcommands included. */
export const names: Reply.Reply = list([...rowByName.keys()].map(Reply.text))

const missing = Reply.Reply.Null()

/** COMMAND INFO: the details of each of `names`, null for one that is unknown; of all commands where `names` is empty. */
export const infoOf = (names: ReadonlyArray<ByteString.ByteString>): Reply.Reply => {
  if (names.length === 0) return all
  return list(names.map((name) => detailsByName.get(name.toLowerCase()) ?? missing))
}

const allDocs = docsOf(rows)

/** COMMAND DOCS: the documentation of `names`, without those that are unknown; of all commands where `names` is empty. */
export const documentationOf = (names: ReadonlyArray<ByteString.ByteString>): Reply.Reply =>
  names.length === 0
    ? allDocs
    : docsOf([...new Set(names.map(find).filter((row) => row !== undefined))])

/** An argument in the usual notation for people: `[INICIO byte]`, `nome [nome …]`. */
const synopsis = (argument: ArgumentDocs): string => {
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

/** HELP of a container, such as CLIENT HELP: each subcommand with its arguments and its summary, one status a line. */
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

/** HELP: every command with its other names, its arguments and its summary, one status a line. */
export const help: Reply.Reply = list(
  Object.values(specs)
    .filter(({ names: [name] }) => !name.includes(" "))
    .flatMap(({ docs, names: [name, ...others] }) => [
      [name, ...docs.arguments.map(synopsis)].join(" "),
      `    ${docs.summary}${others.length === 0 ? "" : ` (${others.join(", ")})`}`
    ])
    .map(Reply.status)
)
