/**
 * A connection to a server, as a service: sends requests and receives replies, in the order of the requests. Which
 * requests there are is left to Requests, saving files to files/, reconnecting to Connector.
 */
import { Cause, Context, Data, Duration, Effect, Layer, Redacted, Stream } from "effect"
import { Socket } from "effect/socket"
import { encodeRequest, makeReplyBuilder } from "../codec/resp/RespClient.ts"
import { makeTokenDecoder, MalformedReply, type Token } from "../codec/resp/RespTokens.ts"
import * as Parser from "../commands/Parser.ts"
import type * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"

/** No connection could be made: within the time for it where `timedOut`, at all otherwise. */
export class ConnectFailed extends Data.TaggedError("ConnectFailed")<{
  readonly timedOut: boolean
  readonly cause: unknown
}> {}

/** The connection ended before the reply did. */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{
  readonly cause: unknown
}> {
  /**
   * Whether the server would end the next one too: in TLS 1.3 it looks at a client's certificate only when the client
   * has long begun to speak (RFC 8446, 4.4.2.4), and refuses it by an alert where a reply was waited for. The codes are
   * OpenSSL's, such as `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`.
   */
  get isFinal(): boolean {
    for (let cause = this.cause; cause instanceof Error; cause = cause.cause) {
      if ("code" in cause && /_ALERT_(?:.*CERTIFICATE|UNKNOWN_CA)/.test(String(cause.code)))
        return true
    }
    return false
  }
}

/** The server sent nothing for so many seconds while a reply was due. */
export class ReadTimeout extends Data.TaggedError("ReadTimeout")<{
  readonly seconds: number
}> {}

/** The server answered with an error: `code` is its first word, `message` the server's own sentence after that. */
export class ErrorReply extends Data.TaggedError("ErrorReply")<{
  readonly code: string
  readonly message: string
}> {}

/** Why a request has no reply, once there is a connection. */
export type RequestError = ConnectionLost | ReadTimeout | MalformedReply | ErrorReply

/** Bytes that are received as the stream is pulled. Asking for the next reply skips those that were not pulled. */
export interface IncomingBody {
  /** In bytes. */
  readonly size: number
  readonly bytes: Stream.Stream<Uint8Array, ConnectionLost | ReadTimeout | MalformedReply>
}

/** A file that is being received, with the name that the server sent. */
export interface IncomingFile extends IncomingBody {
  readonly name: ByteString.ByteString
}

/** How to talk to the server. */
export interface Options {
  /** How long the server may send nothing while a reply is due; then the request fails with `ReadTimeout`. */
  readonly readTimeout: Duration.Duration
  /** Sent with the greeting (HELLO 3 AUTH); none for a server that asks for none. */
  readonly password?: Redacted.Redacted | undefined
}

/** The reply is well formed, but none that the command has. */
export const unexpected = new MalformedReply({
  reason: "the reply has another shape than the command's"
})

/** The longest file name that is accepted from a server, in bytes; Linux's PATH_MAX. */
export const maxNameLength = 4096

const refused = (reply: Reply.Reply): ErrorReply | MalformedReply =>
  reply._tag === "Error" ? new ErrorReply({ code: reply.code, message: reply.message }) : unexpected

/** The error of the system or of TLS behind a socket's error, where there is one. */
const causeOf = (error: Socket.SocketError): unknown =>
  "cause" in error.reason ? error.reason.cause : error

/** The `ConnectFailed` for a socket's error. */
export const connectFailed = (error: Socket.SocketError): ConnectFailed =>
  new ConnectFailed({
    timedOut: error.reason._tag === "SocketOpenError" && error.reason.kind === "Timeout",
    cause: causeOf(error)
  })

/** Pulls once. Fails with `ConnectionLost` where the socket does, with `ReadTimeout` when nothing came in time. */
export const readWithTimeout = <A>(
  pull: Effect.Effect<A, Socket.SocketError>,
  { readTimeout }: Options
): Effect.Effect<A, ConnectionLost | ReadTimeout> =>
  pull.pipe(
    Effect.mapError((error) => new ConnectionLost({ cause: causeOf(error) })),
    Effect.timeoutOrElse({
      duration: readTimeout,
      orElse: () => Effect.fail(new ReadTimeout({ seconds: Duration.toSeconds(readTimeout) }))
    })
  )

/**
 * Makes a function that queues text for sending. It does not wait until the system has taken the bytes, for a socket
 * that was closed meanwhile would never say so (NodeSocket.ts, awaitDrain); the next read fails instead. What is queued
 * in one turn of the event loop leaves in one write, so that the server can answer it in one.
 */
export const writer = Effect.fnUntraced(function* (socket: Socket.Socket) {
  const scope = yield* Effect.scope
  const { write } = yield* socket.writer
  let waiting = ""
  const flush = Effect.suspend(() => {
    const text = waiting
    waiting = ""
    return write(ByteString.toBytes(ByteString.unsafe(text)))
  })
  return (latin1: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      waiting += latin1
      return waiting.length > latin1.length
        ? Effect.void
        : Effect.forkIn(Effect.ignore(Effect.andThen(Effect.yieldNow, flush)), scope)
    })
})

const hello = (password: Redacted.Redacted | undefined) =>
  Parser.print({
    _tag: "Hello",
    version: 3,
    credentials:
      password === undefined
        ? undefined
        : { user: undefined, password: ByteString.fromText(Redacted.value(password)) },
    clientName: undefined
  })

/** Connects. HELLO 3 goes out together with the first request, so that it costs no round trip. */
const connect = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const pull = yield* Socket.readerBytes(socket).pipe(Effect.mapError(connectFailed))
  const write = yield* writer(socket)
  const decoder = makeTokenDecoder()
  let greeting: "due" | "sent" | "answered" = "due"
  let tokens: ReadonlyArray<Token | MalformedReply> = []
  let next = 0

  const fill = readWithTimeout(pull, options).pipe(
    Effect.map((chunks) => {
      tokens = chunks.flatMap((chunk) => decoder.push(chunk))
      next = 0
    })
  )

  const take: Effect.Effect<Token, Exclude<RequestError, ErrorReply>> = Effect.suspend(() => {
    const token = tokens[next]
    if (token === undefined) return Effect.andThen(fill, take)
    next += 1
    return token instanceof MalformedReply ? Effect.fail(token) : Effect.succeed(token)
  })

  const receiveReply = Effect.gen(function* () {
    const builder = makeReplyBuilder()
    while (true) {
      for (let token = tokens[next]; token !== undefined; token = tokens[next]) {
        next += 1
        const reply = token instanceof MalformedReply ? token : builder.push(token)
        if (reply instanceof MalformedReply) return yield* reply
        if (reply !== undefined) return reply
      }
      yield* fill
    }
  })

  /** Reads the reply to HELLO, once. A server without RESP 3 answers NOPROTO and goes on in RESP 2, which is decoded too. */
  const receiveGreeting = Effect.suspend(() => {
    if (greeting !== "sent") return Effect.void
    greeting = "answered"
    return Effect.flatMap(receiveReply, (reply) =>
      reply._tag === "Error" && reply.code !== "NOPROTO" ? Effect.fail(refused(reply)) : Effect.void
    )
  })

  /** How many bytes of the current body were not pulled yet. */
  let incoming = { left: 0 }

  const takePart = Effect.suspend(() =>
    Effect.flatMap(take, (token) => {
      if (token._tag !== "BulkPart") return Effect.fail(unexpected)
      incoming.left -= token.bytes.length
      return Effect.succeed(token.bytes)
    })
  )

  /** The bytes of the bulk string whose start was the last token taken. */
  const body = (size: number): IncomingBody => {
    const thisBody = { left: size }
    incoming = thisBody
    return {
      size,
      bytes: Stream.fromPull(
        Effect.succeed(
          Effect.gen(function* () {
            return thisBody.left === 0 ? yield* Cause.done() : ([yield* takePart] as const)
          })
        )
      )
    }
  }

  /** Runs before each reply is read: skips the rest of the last body, and reads the reply to HELLO. */
  const prepare = Effect.andThen(
    Effect.whileLoop({
      while: () => incoming.left > 0,
      body: () => takePart,
      step: () => undefined
    }),
    receiveGreeting
  )

  const takeBulkStart = Effect.flatMap(take, (token) =>
    token._tag === "BulkStart" ? Effect.succeed(token.size) : Effect.fail(unexpected)
  )

  const receiveFile = Effect.gen(function* () {
    yield* prepare
    const first = yield* take
    if (first._tag === "Leaf") return yield* refused(first.reply)
    if (first._tag !== "Open" || first.kind !== "List" || first.count !== 2)
      return yield* unexpected
    const nameSize = yield* takeBulkStart
    if (nameSize > maxNameLength) return yield* unexpected
    const name = yield* ByteString.collect(body(nameSize).bytes)
    return { name, ...body(yield* takeBulkStart) }
  })

  const receiveContent = Effect.gen(function* () {
    yield* prepare
    const first = yield* take
    if (first._tag === "BulkStart") return body(first.size)
    if (first._tag !== "Leaf") return yield* unexpected
    return first.reply._tag === "Null" ? undefined : yield* refused(first.reply)
  })

  const send = (requests: ReadonlyArray<ReadonlyArray<ByteString.ByteString>>) =>
    Effect.suspend(() => {
      const all = greeting === "due" ? [hello(options.password), ...requests] : requests
      if (greeting === "due") greeting = "sent"
      return write(all.map(encodeRequest).join(""))
    })

  return { send, receive: Effect.andThen(prepare, receiveReply), receiveFile, receiveContent }
})

/** A connection to one server. */
export class Connection extends Context.Service<
  Connection,
  {
    /** Sends requests, each a command's name and its arguments, without waiting for their replies. */
    readonly send: (
      requests: ReadonlyArray<ReadonlyArray<ByteString.ByteString>>
    ) => Effect.Effect<void, ConnectionLost>
    /** The next reply, whole; an error reply is a value. Fails with `ErrorReply` only where the server refused HELLO. */
    readonly receive: Effect.Effect<Reply.Reply, RequestError>
    /** The next reply, which must be a name and a content. Fails with `ErrorReply` where it is an error. */
    readonly receiveFile: Effect.Effect<IncomingFile, RequestError>
    /** The next reply, which must be a bulk string, or null: `undefined`. Fails with `ErrorReply` where it is an error. */
    readonly receiveContent: Effect.Effect<IncomingBody | undefined, RequestError>
  }
>()("sockets/client/Connection") {
  /** Connects through the socket. The connection is closed with the layer's scope. */
  static readonly layer = (
    options: Options
  ): Layer.Layer<Connection, ConnectFailed, Socket.Socket> =>
    Layer.effect(
      Connection,
      Effect.flatMap(Socket.Socket, (socket) => connect(socket, options))
    )
}
