/**
 * A connection to a server of the original project, behind the same service as one to our own. It assumes what that
 * server does: it takes one request in one `recv`, so the next is sent only when the last was answered; nothing frames
 * a reply but the pickle's own end; and it may hang up after a reply, and is called again then. At the end our side of
 * the connection is closed first, for such a server says goodbye to that.
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
import {
  type ConnectFailed,
  connectFailed,
  Connection,
  ConnectionLost,
  readWithTimeout,
  type IncomingBody,
  longestName,
  type Options,
  ErrorReply,
  type ReadTimeout,
  writer,
  unexpected
} from "./Connection.ts"

/** How long the server may take to say goodbye. */
const lingering = "2 seconds"

/** What the conversation cannot carry; the code is the client's own. */
const oneArgument = new ErrorReply({
  code: "ONEARGUMENT",
  message: "Em pickle, um comando leva um só argumento."
})

const refused = (reply: Reply.Reply | undefined): ErrorReply | MalformedReply =>
  reply?._tag === "Error" ? new ErrorReply(reply) : unexpected

/** One connection, until its scope closes; if all went well, not before the server has said goodbye. */
const dial = Effect.fnUntraced(function* (socket: Socket.Socket) {
  const pull = yield* Socket.readerBytes(socket).pipe(Effect.mapError(connectFailed))
  const writing = yield* Scope.make()
  const write = yield* Scope.provide(writer(socket), writing)
  const goodbye = Effect.forever(pull).pipe(
    Effect.interruptible,
    Effect.timeoutOption(lingering),
    Effect.ignore
  )
  yield* Effect.addFinalizer((exit) =>
    Effect.andThen(Scope.close(writing, Exit.void), Exit.isSuccess(exit) ? goodbye : Effect.void)
  )
  return { pull, write }
})

const connect = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const parent = yield* Effect.scope
  /** Asked and not sent. */
  const queue: Array<PickleRequest | ErrorReply> = []

  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(parent)
    const line = yield* Scope.provide(dial(socket), scope)
    return { ...line, scope, reader: makePickleReader(replyLimits), answers: 0, heard: false }
  })
  let line = yield* open
  let all: ReadonlyArray<Found> = []
  let next = 0

  const fill = Effect.suspend(() => readWithTimeout(line.pull, options)).pipe(
    Effect.map((chunks) => {
      line.heard = true
      all = chunks.flatMap(line.reader.push)
      next = 0
    })
  )

  const take: Effect.Effect<
    Exclude<Found, { readonly _tag: "Malformed" }>,
    ConnectionLost | ReadTimeout | MalformedReply
  > = Effect.suspend(() => {
    const found = all[next]
    if (found === undefined) return Effect.andThen(fill, take)
    next += 1
    return found._tag === "Malformed"
      ? Effect.fail(new MalformedReply({ reason: found.message }))
      : Effect.succeed(found)
  })

  /** Sends, and takes the beginning of the answer. */
  const exchange = ({ pickle }: PickleRequest) =>
    Effect.suspend(() => {
      line.heard = false
      return line.write(pickle)
    }).pipe(
      Effect.andThen(take),
      Effect.tap(() =>
        Effect.sync(() => {
          line.answers += 1
        })
      )
    )

  /** The old line is let go of first: a socket knows only one. */
  const callAgain = Effect.suspend(() => Scope.close(line.scope, Exit.void)).pipe(
    Effect.andThen(open),
    Effect.mapError((cause) => new ConnectionLost({ cause })),
    Effect.map((again) => {
      line = again
      all = []
      next = 0
    })
  )

  /** The file that is arriving. */
  let arriving: { left: boolean } = { left: false }

  /** More of the file; done, once all of the pickle around it has come. */
  const takePart = Effect.gen(function* () {
    const found = yield* take
    if (found._tag === "BytesPart") return [found.bytes] as const
    arriving.left = false
    return yield* found._tag === "Pickle" && isFile(found.value) ? Cause.done() : unexpected
  })

  const body = (size: number): IncomingBody => {
    const mine = { left: true }
    arriving = mine
    return {
      size,
      bytes: Stream.fromPull(
        Effect.succeed(Effect.suspend(() => (mine.left ? takePart : Cause.done())))
      )
    }
  }

  /** What is left of a file that nobody wanted. */
  const skip = Effect.whileLoop({
    while: () => arriving.left,
    body: () => Pull.catchDone(takePart, () => Effect.void),
    step: () => undefined
  })

  /** Asks the next request, and takes the beginning of its answer. */
  const ask = Effect.gen(function* () {
    yield* skip
    const request = queue.shift()
    if (request === undefined) return yield* unexpected
    if (request instanceof ErrorReply) return yield* request
    const first = yield* Effect.catchTag(exchange(request), "ConnectionLost", (error) =>
      line.answers > 0 && !line.heard
        ? Effect.andThen(callAgain, exchange(request))
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
    if (first.before.utf8.length > longestName) return yield* unexpected
    return { name: first.before.utf8, ...body(first.size) }
  })

  // The original has nothing of this kind, and says so.
  const receiveContent = Effect.gen(function* () {
    const { first } = yield* ask
    return yield* first._tag === "Pickle" ? refused(toErrorReply(first.value)) : unexpected
  })

  const send = (requests: ReadonlyArray<ReadonlyArray<ByteString.ByteString>>) =>
    Effect.sync(() => {
      for (const args of requests) queue.push(toPickleRequest(args) ?? oneArgument)
    })

  return { send, receive, receiveFile, receiveContent }
})

/** Connects through the socket; the connection is closed with the layer's scope. */
export const layer = (options: Options): Layer.Layer<Connection, ConnectFailed, Socket.Socket> =>
  Layer.effect(
    Connection,
    Effect.flatMap(Socket.Socket, (socket) => connect(socket, options))
  )
