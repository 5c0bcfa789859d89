/** A connection that speaks RESP. HELLO 3 goes out together with the first request, so that it costs no round trip. */
import { Effect, Layer, Redacted } from "effect"
import { Socket } from "effect/socket"
import { encodeRequest, makeReplyBuilder } from "../codec/resp/RespClient.ts"
import { MalformedReply } from "../codec/resp/RespTokens.ts"
import * as Parser from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"
import type * as Reply from "../domain/Reply.ts"
import {
  Connection,
  type ErrorReply,
  maxNameLength,
  type Options,
  type Protocol,
  refused,
  type RequestError,
  type TokenConsumer,
  unexpected
} from "./Connection.ts"
import { connectFailed, makeReader, writer } from "./SocketIO.ts"
import { makeTokenReader } from "./TokenReader.ts"

/** A command's name and its arguments. */
type Request = ReadonlyArray<ByteString.ByteString>

const hello = (password: Redacted.Redacted | undefined): Request =>
  Parser.print({
    _tag: "Hello",
    version: 3,
    credentials:
      password === undefined
        ? undefined
        : { user: undefined, password: ByteString.fromText(Redacted.value(password)) },
    clientName: undefined
  })

/** HELLO, once, and the reply to it, which is read before any other. */
const makeGreeting = (
  password: Options["password"],
  receiveReply: Effect.Effect<Reply.Reply, RequestError>
) => {
  let state: "due" | "sent" | "answered" = "due"
  /** The server's error to HELLO. Requests that were sent with it are answered, too, and no reply would be the right one's. */
  let refusal: ErrorReply | MalformedReply | undefined

  /** The requests, behind HELLO where it is due. */
  const before = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> => {
    if (state !== "due") return requests
    const greeting = hello(password?.())
    state = "sent"
    return [greeting, ...requests]
  }

  /** Reads the reply to HELLO, once. A server without RESP 3 answers NOPROTO and goes on in RESP 2, which is decoded too. */
  const receive = Effect.suspend(() => {
    if (refusal !== undefined) return Effect.fail(refusal)
    if (state !== "sent") return Effect.void
    state = "answered"
    return Effect.flatMap(receiveReply, (reply) => {
      if (reply._tag !== "Error" || reply.code === "NOPROTO") return Effect.void
      refusal = refused(reply)
      return Effect.fail(refusal)
    })
  })

  return { before, receive, isRefused: () => refusal !== undefined }
}

const connect = Effect.fnUntraced(function* (socket: Socket.Socket, options: Options) {
  const pull = yield* Socket.readerBytes(socket).pipe(Effect.mapError(connectFailed))
  const reader = makeReader(pull, options)
  const write = yield* writer(socket)
  const tokens = makeTokenReader(reader, options.lend)

  const receiveReply = Effect.gen(function* () {
    const builder = makeReplyBuilder()
    while (true) {
      const reply = tokens.takeUntil(builder.push)
      if (reply instanceof MalformedReply) return yield* reply
      if (reply !== undefined) return reply
      yield* tokens.fill
    }
  })

  const greeting = makeGreeting(options.password, receiveReply)

  /** Runs before each reply is read. */
  const prepare = tokens.skipBody.pipe(
    Effect.andThen(Effect.sync(reader.startReply)),
    Effect.andThen(greeting.receive),
    Effect.andThen(Effect.sync(reader.startReply))
  )

  const receiveTokens = (consume: TokenConsumer) =>
    Effect.gen(function* () {
      yield* prepare
      while (true) {
        const isDone = tokens.takeUntil(consume)
        if (isDone instanceof MalformedReply) return yield* isDone
        if (isDone) return
        yield* tokens.fill
      }
    })

  const takeBulkStart = Effect.flatMap(tokens.take, (token) =>
    token._tag === "BulkStart" ? Effect.succeed(token.size) : Effect.fail(unexpected)
  )

  const receiveFile = Effect.gen(function* () {
    yield* prepare
    const first = yield* tokens.take
    if (first._tag === "Leaf") return yield* refused(first.reply)
    if (first._tag !== "Open" || first.kind !== "List" || first.count !== 2)
      return yield* unexpected
    const nameSize = yield* takeBulkStart
    if (nameSize > maxNameLength) return yield* unexpected
    const name = yield* ByteString.collect(tokens.body(nameSize).bytes)
    return { name, ...tokens.body(yield* takeBulkStart) }
  })

  const receiveContent = Effect.gen(function* () {
    yield* prepare
    const first = yield* tokens.take
    if (first._tag === "BulkStart") return tokens.body(first.size)
    if (first._tag !== "Leaf") return yield* unexpected
    return first.reply._tag === "Null" ? undefined : yield* refused(first.reply)
  })

  const send = (requests: ReadonlyArray<Request>) =>
    Effect.suspend(() => write(greeting.before(requests).map(encodeRequest).join("")))

  return {
    send,
    receive: Effect.andThen(prepare, receiveReply),
    receiveTokens,
    receiveFile,
    receiveContent,
    isRefused: greeting.isRefused
  }
})

/** Connects through the socket. */
export const layer: Protocol = (options) =>
  Layer.effect(
    Connection,
    Effect.flatMap(Socket.Socket, (socket) => connect(socket, options))
  )
