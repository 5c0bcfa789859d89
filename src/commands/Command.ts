/**
 * All commands, gathered from their declarations, and the types by which the compiler checks that each is answered.
 * Arguments are still bytes, as they came on the wire: a route decodes one if it needs text.
 */
import { Data } from "effect"
import { streamCommands, streamContainers } from "./changes/StreamCommands.ts"
import { subscriptionCommands, subscriptionContainers } from "./changes/SubscriptionCommands.ts"
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
  ...streamCommands,
  ...connectionCommands,
  ...subscriptionCommands,
  ...transactionCommands
}
type Declared = typeof declared

/** A command's name in code, such as `SendFile`. */
export type Tag = keyof Declared

/** The tags of all commands of a class. */
export type TagOf<C extends Class> = {
  [T in Tag]: Declared[T]["class"] extends C ? T : never
}[Tag]

/** The values of a command's arguments. */
export type Values<T extends Tag> = Parameters<Declared[T]["print"]>[0]

/** One command, with the values of its arguments. */
export type Case<T extends Tag> = { [K in T]: Tagged<K, Values<K>> }[T]

/** A command whose answer does not depend on the connection; Router.ts answers it. */
export type Query = Case<TagOf<"query">>

/** A command about the connection itself; server/Session.ts answers it. */
export type SessionCommand = Case<TagOf<"connection">>

/** A command that decides when the connection's requests are answered; Dispatch answers it. */
export type TransactionCommand = Case<TagOf<"transaction">>

/** A command by which a connection follows changes; server/subscriptions/ answers it. */
export type SubscriptionCommand = Case<TagOf<"subscription">>

/** Any command. */
export type Command = Case<Tag>

/** The declaration of each command, by its tag. */
export const specs: { readonly [T in Tag]: Spec<Declared[T]["class"], Values<T>> } = declared

/** The documentation of the names that are not commands by themselves and need a subcommand. */
export const containerDocs: ReadonlyMap<string, Documentation> = new Map(
  Object.entries({
    ...serverContainers,
    ...inspectionContainers,
    ...streamContainers,
    ...connectionContainers,
    ...subscriptionContainers
  })
)

/** Whether `key` is the tag of a command. */
export const isTag = (key: string): key is Tag => Object.hasOwn(specs, key)

/** The first of the names on the wire of the command of this tag. */
export const wireName = (tag: string): string => (isTag(tag) ? specs[tag].names[0] : tag)

/** Every tag, in the order of the declarations. */
export const tags: ReadonlyArray<Tag> = Object.keys(specs).filter(isTag)

const tagsOf = (wanted: Class): ReadonlySet<string> =>
  new Set(tags.filter((tag) => specs[tag].class === wanted))
const queryTags = tagsOf("query")
const sessionTags = tagsOf("connection")
const transactionTags = tagsOf("transaction")

/** Whether a tagged value is a query: a command, and of that class. */
export const isQuery = (command: { readonly _tag: string }): command is Query =>
  queryTags.has(command._tag)

/** Whether something tagged is a command that the session answers. */
export const isSessionCommand = (command: { readonly _tag: string }): command is SessionCommand =>
  sessionTags.has(command._tag)

/** Whether something tagged is a command about a transaction. */
export const isTransactionCommand = (command: {
  readonly _tag: string
}): command is TransactionCommand => transactionTags.has(command._tag)

/** Whether a command is answered before the password is given (Redis's flag no_auth). */
export const needsNoPassword = (tag: Tag): boolean => specs[tag].needsNoPassword

/** The exhaustive match of `SessionCommand`. */
export const SessionCommand = Data.taggedEnum<SessionCommand>()
