/**
 * The replies to MULTI, EXEC, DISCARD, WATCH and UNWATCH, and to the requests between MULTI and EXEC, as Redis gives them
 * (multi.c; server.c, processCommand). EXEC's own reply is only the head of a list; the queued requests are then answered
 * one after the other as any others, and their replies are its items, so that none waits in memory for the next.
 */
import { Effect } from "effect"
import { Foreign, Malformed, type Request } from "../../codec/Codec.ts"
import type { Command, TransactionCommand } from "../../commands/Command.ts"
import {
  BadArgument,
  type CommandError,
  ReadOnlyServer,
  UnknownCommand,
  UnknownSubcommand,
  WrongArity
} from "../../domain/Errors.ts"
import * as Reply from "../../domain/Reply.ts"
import type { SentenceName } from "../../domain/sentences/Sentences.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"
import { type Answer, turnAfter } from "../../Router.ts"
import type { ConnectionContext } from "../ConnectionContext.ts"
import { Transaction } from "./Transaction.ts"

const queued = Reply.status("QUEUED")
const nullList = Reply.Reply.NullList()

const refusal = (name: SentenceName): Reply.Reply =>
  Reply.error(new BadArgument({ text: sentence(name) }))

const nested = refusal("nested")
const watchInside = refusal("watchInside")
const execWithoutMulti = refusal("execWithoutMulti")
const discardWithoutMulti = refusal("discardWithoutMulti")
const notInside = refusal("notInside")
const tooLarge = refusal("transactionTooLarge")
const tooMuchWatched = refusal("tooMuchWatched")
const aborted = Reply.refusal("EXECABORT", sentence("EXECABORT"))

/** Whether the error is found when the command is queued; errors of single arguments are found at EXEC. */
const isFoundAtOnce = (error: CommandError): boolean =>
  error instanceof UnknownCommand
  || error instanceof UnknownSubcommand
  || error instanceof WrongArity
  || error instanceof ReadOnlyServer

/** The commands that are answered at once also inside a transaction (server.c, processCommand). */
const goesThrough: ReadonlySet<string> = new Set([
  "Multi",
  "Exec",
  "Discard",
  "Watch",
  "Reset",
  "Quit",
  "Close"
])

/** Whether a request must be queued until EXEC. */
export const mustQueue = (
  transaction: Transaction | undefined,
  request: Request
): request is Command | CommandError =>
  transaction !== undefined
  && transaction.isOpen
  && !(request instanceof Malformed || request instanceof Foreign)
  && (request instanceof Error || !goesThrough.has(request._tag))

/** Queues a request; the reply is QUEUED, or an error after which EXEC is refused. */
export const queueRequest = (
  transaction: Transaction,
  request: Command | CommandError
): Reply.Reply => {
  const refused = refuse(transaction, request)
  if (refused === undefined) return queued
  transaction.isBroken = true
  return refused
}

const refuse = (
  transaction: Transaction,
  request: Command | CommandError
): Reply.Reply | undefined => {
  if (request instanceof Error && isFoundAtOnce(request)) return Reply.error(request)
  // Its effect, leaving out replies, would make the list shorter than EXEC's reply says.
  if (request._tag === "ClientReply") return notInside
  return transaction.queue(request) ? undefined : tooLarge
}

/** Answers a command about the transaction. */
export const askTransaction = (context: ConnectionContext, command: TransactionCommand): Answer => {
  const transaction = (context.transaction ??= new Transaction())
  switch (command._tag) {
    case "Multi":
      if (transaction.isOpen) return nested
      transaction.open()
      return Reply.ok
    case "Discard":
      if (!transaction.isOpen) return discardWithoutMulti
      transaction.close()
      return Reply.ok
    case "Unwatch":
      transaction.unwatch()
      return Reply.ok
    case "Watch":
      return transaction.isOpen ? watchInside : watch(context, transaction, command.names)
    case "Exec":
      if (!transaction.isOpen) return execWithoutMulti
      return exec(context, transaction)
  }
}

const watch = (
  { server: { router } }: ConnectionContext,
  transaction: Transaction,
  names: Extract<TransactionCommand, { readonly _tag: "Watch" }>["names"]
): Answer =>
  Effect.gen(function* () {
    for (const [index, name] of names.entries()) {
      if (!transaction.watch(name, yield* router.versionOf(name))) return tooMuchWatched
      yield* turnAfter(index)
    }
    return Reply.ok
  })

const exec = (context: ConnectionContext, transaction: Transaction): Answer => {
  if (transaction.isBroken) {
    transaction.close()
    return aborted
  }
  const begin = () => Reply.Reply.ListBegin({ length: transaction.run() })
  if (transaction.watched.size === 0) return begin()
  return Effect.map(isUnchanged(context, transaction), (unchanged) => {
    if (unchanged) return begin()
    transaction.close()
    return nullList
  }).pipe(Effect.tapError(() => Effect.sync(() => transaction.close())))
}

const isUnchanged = Effect.fnUntraced(function* (
  { server: { router } }: ConnectionContext,
  { watched }: Transaction
) {
  for (const [index, [name, version]] of [...watched].entries()) {
    if ((yield* router.versionOf(name)) !== version) return false
    yield* turnAfter(index)
  }
  return true
})
