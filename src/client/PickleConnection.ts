/**
 * A connection to a server of the original Python project, behind the same service as RespConnection. Such a server reads
 * one request with one `recv`, so each request is sent only after the reply to the last; a reply ends where its pickle
 * does; and it may close the connection after a reply, so we reconnect then. It answers our half-close with "Adeus!".
 */
import { Effect, Exit, Layer, Scope } from "effect"
import { Socket } from "effect/socket"
import {
  toPickleRequest,
  toErrorReply,
  toReply,
  type PickleRequest
} from "../codec/pickle/PickleClient.ts"
import * as Reply from "../domain/Reply.ts"
import type * as ByteString from "../domain/ByteString.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import {
  Connection,
  ErrorReply,
  maxNameLength,
  type Options,
  type Protocol,
  refused,
  unexpected
} from "./Connection.ts"
import { open } from "./PickleDialogue.ts"
import { ConnectionLost } from "./SocketIO.ts"

/** A pickled request has one argument at most. The code is the client's own, not the server's. */
const oneArgument = new ErrorReply({
  code: "ONEARGUMENT",
  message: sentence("ONEARGUMENT")
})

const connect = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const parent = yield* Effect.scope
  /** Requests that were asked for and not sent yet; an `ErrorReply` stands for one that pickle cannot express. */
  const queue: Array<PickleRequest | ErrorReply> = []

  const begin = Effect.gen(function* () {
    const scope = yield* Scope.fork(parent)
    return { dialogue: yield* Scope.provide(open(socket, options), scope), scope }
  })
  let current = yield* begin

  /** Closes the old connection first, for a `Socket` has one at a time. */
  const reconnect = Effect.suspend(() => Scope.close(current.scope, Exit.void)).pipe(
    Effect.andThen(begin),
    Effect.mapError((cause) => new ConnectionLost({ cause })),
    Effect.map((again) => {
      current = again
      return again.dialogue
    })
  )

  /** Sends the next request, and takes the start of its reply. */
  const ask = Effect.gen(function* () {
    const { dialogue } = current
    yield* dialogue.skipBody
    const request = queue.shift()
    if (request === undefined) return yield* unexpected
    if (request instanceof ErrorReply) return yield* request
    const first = yield* Effect.catchTag(dialogue.exchange(request), "ConnectionLost", (error) =>
      dialogue.mayBeOver()
        ? Effect.flatMap(reconnect, (again) => again.exchange(request))
        : Effect.fail(error)
    )
    return { first, limit: request.limit }
  })

  const receive = Effect.gen(function* () {
    const { first, limit } = yield* ask
    const reply = first._tag === "Pickle" ? toReply(first.value, limit) : undefined
    return reply ?? (yield* unexpected)
  }).pipe(
    Effect.catchTag("ErrorReply", ({ code, message }) =>
      Effect.succeed(Reply.Reply.Error({ code, message }))
    )
  )

  const receiveFile = Effect.gen(function* () {
    const { first } = yield* ask
    if (first._tag === "Pickle") return yield* refused(toErrorReply(first.value))
    if (first._tag !== "BytesStart" || first.before?._tag !== "Text") return yield* unexpected
    if (first.before.utf8.length > maxNameLength) return yield* unexpected
    return { name: first.before.utf8, ...current.dialogue.body(first.size) }
  })

  // No command of the original replies with bytes alone: the reply is its error.
  const receiveContent = Effect.gen(function* () {
    const { first } = yield* ask
    return yield* first._tag === "Pickle" ? refused(toErrorReply(first.value)) : unexpected
  })

  const send = (requests: ReadonlyArray<ReadonlyArray<ByteString.ByteString>>) =>
    Effect.sync(() => {
      for (const args of requests) queue.push(toPickleRequest(args) ?? oneArgument)
    })

  // An original server answers with pickles, which are no tokens of RESP.
  const receiveTokens = () => Effect.fail(unexpected)

  // It has no greeting.
  return { send, receive, receiveTokens, receiveFile, receiveContent, isRefused: () => false }
})

/** Connects through the socket. */
export const layer: Protocol = (options) =>
  Layer.effect(
    Connection,
    Effect.flatMap(Socket.Socket, (socket) => connect(socket, options))
  )
