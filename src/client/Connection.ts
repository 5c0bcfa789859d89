/**
 * A connection to a server, as a service: sends requests and receives replies, in the order of the requests. What is said
 * on the wire is left to RespConnection and PickleConnection, which requests there are to Requests, saving files to
 * files/, reconnecting to Connector.
 */
import { Context, Data, type Effect, type Layer, type Redacted, type Stream } from "effect"
import type { Socket } from "effect/socket"
import { MalformedReply, type Token } from "../codec/resp/RespTokens.ts"
import type * as Reply from "../domain/Reply.ts"
import type { ByteString } from "../domain/ByteString.ts"
import type { ConnectFailed, ConnectionLost, Patience, ReadError } from "./SocketIO.ts"

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
  readonly name: ByteString
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

/** The error of a reply that should be another: the server's own, or that it means nothing here. */
export const refused = (reply: Reply.Reply | undefined): ErrorReply | MalformedReply =>
  reply?._tag === "Error"
    ? new ErrorReply({ code: reply.code, message: reply.message })
    : unexpected

/** The longest file name that is accepted from a server, in bytes; Linux's PATH_MAX. */
export const maxNameLength = 4096

/** A connection to one server. */
export class Connection extends Context.Service<
  Connection,
  {
    /** Sends requests, each a command's name and its arguments, without waiting for their replies. */
    readonly send: (
      requests: ReadonlyArray<ReadonlyArray<ByteString>>
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
    /** Whether the server refused the greeting, as it does without the right password: then it answers nothing else. */
    readonly isRefused: () => boolean
  }
>()("sockets/client/Connection") {}

/** Makes connections of one protocol, through the socket. A connection is closed with the layer's scope. */
export type Protocol = (options: Options) => Layer.Layer<Connection, ConnectFailed, Socket.Socket>
