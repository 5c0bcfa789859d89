/**
 * What a client can ask. Names and arguments are as the wire brought them, still words: a route makes text of a word
 * when it needs text. How a command is written down is in Grammar.ts.
 */
import { Schema } from "effect"
import { ByteString } from "../domain/ByteString.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const SignedInteger = Schema.Int.check(
  Schema.isBetween({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
)

/** Commands whose answer is the same for every connection; the router answers them from the services. */
export const Query = Schema.TaggedUnion({
  Info: {},
  Time: {},
  /** `after`: only names that sort after it. `limit`: at most this many names. */
  List: {
    pattern: Schema.UndefinedOr(ByteString),
    after: Schema.UndefinedOr(ByteString),
    limit: Schema.UndefinedOr(Count)
  },
  /** `start` and `length` are in bytes; a range may reach past the end, and then ends there. */
  SendFile: {
    name: ByteString,
    start: Count,
    length: Schema.UndefinedOr(Count),
    version: Schema.UndefinedOr(ByteString)
  },
  Describe: { name: ByteString },
  Digest: { name: ByteString, version: Schema.UndefinedOr(ByteString) },
  Get: { name: ByteString },
  /** First and last byte, both included; negative ones count from the end, -1 being the last byte. */
  GetRange: { name: ByteString, first: SignedInteger, last: SignedInteger },
  StringLength: { name: ByteString },
  Exists: { names: Schema.NonEmptyArray(ByteString) },
  Ping: { message: Schema.UndefinedOr(ByteString) },
  Echo: { message: ByteString },
  /** Every name as often as it is asked for; the answers come in that order. */
  MultiGet: { names: Schema.NonEmptyArray(ByteString) },
  /** Patterns of Redis, not those of List; so below. */
  Keys: { pattern: ByteString },
  /** `cursor`: 0 to begin, else what the last answer gave. `count`: about how many names to look at. */
  Scan: {
    cursor: Count,
    pattern: Schema.UndefinedOr(ByteString),
    count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    type: Schema.UndefinedOr(ByteString)
  },
  FileCount: {},
  Type: { name: ByteString },
  RandomName: {},
  /** The time for programs, as Redis gives it. */
  UnixTime: {},
  /** What Redis calls INFO; all the sections that are always given where none is named. */
  ServerInfo: { sections: Schema.Array(ByteString) },
  ConfigGet: { patterns: Schema.NonEmptyArray(ByteString) },
  ConfigHelp: {},
  CommandList: {},
  CommandCount: {},
  CommandNames: {},
  /** All commands where none is named; so for CommandDocs. */
  CommandInfo: { names: Schema.Array(ByteString) },
  CommandDocs: { names: Schema.Array(ByteString) },
  CommandHelp: {},
  ClientHelp: {}
})
/** A command whose answer is the same for every connection. */
export type Query = typeof Query.Type

/** `user` is left out by clients that know no user names. */
const Credentials = Schema.Struct({ user: Schema.UndefinedOr(ByteString), password: ByteString })

/** Commands about the connection itself; the session answers them. */
export const SessionCommand = Schema.TaggedUnion({
  /** Says goodbye: the answer is `Adeus!` and the end of the connection. */
  Close: {},
  Quit: {},
  Reset: {},
  /** RESP version to go on with, the current one where left out. */
  Hello: {
    version: Schema.UndefinedOr(Schema.Literals([2, 3])),
    credentials: Schema.UndefinedOr(Credentials),
    clientName: Schema.UndefinedOr(ByteString)
  },
  Authenticate: { credentials: Credentials },
  Select: { index: SignedInteger },
  ClientSetName: { name: ByteString },
  ClientGetName: {},
  ClientSetInfo: { attribute: Schema.Literals(["lib-name", "lib-ver"]), value: ByteString },
  ClientId: {},
  ClientInfo: {},
  ClientNoEvict: { mode: Schema.Literals(["on", "off"]) },
  ClientReply: { mode: Schema.Literals(["on", "off", "skip"]) },
  ReadOnly: {},
  ReadWrite: {}
})
/** A command about the connection itself. */
export type SessionCommand = typeof SessionCommand.Type

/** Everything a client can ask. */
export const Command = Schema.Union([Query, SessionCommand])
/** Everything a client can ask. */
export type Command = Query | SessionCommand

/** Whether something tagged is a query. */
export const isQuery = (command: { readonly _tag: string }): command is Query =>
  queryTags.has(command._tag)

const queryTags: ReadonlySet<string> = new Set(Object.keys(Query.cases))

/** The name of a case of `Command`. */
export type Tag = Command["_tag"]

const openCommands: ReadonlySet<Tag> = new Set<Tag>(["Authenticate", "Hello", "Quit", "Reset"])
/** Whether a command may be asked before the password was given (Redis's flag no_auth). */
export const needsNoPassword = (tag: Tag): boolean => openCommands.has(tag)

/** One case of `Command`. */
export type Case<T extends Tag> = Extract<Command, { readonly _tag: T }>
