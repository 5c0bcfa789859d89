/**
 * A connection to a server, as a service: words go out, replies come back in the order of the requests. What the
 * words mean, and what becomes of a file that arrives, is not known here.
 */
import { Cause, Context, Data, Duration, Effect, Layer, Redacted, Stream } from "effect"
import { Socket } from "effect/socket"
import { encodeRequest, makeReplyBuilder } from "../codec/resp/RespClient.ts"
import { makeTokenDecoder, MalformedReply, type Token } from "../codec/resp/RespTokens.ts"
import * as Grammar from "../commands/Parser.ts"
import type * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"

/** No connection could be made. `timedOut` tells a silence from a refusal. */
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

/** The server is connected and says nothing. */
export class ReadTimeout extends Data.TaggedError("ReadTimeout")<{
  readonly seconds: number
}> {}

/** The server answered, and its answer is no. `message` is the server's own sentence. */
export class ErrorReply extends Data.TaggedError("ErrorReply")<{
  readonly code: string
  readonly message: string
}> {}

/** What can go wrong with a request once there is a connection. */
export type RequestError = ConnectionLost | ReadTimeout | MalformedReply | ErrorReply

/** Bytes that arrive as they are asked for, until the next reply is asked for: what is left of them is skipped then. */
export interface IncomingBody {
  /** In bytes. */
  readonly size: number
  readonly bytes: Stream.Stream<Uint8Array, ConnectionLost | ReadTimeout | MalformedReply>
}

/** A file that arrives, with the name the server gave it. */
export interface IncomingFile extends IncomingBody {
  readonly name: ByteString.ByteString
}

/** How long the server may be silent in the middle of an answer. */
export interface Options {
  readonly silence: Duration.Duration
  /** What the server asks for before it answers, if it does. */
  readonly password?: Redacted.Redacted | undefined
}

/** What came is no answer to what was asked. */
export const unexpected = new MalformedReply({
  reason: "the reply has another shape than the command's"
})

/** The longest name of a file that is taken from a server, in bytes; Linux's PATH_MAX. */
export const longestName = 4096

const refused = (reply: Reply.Reply): ErrorReply | MalformedReply =>
  reply._tag === "Error" ? new ErrorReply({ code: reply.code, message: reply.message }) : unexpected

/** What the system or TLS says of it, where one of them does. */
const causeOf = (error: Socket.SocketError): unknown =>
  "cause" in error.reason ? error.reason.cause : error

/** Why no connection could be made. */
export const connectFailed = (error: Socket.SocketError): ConnectFailed =>
  new ConnectFailed({
    timedOut: error.reason._tag === "SocketOpenError" && error.reason.kind === "Timeout",
    cause: causeOf(error)
  })

/** What `pull` reads next; a server that says nothing for too long is given up. */
export const readWithTimeout = <A>(
  pull: Effect.Effect<A, Socket.SocketError>,
  { silence }: Options
): Effect.Effect<A, ConnectionLost | ReadTimeout> =>
  pull.pipe(
    Effect.mapError((error) => new ConnectionLost({ cause: causeOf(error) })),
    Effect.timeoutOrElse({
      duration: silence,
      orElse: () => Effect.fail(new ReadTimeout({ seconds: Duration.toSeconds(silence) }))
    })
  )

/**
 * Sends without waiting until the system has taken it: a socket that was closed meanwhile would never say so
 * (NodeSocket.ts, awaitDrain). That the connection is gone is told by what is read next. What is sent at a time is
 * little, for everything that is asked is answered before long; what is asked together, as by those who have just got
 * their answers, leaves in one write, which the server answers in one.
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
  Grammar.print({
    _tag: "Hello",
    version: 3,
    credentials:
      password === undefined
        ? undefined
        : { user: undefined, password: ByteString.fromText(Redacted.value(password)) },
    clientName: undefined
  })

/** Connects, and agrees on RESP 3: the greeting goes out with the first request and costs no round trip. */
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

  /** Once, the answer to the greeting: a server that does not speak RESP 3 goes on in RESP 2, which is understood too. */
  const greeted = Effect.suspend(() => {
    if (greeting !== "sent") return Effect.void
    greeting = "answered"
    return Effect.flatMap(receiveReply, (reply) =>
      reply._tag === "Error" && reply.code !== "NOPROTO" ? Effect.fail(refused(reply)) : Effect.void
    )
  })

  /** The body that is arriving. */
  let arriving = { left: 0 }

  const takePart = Effect.suspend(() =>
    Effect.flatMap(take, (token) => {
      if (token._tag !== "BulkPart") return Effect.fail(unexpected)
      arriving.left -= token.bytes.length
      return Effect.succeed(token.bytes)
    })
  )

  /** The bytes of the bulk string whose beginning was the last token taken. */
  const body = (size: number): IncomingBody => {
    const mine = { left: size }
    arriving = mine
    return {
      size,
      bytes: Stream.fromPull(
        Effect.succeed(
          Effect.gen(function* () {
            return mine.left === 0 ? yield* Cause.done() : ([yield* takePart] as const)
          })
        )
      )
    }
  }

  /** Comes before every reply: the rest of the last one is skipped, and the greeting answered. */
  const ready = Effect.andThen(
    Effect.whileLoop({
      while: () => arriving.left > 0,
      body: () => takePart,
      step: () => undefined
    }),
    greeted
  )

  const takeBulkStart = Effect.flatMap(take, (token) =>
    token._tag === "BulkStart" ? Effect.succeed(token.size) : Effect.fail(unexpected)
  )

  const receiveFile = Effect.gen(function* () {
    yield* ready
    const first = yield* take
    if (first._tag === "Leaf") return yield* refused(first.reply)
    if (first._tag !== "Open" || first.kind !== "List" || first.count !== 2)
      return yield* unexpected
    const nameSize = yield* takeBulkStart
    if (nameSize > longestName) return yield* unexpected
    const name = yield* ByteString.collect(body(nameSize).bytes)
    return { name, ...body(yield* takeBulkStart) }
  })

  const receiveContent = Effect.gen(function* () {
    yield* ready
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

  return { send, receive: Effect.andThen(ready, receiveReply), receiveFile, receiveContent }
})

/** The connection that a client's questions go through. */
export class Connection extends Context.Service<
  Connection,
  {
    /** Sends requests without waiting for their replies. */
    readonly send: (
      requests: ReadonlyArray<ReadonlyArray<ByteString.ByteString>>
    ) => Effect.Effect<void, ConnectionLost>
    /** The next reply, whole, a refusal included; `ErrorReply` only where the server refused the connection itself. */
    readonly receive: Effect.Effect<Reply.Reply, RequestError>
    /** The next reply, which is a file. */
    readonly receiveFile: Effect.Effect<IncomingFile, RequestError>
    /** The next reply, which is a bulk string or null. */
    readonly receiveContent: Effect.Effect<IncomingBody | undefined, RequestError>
  }
>()("sockets/client/Connection") {
  /** Connects through the socket; the connection is closed with the layer's scope. */
  static readonly layer = (
    options: Options
  ): Layer.Layer<Connection, ConnectFailed, Socket.Socket> =>
    Layer.effect(
      Connection,
      Effect.flatMap(Socket.Socket, (socket) => connect(socket, options))
    )
}
