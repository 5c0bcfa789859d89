/**
 * A connection to a server of the original Python project, behind the same service as RespConnection. Such a server reads
 * one request with one `recv`, so each request is sent only after the reply to the last; a reply ends where its pickle
 * does; and it may close the connection after a reply, so we reconnect then. It answers our half-close with "Adeus!".
 */
import { Cause, Effect, Exit, Layer, Pull, Scope, Stream } from "effect"
import { Socket } from "effect/socket"
import {
  isFile,
  replyLimits,
  toPickleRequest,
  toErrorReply,
  toReply,
  type PickleRequest
} from "../codec/pickle/PickleClient.ts"
import { type Found, makePickleReader } from "../codec/pickle/PickleReader.ts"
import { MalformedReply } from "../codec/resp/RespTokens.ts"
import * as Reply from "../domain/Reply.ts"
import type * as ByteString from "../domain/ByteString.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import {
  Connection,
  type IncomingBody,
  maxNameLength,
  type Options,
  ErrorReply,
  unexpected
} from "./Connection.ts"
import {
  type ConnectFailed,
  connectFailed,
  ConnectionLost,
  type ReadError,
  makeReader,
  writer
} from "./SocketIO.ts"

/** How long to wait at the end for the server to close its side. */
const lingering = "2 seconds"

/** A pickled request has one argument at most. The code is the client's own, not the server's. */
const oneArgument = new ErrorReply({
  code: "ONEARGUMENT",
  message: sentence("ONEARGUMENT")
})

const refused = (reply: Reply.Reply | undefined): ErrorReply | MalformedReply =>
  reply?._tag === "Error" ? new ErrorReply(reply) : unexpected

/** One connection. Closing the scope half-closes it and, after a success, waits until the server has closed too. */
const dial = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const pull = yield* Socket.readerBytes(socket).pipe(Effect.mapError(connectFailed))
  const writing = yield* Scope.make()
  const reader = makeReader(pull, options)
  const write = yield* Scope.provide(writer(socket), writing)
  const goodbye = Effect.forever(pull).pipe(
    Effect.interruptible,
    Effect.timeoutOption(lingering),
    Effect.ignore
  )
  yield* Effect.addFinalizer((exit) =>
    Effect.andThen(Scope.close(writing, Exit.void), Exit.isSuccess(exit) ? goodbye : Effect.void)
  )
  return { reader, write }
})

const connect = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const parent = yield* Effect.scope
  /** Requests that were asked for and not sent yet; an `ErrorReply` stands for one that pickle cannot express. */
  const queue: Array<PickleRequest | ErrorReply> = []

  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(parent)
    const io = yield* Scope.provide(dial(socket, options), scope)
    return { ...io, scope, parser: makePickleReader(replyLimits), answers: 0, hasReceived: false }
  })
  let current = yield* open
  let all: ReadonlyArray<Found> = []
  let next = 0

  const fill = Effect.suspend(() => current.reader.read).pipe(
    Effect.map((chunks) => {
      current.hasReceived = true
      all = chunks.flatMap(current.parser.push)
      next = 0
    })
  )

  const take: Effect.Effect<
    Exclude<Found, { readonly _tag: "Malformed" }>,
    ReadError | MalformedReply
  > = Effect.suspend(() => {
    const found = all[next]
    if (found === undefined) return Effect.andThen(fill, take)
    next += 1
    return found._tag === "Malformed"
      ? Effect.fail(new MalformedReply({ reason: found.message }))
      : Effect.succeed(found)
  })

  /** Sends a request, and takes the start of its reply. */
  const exchange = ({ pickle }: PickleRequest) =>
    Effect.suspend(() => {
      current.hasReceived = false
      current.reader.startReply()
      return current.write(pickle)
    }).pipe(
      Effect.andThen(take),
      Effect.tap(() =>
        Effect.sync(() => {
          current.answers += 1
        })
      )
    )

  /** Closes the old connection first, for a `Socket` has one at a time. */
  const reconnect = Effect.suspend(() => Scope.close(current.scope, Exit.void)).pipe(
    Effect.andThen(open),
    Effect.mapError((cause) => new ConnectionLost({ cause })),
    Effect.map((again) => {
      current = again
      all = []
      next = 0
    })
  )

  /** Whether some of the current file was not pulled yet. */
  let incoming: { left: boolean } = { left: false }

  /** The next bytes of the file; done at the end of the pickle around it. */
  const takePart = Effect.gen(function* () {
    const found = yield* take
    if (found._tag === "BytesPart") return [found.bytes] as const
    incoming.left = false
    return yield* found._tag === "Pickle" && isFile(found.value) ? Cause.done() : unexpected
  })

  const body = (size: number): IncomingBody => {
    const thisBody = { left: true }
    incoming = thisBody
    const bytes = Stream.fromPull(
      Effect.succeed(Effect.suspend(() => (thisBody.left ? takePart : Cause.done())))
    )
    return { size, bytes, lentBytes: bytes }
  }

  /** Skips the rest of the current file. */
  const skip = Effect.whileLoop({
    while: () => incoming.left,
    body: () => Pull.catchDone(takePart, () => Effect.void),
    step: () => undefined
  })

  /** Sends the next request, and takes the start of its reply. */
  const ask = Effect.gen(function* () {
    yield* skip
    const request = queue.shift()
    if (request === undefined) return yield* unexpected
    if (request instanceof ErrorReply) return yield* request
    const first = yield* Effect.catchTag(exchange(request), "ConnectionLost", (error) =>
      current.answers > 0 && !current.hasReceived
        ? Effect.andThen(reconnect, exchange(request))
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
    return { name: first.before.utf8, ...body(first.size) }
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

  return { send, receive, receiveTokens, receiveFile, receiveContent }
})

/** Connects through the socket. The connection is closed with the layer's scope. */
export const layer = (options: Options): Layer.Layer<Connection, ConnectFailed, Socket.Socket> =>
  Layer.effect(
    Connection,
    Effect.flatMap(Socket.Socket, (socket) => connect(socket, options))
  )
