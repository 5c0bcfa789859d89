/**
 * Redis's commands for streams, by which programs read the changes of the files and resume where they were (redis.io,
 * Streams). There is one stream, `arquivos`. Their routes: routes/StreamRoutes.ts; waiting for a change: server/subscriptions/.
 */
import { Schema } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import { type ChangeId, formatId } from "../../domain/FileChange.ts"
import { BadArgument, type CommandError } from "../../domain/Errors.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"
import {
  type ArgumentDocs,
  type Args,
  integer,
  integerFrom,
  notAnInteger,
  oneOf,
  option,
  optional,
  readInteger,
  syntaxError,
  text
} from "../Argument.ts"
import { commandsAbout } from "../Spec.ts"
import { Bound, invalidId, printBound, readBound, readId, StreamId } from "./StreamId.ts"

const { container, irregularQuery, irregularSubscription, query } = commandsAbout("arquivos")

/** A stream's name. */
const stream = text("stream", "key")

const nothing = ByteString.unsafe("")

/** A stream, and the place behind which it is read; `undefined` is its end, `$`. */
const Position = Schema.Struct({
  name: ByteString.ByteString,
  after: Schema.UndefinedOr(StreamId)
})

/** The values of XREAD. */
export interface StreamRead {
  /** The most entries of each stream. */
  readonly count: number | undefined
  /** How long to wait for an entry, in milliseconds, 0 for ever; without it, not at all. */
  readonly block: number | undefined
  readonly streams: readonly [typeof Position.Type, ...Array<typeof Position.Type>]
}

const badTimeout = new BadArgument({ text: sentence("invalidTimeout") })
const negativeTimeout = new BadArgument({ text: sentence("negativeTimeout") })
const unbalanced = new BadArgument({ text: sentence("unbalancedStreams") })
const groupOnly = new BadArgument({ text: sentence("groupOnly") })

const readPositions = (args: Args): StreamRead["streams"] | CommandError => {
  if (args.length % 2 !== 0 || args.length === 0) return unbalanced
  const half = args.length / 2
  const positions: Array<typeof Position.Type> = []
  for (let index = 0; index < half; index++) {
    const name = args[index] ?? nothing
    const written = args[half + index] ?? nothing
    const after = written === "$" ? undefined : readId(written, 0)
    if (written !== "$" && after === undefined) return invalidId
    positions.push({ name, after })
  }
  const [first, ...others] = positions
  return first === undefined ? unbalanced : [first, ...others]
}

/** `XREAD [COUNT n] [BLOCK ms] STREAMS name … id …`, with errors in the order in which Redis finds them (t_stream.c, xreadCommand). */
const parseRead = (args: Args): StreamRead | CommandError => {
  let count: number | undefined
  let block: number | undefined
  for (let index = 0; index < args.length; index += 2) {
    const token = args[index]?.toUpperCase()
    const value = args[index + 1]
    if (value === undefined) return syntaxError
    if (token === "STREAMS") {
      const streams = readPositions(args.slice(index + 1))
      return streams instanceof Error ? streams : { count, block, streams }
    }
    const number = readInteger(value)
    if (token === "BLOCK") {
      if (number === undefined) return badTimeout
      if (number < 0) return negativeTimeout
      block = number
    } else if (token === "COUNT") {
      if (number === undefined) return notAnInteger
      count = number < 1 ? undefined : number
    } else return token === "GROUP" ? groupOnly : syntaxError
  }
  return syntaxError
}

const printRead = ({ block, count, streams }: StreamRead): Args =>
  [
    ...(count === undefined ? [] : ["COUNT", String(count)]),
    ...(block === undefined ? [] : ["BLOCK", String(block)]),
    "STREAMS",
    ...streams.map(({ name }) => name),
    ...streams.map(({ after }) => printAfter(after))
  ].map(ByteString.unsafe)

const printAfter = (after: ChangeId | undefined): string =>
  after === undefined ? "$" : formatId(after)

/** The values of XRANGE and XREVRANGE: `from` is the older end. */
export interface StreamRange {
  readonly name: ByteString.ByteString
  readonly from: Bound
  readonly to: Bound
  /** The most entries; 0 for none. */
  readonly count: number | undefined
}

const parseRange =
  (isReverse: boolean) =>
  ([name = nothing, first = nothing, second = nothing, ...options]: Args):
    | StreamRange
    | CommandError => {
    const from = readBound(isReverse ? second : first, "-")
    if (from instanceof Error) return from
    const to = readBound(isReverse ? first : second, "+")
    if (to instanceof Error) return to
    if (options.length === 0) return { name, from, to, count: undefined }
    const [token, value] = options
    if (token?.toUpperCase() !== "COUNT" || value === undefined || options.length > 2)
      return syntaxError
    const count = readInteger(value)
    return count === undefined ? notAnInteger : { name, from, to, count: Math.max(0, count) }
  }

const printRange =
  (isReverse: boolean) =>
  ({ count, from, name, to }: StreamRange): Args => {
    const ends = [printBound(from, "-"), printBound(to, "+")]
    return [
      name,
      ...(isReverse ? ends.toReversed() : ends),
      ...(count === undefined ? [] : ["COUNT", String(count)].map(ByteString.unsafe))
    ]
  }

const countDocs: ArgumentDocs = { name: "quantas", type: "integer", token: "COUNT", optional: true }

const range = (name: string, isReverse: boolean, summary: string) =>
  irregularQuery<StreamRange>({
    names: [name],
    summary,
    fields: {
      name: ByteString.ByteString,
      from: Bound,
      to: Bound,
      count: Schema.UndefinedOr(integerFrom(0))
    },
    docs: [
      stream.docs,
      ...(isReverse ? ["fim", "início"] : ["início", "fim"]).map((name): ArgumentDocs => ({
        name,
        type: "string"
      })),
      countDocs
    ],
    details: {
      flags: ["readonly"],
      categories: ["@read", "@stream", "@slow"],
      keys: {
        begin: ["index", ["index", 1]],
        find: [
          ["lastkey", 0],
          ["keystep", 1],
          ["limit", 0]
        ]
      }
    },
    acceptsExtraArguments: true,
    parse: parseRange(isReverse),
    print: printRange(isReverse)
  })

/** The commands about the stream of changes, by their tags. */
export const streamCommands = {
  /** May wait for a change, so that it is the connection's affair and no query. */
  StreamRead: irregularSubscription<StreamRead>({
    names: ["xread"],
    summary: "As mudanças depois de um id do stream arquivos; com BLOCK, espera pela próxima.",
    fields: {
      count: Schema.UndefinedOr(integerFrom(1)),
      block: Schema.UndefinedOr(integerFrom(0)),
      streams: Schema.NonEmptyArray(Position)
    },
    docs: [
      countDocs,
      { name: "milissegundos", type: "integer", token: "BLOCK", optional: true },
      {
        name: "streams",
        type: "block",
        token: "STREAMS",
        arguments: [
          { ...stream.docs, multiple: true },
          { name: "id", type: "string", multiple: true }
        ]
      }
    ],
    details: {
      flags: ["readonly", "blocking", "movablekeys"],
      categories: ["@read", "@stream", "@slow", "@blocking"],
      keys: {
        begin: ["keyword", ["keyword", "STREAMS"], ["startfrom", 1]],
        find: [
          ["lastkey", -1],
          ["keystep", 1],
          ["limit", 2]
        ]
      }
    },
    acceptsExtraArguments: true,
    parse: parseRead,
    print: printRead
  }),
  StreamRange: range("xrange", false, "As mudanças entre dois ids do stream arquivos."),
  StreamReverseRange: range(
    "xrevrange",
    true,
    "As mudanças entre dois ids do stream arquivos, a mais nova primeiro."
  ),
  StreamLength: query({
    names: ["xlen"],
    summary: "Quantas mudanças há no stream arquivos.",
    args: { name: stream }
  }),
  StreamInfo: query({
    names: ["xinfo stream"],
    summary: "O estado do stream arquivos; com FULL, também as mudanças.",
    args: {
      name: stream,
      full: optional(oneOf("completo", "full")),
      count: option("COUNT", integer("quantas", 0))
    }
  }),
  StreamGroups: query({
    names: ["xinfo groups"],
    summary: "Nenhum grupo: cada programa guarda o seu id.",
    args: { name: stream }
  }),
  StreamHelp: query({ names: ["xinfo help"], summary: "Esta ajuda.", args: {} })
}

/** The names that are not commands by themselves and need a subcommand. */
export const streamContainers = { xinfo: container("Comandos sobre o stream arquivos.") }
