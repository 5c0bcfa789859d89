/**
 * Everything a client can ask, gathered from its declarations: the types that hold the list for those who answer it.
 * Arguments are as the wire brought them, still bytes: a route makes text of one when it needs text.
 */
import { Data } from "effect"
import { connectionCommands, connectionContainers } from "./ConnectionCommands.ts"
import { fileCommands } from "./FileCommands.ts"
import { inspectionCommands, inspectionContainers } from "./InspectionCommands.ts"
import { serverCommands, serverContainers } from "./ServerCommands.ts"
import type { Class, Documentation, Spec, Tagged } from "./Spec.ts"
import { transactionCommands } from "./TransactionCommands.ts"

const declared = {
  ...serverCommands,
  ...fileCommands,
  ...inspectionCommands,
  ...connectionCommands,
  ...transactionCommands
}
type Declared = typeof declared

/** The name of a command in code. */
export type Tag = keyof Declared

/** The names of all commands of a class. */
export type TagOf<C extends Class> = {
  [T in Tag]: Declared[T]["class"] extends C ? T : never
}[Tag]

/** The values of a command's arguments. */
export type Values<T extends Tag> = Parameters<Declared[T]["print"]>[0]

/** One command, with the values of its arguments. */
export type Case<T extends Tag> = { [K in T]: Tagged<K, Values<K>> }[T]

/** A command whose answer is the same for every connection; the router answers it from the services. */
export type Query = Case<TagOf<"query">>

/** A command about the connection itself; the session answers it. */
export type SessionCommand = Case<TagOf<"connection">>

/** A command that decides when the connection's requests are answered; Dispatch answers it. */
export type TransactionCommand = Case<TagOf<"transaction">>

/** Everything a client can ask. */
export type Command = Case<Tag>

/** Every declaration by its tag. */
export const specs: { readonly [T in Tag]: Spec<Declared[T]["class"], Values<T>> } = declared

/** The documentation of the names that need a second one and are no command by themselves. */
export const containerDocs: ReadonlyMap<string, Documentation> = new Map(
  Object.entries({ ...serverContainers, ...inspectionContainers, ...connectionContainers })
)

/** Whether something is the tag of a command. */
export const isTag = (key: string): key is Tag => Object.hasOwn(specs, key)

/** Every tag, in the order of the declarations. */
export const tags: ReadonlyArray<Tag> = Object.keys(specs).filter(isTag)

const tagsOf = (wanted: Class): ReadonlySet<string> =>
  new Set(tags.filter((tag) => specs[tag].class === wanted))
const queryTags = tagsOf("query")
const sessionTags = tagsOf("connection")
const transactionTags = tagsOf("transaction")

/** Whether something tagged is a query. */
export const isQuery = (command: { readonly _tag: string }): command is Query =>
  queryTags.has(command._tag)

/** Whether something tagged is a command that the session answers. */
export const isSessionCommand = (command: { readonly _tag: string }): command is SessionCommand =>
  sessionTags.has(command._tag)

/** Whether something tagged is a command about a transaction. */
export const isTransactionCommand = (command: {
  readonly _tag: string
}): command is TransactionCommand => transactionTags.has(command._tag)

/** Whether a command may be asked before the password was given (Redis's flag no_auth). */
export const needsNoPassword = (tag: Tag): boolean => specs[tag].needsNoPassword

/** The exhaustive match of `SessionCommand`. */
export const SessionCommand = Data.taggedEnum<SessionCommand>()
