/**
 * Decides who answers a request, by the class of its command: Router a query, Session a command about the connection,
 * transactions/ one about a transaction, subscriptions/ one by which changes are followed. Refuses what is no command, or
 * needs a password. Counts commands and protocol errors. Encoding and sending replies: ReplyBatch and ReplyWriter.
 */
import { Effect } from "effect"
import { Foreign, Malformed, type Request } from "../codec/Codec.ts"
import {
  type Command,
  isQuery,
  isSessionCommand,
  isTransactionCommand,
  needsNoPassword,
  type Query,
  type SessionCommand,
  type SubscriptionCommand,
  type Tag
} from "../commands/Command.ts"
import { pickleName } from "../codec/pickle/Pickle.ts"
import { NotAuthenticated, type StoreUnavailable } from "../domain/Errors.ts"
import type { ChangeId } from "../domain/FileChange.ts"
import * as Reply from "../domain/Reply.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import type { HttpRefusal, HttpRequest } from "../codec/http/HttpRequest.ts"
import type { Answer } from "../Router.ts"
import { countCommand } from "../telemetry/Stats.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import type { HttpAnswer, HttpClient } from "./ServerContext.ts"
import { withoutBytes } from "./Session.ts"
import { noteFailure } from "./TransferLog.ts"
import { Delivery } from "./subscriptions/Delivery.ts"
import { refuseSubscribed, subscribedPong } from "./subscriptions/SubscribedMode.ts"
import { onInputEnd } from "./subscriptions/InputEnd.ts"
import { askSubscription } from "./subscriptions/SubscriptionReplies.ts"
import { askTransaction, queueRequest, mustQueue } from "./transactions/TransactionReplies.ts"

const noReply = Reply.Reply.NoReply()

const authenticationRequired = Reply.error(new NotAuthenticated({ text: sentence("NOAUTH") }))

/** The last reply to a client whose protocol has no way to give the password. */
const denied = Reply.Reply.CloseAfterReply({ reply: Reply.status(sentence("denied")) })
/** Closes the connection without a reply. */
const closeSilently = Reply.Reply.CloseAfterReply({ reply: noReply })

const count = (
  { codec, server, stats }: ConnectionContext,
  { _tag }: { readonly _tag: string }
): void => {
  countCommand(server.stats, codec.name === pickleName, _tag)
  stats.commands += 1
}

/**
 * The answer to a request; NoReply where the client wants no replies (CLIENT REPLY). `isQueued` where a transaction had
 * queued it.
 */
export const dispatch = (
  context: ConnectionContext,
  request: Request,
  isQueued: boolean
): Answer | HttpAnswer => {
  if (isHttp(request)) return askHttp(context, request)
  const { session, subscriber, transaction } = context
  const wanted = session.begin()
  if (subscriber !== undefined && session.protocolVersion === 2) {
    if (request._tag === "Ping") {
      count(context, request)
      return wanted ? subscribedPong(request) : noReply
    }
    // What EXEC runs is not asked whether it may be (multi.c, execCommand).
    const refusal = isQueued ? undefined : refuseSubscribed(request)
    if (refusal !== undefined) return wanted ? refusal : noReply
  }
  if (transaction !== undefined && mustQueue(transaction, request)) {
    const reply = queueRequest(transaction, request)
    return wanted ? reply : noReply
  }
  // Nearly all requests are such, and this is the least that must be found out about them.
  if (isQuery(request) && session.isAuthenticated) return askQuery(context, request, wanted)
  if (!isCommand(request) || !mayAsk(context, request._tag)) {
    const refusal = refuse(context, request)
    return wanted || Effect.isEffect(refusal) ? refusal : withoutBytes(refusal)
  }
  if (isQuery(request)) return askQuery(context, request, wanted)
  // Session itself knows whether the reply is wanted: CLIENT REPLY is one of its commands.
  if (isSessionCommand(request)) return askSession(context, request)
  if (isTransactionCommand(request)) {
    count(context, request)
    const answer = askTransaction(context, request)
    return wanted ? answer : withoutReply(answer)
  }
  return answerSubscription(context, request, wanted)
}

/** Does not compile once a command of another class (commands/Spec.ts, Class) is declared. */
const answerSubscription = (
  context: ConnectionContext,
  command: SubscriptionCommand,
  wanted: boolean
): Answer => {
  count(context, command)
  return askSubscription(context, command, wanted)
}

const isHttp = (request: Request): request is HttpRequest | HttpRefusal =>
  request._tag === "HttpRequest" || request._tag === "HttpRefusal"

/** A connection of HTTP, as its face sees it. */
class Client implements HttpClient {
  readonly #context: ConnectionContext

  constructor(context: ConnectionContext) {
    this.#context = context
  }

  get authenticator() {
    return this.#context.server.authenticator
  }

  get wrongPassword() {
    const { peer, server } = this.#context
    return server.onWrongPassword(peer)
  }

  get transfer() {
    return this.#context.server.limiter.transfer
  }

  onInputEnd(listener: () => void) {
    return onInputEnd(this.#context.peer, listener)
  }

  follow(place: ChangeId) {
    const context = this.#context
    const delivery = new Delivery(context.server.subscriptions.changes, place)
    return Effect.acquireRelease(
      Effect.sync(() => (context.eventStream = delivery)),
      () => Effect.sync(() => (context.eventStream = undefined))
    )
  }

  storageFailed(error: StoreUnavailable) {
    return noteFailure(this.#context, error)
  }
}

/** A request of HTTP is no command; the HTTP face counts it in the server's statistics. */
const askHttp = (
  context: ConnectionContext,
  request: HttpRequest | HttpRefusal
): Answer | HttpAnswer => {
  const { server, stats } = context
  stats.commands += 1
  if (request._tag === "HttpRefusal") {
    server.stats.protocolErrors += 1
    stats.closeReason = "malformed"
  }
  return server.http?.answer(request, new Client(context)) ?? closeSilently
}

const isCommand = (request: Request): request is Command =>
  !(request instanceof Error || request instanceof Malformed || request instanceof Foreign)

const mayAsk = ({ codec, session }: ConnectionContext, tag: Tag): boolean =>
  session.isAuthenticated || (codec.takesPassword && needsNoPassword(tag))

const askQuery = (context: ConnectionContext, query: Query, wanted: boolean): Answer => {
  count(context, query)
  // A query changes nothing, so one whose reply is not wanted is not run.
  return wanted ? context.server.router.answer(query) : noReply
}

/** The answer with its effect, but without its reply. */
const withoutReply = (answer: Answer): Answer =>
  Effect.isEffect(answer) ? Effect.as(answer, noReply) : noReply

const askSession = (context: ConnectionContext, command: SessionCommand): Answer => {
  const { peer, server, session } = context
  count(context, command)
  if (command._tag === "Reset") {
    context.transaction?.close()
    context.unsubscribe()
  }
  const { wrongPasswords } = session
  const reply = session.answer(command)
  return session.wrongPasswords === wrongPasswords
    ? reply
    : Effect.as(server.onWrongPassword(peer), reply)
}

/** The reply to a request that is no command, or needs a password. */
const refuse = (context: ConnectionContext, request: Request): Answer => {
  const { codec, peer, server, stats } = context
  if (request instanceof Foreign) {
    server.stats.protocolErrors += 1
    stats.closeReason = "foreign-protocol"
    return Effect.as(server.onForeign(peer, request.protocol), closeSilently)
  }
  if (request instanceof Malformed) {
    server.stats.protocolErrors += 1
    stats.closeReason = "malformed"
    const reply = Reply.Reply.Error({ code: "ERR", message: request.message })
    return Reply.Reply.CloseAfterReply({ reply })
  }
  if (request instanceof Error) return Reply.error(request)
  count(context, request)
  if (codec.takesPassword) return authenticationRequired
  stats.closeReason = "denied"
  return denied
}
