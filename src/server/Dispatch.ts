/**
 * Decides who answers a request: Router, if it asks for something; Session, if it is about the connection; or nobody but
 * this, if it is refused. Counts commands and broken requests. How replies are encoded and sent is not known here.
 */
import { Effect } from "effect"
import { Foreign, Malformed, type Request } from "../codec/Codec.ts"
import {
  type Command,
  isQuery,
  isSessionCommand,
  isTransactionCommand,
  needsNoPassword,
  type SessionCommand,
  type Tag
} from "../commands/Command.ts"
import { NotAuthenticated, type StoreUnavailable } from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import type { HttpRefusal, HttpRequest } from "../codec/http/HttpRequest.ts"
import type { Answer } from "../Router.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import type { HttpAnswer, HttpClient } from "./ServerContext.ts"
import { withoutBytes } from "./Session.ts"
import { noteFailure } from "./TransferLog.ts"
import { askTransaction, queueRequest, mustQueue } from "./transactions/TransactionReplies.ts"

const noReply = Reply.Reply.NoReply()

const authenticationRequired = Reply.error(
  new NotAuthenticated({ text: "Authentication required." })
)

/** The end, for a client that has no way to give the password. */
const denied = Reply.Reply.CloseAfterReply({ reply: Reply.status("Acesso negado.") })
/** The end, without a word. */
const silence = Reply.Reply.CloseAfterReply({ reply: noReply })

const count = ({ server, stats }: ConnectionContext): void => {
  server.stats.commandsProcessed += 1
  stats.commands += 1
}

/** The answer to a request; no reply where the client asked for none (CLIENT REPLY). */
export const dispatch = (context: ConnectionContext, request: Request): Answer | HttpAnswer => {
  if (isHttp(request)) return askHttp(context, request)
  const { server, session, transaction } = context
  const wanted = session.begin()
  if (transaction !== undefined && mustQueue(transaction, request)) {
    const reply = queueRequest(transaction, request)
    return wanted ? reply : noReply
  }
  // Nearly all requests are such, and this is all that is found out about them.
  if (isQuery(request) && session.isAuthenticated) {
    count(context)
    // Nothing is changed by a query, so one whose reply is not wanted need not be asked.
    return wanted ? server.router.answer(request) : noReply
  }
  // The session itself knows what is wanted then, for CLIENT REPLY is one of its commands.
  if (isCommand(request) && mayAsk(context, request._tag)) {
    if (isSessionCommand(request)) return askSession(context, request)
    if (isTransactionCommand(request)) {
      count(context)
      const answer = askTransaction(context, request, wanted)
      return wanted ? answer : withoutReply(answer)
    }
  }
  const refusal = refuse(context, request)
  return wanted || Effect.isEffect(refusal) ? refusal : withoutBytes(refusal)
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

  storageFailed(error: StoreUnavailable) {
    return noteFailure(this.#context, error)
  }
}

/** Requests of HTTP are no commands, and are counted by their face. */
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
  return server.http?.answer(request, new Client(context)) ?? silence
}

const isCommand = (request: Request): request is Command =>
  !(request instanceof Error || request instanceof Malformed || request instanceof Foreign)

const mayAsk = ({ codec, session }: ConnectionContext, tag: Tag): boolean =>
  session.isAuthenticated || (codec.takesPassword && needsNoPassword(tag))

/** The answer, done as it is, but not told. */
const withoutReply = (answer: Answer): Answer =>
  Effect.isEffect(answer) ? Effect.as(answer, noReply) : noReply

const askSession = (context: ConnectionContext, command: SessionCommand): Answer => {
  const { peer, server, session } = context
  count(context)
  if (command._tag === "Reset") context.transaction?.close()
  const { wrongPasswords } = session
  const reply = session.answer(command)
  return session.wrongPasswords === wrongPasswords
    ? reply
    : Effect.as(server.onWrongPassword(peer), reply)
}

/** Why a request is not answered: it is no command, or the password must come first. */
const refuse = (context: ConnectionContext, request: Request): Answer => {
  const { codec, peer, server, stats } = context
  if (request instanceof Foreign) {
    server.stats.protocolErrors += 1
    stats.closeReason = "foreign-protocol"
    return Effect.as(server.onForeign(peer, request.protocol), silence)
  }
  if (request instanceof Malformed) {
    server.stats.protocolErrors += 1
    stats.closeReason = "malformed"
    const reply = Reply.Reply.Error({ code: "ERR", message: request.message })
    return Reply.Reply.CloseAfterReply({ reply })
  }
  if (request instanceof Error) return Reply.error(request)
  count(context)
  if (codec.takesPassword) return authenticationRequired
  stats.closeReason = "denied"
  return denied
}
