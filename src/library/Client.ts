/**
 * The client for other people's Effect programs: `import { Client } from "sockets-client-server/client"`. Questions in,
 * text and bytes out; how they travel, and how a lost connection is made good, is in src/client.
 */
import { Context, type Duration, Effect, Layer, Queue, type Redacted, Stream } from "effect"
import {
  type ConnectFailed,
  Connection,
  type RequestError,
  unexpected
} from "../client/Connection.ts"
import { listNames } from "../client/files/Fetch.ts"
import { streamFile, whole } from "../client/files/FileStream.ts"
import { Hashing, HashUnavailable, type Mismatch } from "../client/files/Hashing.ts"
import { makeConnectors, type Server } from "../client/node/Connectors.ts"
import { passing } from "../client/node/Sha256.ts"
import type { Tls } from "../client/node/Socket.ts"
import type { UnexpectedName } from "../client/files/Placement.ts"
import {
  describe,
  digestRequest,
  orPrefix,
  receiveDigest,
  receiveReply
} from "../client/files/RemoteFile.ts"
import * as Grammar from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"

export { ConnectFailed, ConnectionLost, ErrorReply, ReadTimeout } from "../client/Connection.ts"
export { Mismatch } from "../client/files/Hashing.ts"
export { UnexpectedName } from "../client/files/Placement.ts"
export { MalformedReply } from "../codec/resp/RespTokens.ts"
export type { Tls } from "../client/node/Socket.ts"

/** Where the server is, and how to go on when it is lost. */
export interface Options {
  /** 127.0.0.1 unless given. */
  readonly host?: string | undefined
  /** 65432 unless given. */
  readonly port?: number | undefined
  /** Whether the connection is encrypted; `true` is `{}`. */
  readonly tls?: Tls | boolean | undefined
  /** What the server asks for before it answers, if it does. */
  readonly password?: Redacted.Redacted | undefined
  /** The bound on connecting; 10 seconds unless given. */
  readonly connecting?: Duration.Input | undefined
  /** The bound on the server's silence in the middle of an answer; 15 seconds unless given. */
  readonly silence?: Duration.Input | undefined
  /** How many lost connections are made good between two answers; 5 unless given. */
  readonly retries?: number | undefined
}

/** A part of a file. */
export interface Part {
  /** The first byte that is wanted; 0 unless given. */
  readonly start?: number | undefined
  /** How many bytes; all up to the end unless given. */
  readonly length?: number | undefined
}

/** What the server knows of a file. */
export interface Details {
  /** In bytes. */
  readonly size: number
  readonly modified: Date
  /** The token by which the server knows this version again. */
  readonly version: string
}

/** Why a question has no answer. `ErrorReply` is the server's no, with its `code`: `NOTFOUND`, `RANGE`… */
export type AskError = ConnectFailed | RequestError

/** Why the bytes of a file ended early, or are not to be trusted. */
export type OpenError = AskError | Mismatch | UnexpectedName

const serverOf = ({
  host = "127.0.0.1",
  port = 65432,
  tls = false,
  ...options
}: Options): Server => ({
  ...options,
  host,
  port,
  tls: tls === true ? {} : tls || undefined,
  protocol: Connection.layer,
  counting: "since the last answer",
  onRetry: () => Effect.void
})

/** Nothing is saved here, so that no file on a disk is ever followed. */
const hashing = Hashing.of({
  passing,
  follow: () => Effect.fail(new HashUnavailable({ cause: "no file is followed" }))
})

/** Chunks, of at most 64 KiB, that may have arrived before they are asked for. */
const readAhead = 4

/** A server, asked. */
export class Client extends Context.Service<
  Client,
  {
    /** Who the server says it is. */
    readonly info: Effect.Effect<string, AskError>
    /** The server's local time, `HH:MM:SS`. */
    readonly time: Effect.Effect<string, AskError>
    /** The files' names that match, sorted by bytes; `**` in a pattern crosses folders. All of them without one. */
    readonly list: (pattern?: string) => Stream.Stream<string, AskError>
    readonly details: (name: string) => Effect.Effect<Details, AskError>
    /** The SHA-256 of a file, 64 lower-case hexadecimal digits. */
    readonly digest: (name: string) => Effect.Effect<string, AskError>
    /**
     * The bytes of a file, which are asked for as they are used and are always of one version. A whole file is compared
     * with the server's digest at the end: `Mismatch` comes after its bytes. Every run has a connection of its own, so
     * that one that is used slowly holds up nothing else.
     */
    readonly open: (name: string, part?: Part) => Stream.Stream<Uint8Array, OpenError>
  }
>()("sockets-client-server/Client") {
  /** Connects; the connections are closed with the layer's scope. */
  static readonly layer = (options: Options = {}): Layer.Layer<Client, ConnectFailed> =>
    Layer.effect(
      Client,
      Effect.gen(function* () {
        const server = serverOf(options)
        const { bytes: questions, digests } = yield* makeConnectors(server)
        yield* questions.connect

        const text = (words: ReadonlyArray<ByteString.ByteString>) =>
          Effect.flatMap(
            questions.ask(() => words, receiveReply),
            (reply) =>
              reply._tag === "Bulk"
                ? Effect.succeed(ByteString.toTextLossy(reply.value))
                : Effect.fail(unexpected)
          )

        return {
          info: text(Grammar.print({ _tag: "Info" })),
          time: text(Grammar.print({ _tag: "Time" })),
          list: (pattern) =>
            Stream.map(
              listNames(
                pattern === undefined ? undefined : ByteString.fromText(pattern),
                questions
              ),
              ByteString.toTextLossy
            ),
          details: (name) => describe(ByteString.fromText(name), questions),
          digest: Effect.fn("Client.digest")(function* (name) {
            const word = ByteString.fromText(name)
            const { version } = yield* describe(word, questions)
            return yield* orPrefix(version, (wanted) =>
              digests.ask(digestRequest(word, wanted), receiveDigest)
            )
          }),
          open: (name, { start = whole.start, length } = {}) =>
            Stream.callback<Uint8Array, OpenError>(
              (queue) =>
                Effect.gen(function* () {
                  const { bytes } = yield* makeConnectors(server)
                  const range = { start, length }
                  yield* streamFile(
                    ByteString.fromText(name),
                    range,
                    true,
                    { bytes, digests },
                    (chunk) => Queue.offer(queue, chunk)
                  )
                }).pipe(Effect.provideService(Hashing, hashing), Queue.into(queue)),
              { bufferSize: readAhead }
            )
        }
      })
    )
}
