/**
 * A connection to a server, as a service: sends requests and receives replies, in the order of the requests. Which
 * requests there are is left to Requests, saving files to files/, reconnecting to Connector.
 */
import { type Array as Arr, Cause, Context, Data, Effect, Layer, Redacted, Stream } from "effect"
import { Socket } from "effect/socket"
import { encodeRequest, makeReplyBuilder } from "../codec/resp/RespClient.ts"
import { makeTokenDecoder, MalformedReply, type Token } from "../codec/resp/RespTokens.ts"
import * as Parser from "../commands/Parser.ts"
import type * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"
import {
  type ConnectFailed,
  connectFailed,
  type ConnectionLost,
  makeReader,
  type Patience,
  type ReadError,
  writer
} from "./SocketIO.ts"

/** The server answered with an error: `code` is its first word, `message` the server's own sentence after that. */
export class ErrorReply extends Data.TaggedError("ErrorReply")<{
  readonly code: string
  readonly message: string
}> {}

/** Why a request has no reply, once there is a connection. */
export type RequestError = ReadError | MalformedReply | ErrorReply

/** Bytes that are received as the stream is pulled. Asking for the next reply skips those that were not pulled. */
export interface IncomingBody {
  /** In bytes. */
  readonly size: number
  readonly bytes: Stream.Stream<Uint8Array, ReadError | MalformedReply>
  /** As `bytes`, for who is done with all chunks of an array before the next is pulled: their memory is used again then. */
  readonly lentBytes: Stream.Stream<Uint8Array, ReadError | MalformedReply>
}

/** A file that is being received, with the name that the server sent. */
export interface IncomingFile extends IncomingBody {
  readonly name: ByteString.ByteString
}

/** Takes the tokens of replies one by one; says whether that was the last of those that were asked for. */
export type TokenConsumer = (token: Token) => boolean | MalformedReply

/** How to talk to the server. */
export interface Options extends Patience {
  /**
   * Sent with the greeting (HELLO 3 AUTH), as it is when the connection is made; none for a server that asks for none.
   */
  readonly password?: (() => Redacted.Redacted | undefined) | undefined
  /**
   * Called before the socket is read: what was lent before is done with, and what is read now is lent, or kept. Without it
   * no memory is used again.
   */
  readonly lend?: ((isLending: boolean) => void) | undefined
}

/** The reply is well formed, but none that the command has. */
export const unexpected = new MalformedReply({
  reason: "the reply has another shape than the command's"
})

/** The longest file name that is accepted from a server, in bytes; Linux's PATH_MAX. */
export const maxNameLength = 4096

const refused = (reply: Reply.Reply): ErrorReply | MalformedReply =>
  reply._tag === "Error" ? new ErrorReply({ code: reply.code, message: reply.message }) : unexpected

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

/**
 * The tokens, with the bytes behind the first `lent` ones copied. What comes behind a body whose bytes are lent is of replies
 * that others wait for, and they keep it.
 */
const copyBehind = (
  tokens: ReadonlyArray<Token | MalformedReply>,
  lent: number
): ReadonlyArray<Token | MalformedReply> => {
  let left = lent
  return tokens.map((token) => {
    if (token._tag !== "BulkPart") return token
    left -= token.bytes.length
    return left >= 0 ? token : { _tag: "BulkPart", bytes: Uint8Array.from(token.bytes) }
  })
}

/** Connects. HELLO 3 goes out together with the first request, so that it costs no round trip. */
const connect = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const pull = yield* Socket.readerBytes(socket).pipe(Effect.mapError(connectFailed))
  const reader = makeReader(pull, options)
  const write = yield* writer(socket)
  const decoder = makeTokenDecoder()
  let greeting: "due" | "sent" | "answered" = "due"
  /** The server's error to HELLO. Requests that were sent with it are answered, too, and no reply would be the right one's. */
  let refusal: ErrorReply | MalformedReply | undefined
  let tokens: ReadonlyArray<Token | MalformedReply> = []
  let next = 0

  /** Reads on, once all tokens were taken; only the bytes of the current body are lent. */
  const fillWith = (isLending: boolean) =>
    Effect.suspend(() => {
      options.lend?.(isLending)
      return Effect.map(reader.read, (chunks) => {
        const read = chunks.flatMap((chunk) => decoder.push(chunk))
        tokens = isLending ? copyBehind(read, incoming.left) : read
        next = 0
      })
    })
  const fill = fillWith(false)

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
    if (refusal !== undefined) return Effect.fail(refusal)
    if (greeting !== "sent") return Effect.void
    greeting = "answered"
    return Effect.flatMap(receiveReply, (reply) => {
      if (reply._tag !== "Error" || reply.code === "NOPROTO") return Effect.void
      refusal = refused(reply)
      return Effect.fail(refusal)
    })
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
    /** What came together is one array. */
    const parts = (isLent: boolean) =>
      Stream.fromPull(
        Effect.succeed(
          Effect.gen(function* () {
            if (thisBody.left === 0) return yield* Cause.done()
            if (next === tokens.length) yield* fillWith(isLent)
            const together: Arr.NonEmptyArray<Uint8Array> = [yield* takePart]
            while (thisBody.left > 0 && next < tokens.length) together.push(yield* takePart)
            return together
          })
        )
      )
    return { size, bytes: parts(false), lentBytes: parts(true) }
  }

  /** Runs before each reply is read: skips the rest of the last body, and reads the reply to HELLO. */
  const prepare = Effect.whileLoop({
    while: () => incoming.left > 0,
    body: () => takePart,
    step: () => undefined
  }).pipe(
    Effect.andThen(Effect.sync(reader.startReply)),
    Effect.andThen(receiveGreeting),
    Effect.andThen(Effect.sync(reader.startReply))
  )

  const takeBulkStart = Effect.flatMap(take, (token) =>
    token._tag === "BulkStart" ? Effect.succeed(token.size) : Effect.fail(unexpected)
  )

  const receiveTokens = (consume: TokenConsumer) =>
    Effect.gen(function* () {
      yield* prepare
      while (true) {
        for (let token = tokens[next]; token !== undefined; token = tokens[next]) {
          next += 1
          const isLast = token instanceof MalformedReply ? token : consume(token)
          if (isLast instanceof MalformedReply) return yield* isLast
          if (isLast) return
        }
        yield* fill
      }
    })

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
      const all = greeting === "due" ? [hello(options.password?.()), ...requests] : requests
      if (greeting === "due") greeting = "sent"
      return write(all.map(encodeRequest).join(""))
    })

  return {
    send,
    receive: Effect.andThen(prepare, receiveReply),
    receiveTokens,
    receiveFile,
    receiveContent
  }
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
    /**
     * The next replies, as their tokens, until the consumer has the last one. For many small replies: a consumer runs for
     * all that has arrived without an effect for each token. Bytes are views of what was received, not copies.
     */
    readonly receiveTokens: (consume: TokenConsumer) => Effect.Effect<void, RequestError>
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
