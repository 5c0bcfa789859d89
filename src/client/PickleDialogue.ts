/**
 * One connection to a server of the original Python project: a request, its reply, and then the next request. What the
 * replies mean, and connecting again, are left to PickleConnection.
 */
import { Cause, Effect, Exit, Pull, Scope, Stream } from "effect"
import { Socket } from "effect/socket"
import { isFile, type PickleRequest, replyLimits } from "../codec/pickle/PickleClient.ts"
import { type Found, makePickleReader } from "../codec/pickle/PickleReader.ts"
import { MalformedReply } from "../codec/resp/RespTokens.ts"
import { type IncomingBody, type Options, unexpected } from "./Connection.ts"
import {
  type ConnectFailed,
  connectFailed,
  makeReader,
  type Reader,
  type ReadError,
  writer
} from "./SocketIO.ts"

/** What a reply is made of. */
export type ReplyPart = Exclude<Found, { readonly _tag: "Malformed" }>

/** Requests and replies over one connection. */
export interface PickleDialogue {
  /** Sends a request, and takes the start of its reply. */
  readonly exchange: (
    request: PickleRequest
  ) => Effect.Effect<ReplyPart, ReadError | MalformedReply>
  /** Whether a reply has come before, and nothing since the last request: the server may have closed it in between. */
  readonly mayBeOver: () => boolean
  /** The bytes whose start was taken last, up to the end of the pickle around them. */
  readonly body: (size: number) => IncomingBody
  /** Takes what was not pulled of the last body. */
  readonly skipBody: Effect.Effect<void, ReadError | MalformedReply>
}

/** How long to wait at the end for the server to close its side. */
const lingering = "2 seconds"

/** Closing the scope half-closes the connection and, after a success, waits until the server has closed too. */
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

const over = (
  { read, startReply }: Reader,
  write: (latin1: string) => Effect.Effect<void>
): PickleDialogue => {
  const parser = makePickleReader(replyLimits)
  /** What has come, and how much of it was taken. */
  let all: ReadonlyArray<Found> = []
  let next = 0
  let hasAnswered = false
  let hasReceived = false
  /** Whether some of the current body was not pulled yet. */
  let incoming: { left: boolean } = { left: false }

  const fill = Effect.map(read, (chunks) => {
    hasReceived = true
    all = chunks.flatMap(parser.push)
    next = 0
  })

  const take: Effect.Effect<ReplyPart, ReadError | MalformedReply> = Effect.suspend(() => {
    const found = all[next]
    if (found === undefined) return Effect.andThen(fill, take)
    next += 1
    return found._tag === "Malformed"
      ? Effect.fail(new MalformedReply({ reason: found.message }))
      : Effect.succeed(found)
  })

  const exchange = ({ pickle }: PickleRequest) =>
    Effect.suspend(() => {
      hasReceived = false
      startReply()
      return write(pickle)
    }).pipe(
      Effect.andThen(take),
      Effect.tap(() =>
        Effect.sync(() => {
          hasAnswered = true
        })
      )
    )

  /** The next bytes of the body; done at the end of the pickle around it. */
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

  const skipBody = Effect.whileLoop({
    while: () => incoming.left,
    body: () => Pull.catchDone(takePart, () => Effect.void),
    step: () => undefined
  })

  return { exchange, mayBeOver: () => hasAnswered && !hasReceived, body, skipBody }
}

/** Connects through the socket. The connection is closed with the scope. */
export const open = (
  socket: Socket.Socket,
  options: Options
): Effect.Effect<PickleDialogue, ConnectFailed, Scope.Scope> =>
  Effect.map(dial(socket, options), ({ reader, write }) => over(reader, write))
