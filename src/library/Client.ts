/**
 * The package's face for Effect programs: `import { Client } from "sockets-client-server/client"`. Requests and replies are
 * texts and bytes here; the protocol, retries and verification are src/client's.
 */
import { Context, Effect, Layer, Queue, Stream } from "effect"
import { type RequestError, unexpected } from "../client/Connection.ts"
import { type ConnectFailed } from "../client/SocketIO.ts"
import { streamFile, wholeFile } from "../client/files/FileStream.ts"
import { Hashing, HashUnavailable, type Mismatch } from "../client/files/Hashing.ts"
import { makeConnectors } from "../client/node/Connectors.ts"
import { lastPlace } from "../client/changes/RemoteChanges.ts"
import { createSha256, sha256Of } from "../client/node/Sha256.ts"
import type { UnexpectedName } from "../client/files/Placement.ts"
import {
  describe,
  digestRequest,
  withPrefixFallback,
  receiveDigest,
  receiveReply
} from "../client/files/RemoteFile.ts"
import { listFiles, listNames } from "../client/files/RemoteList.ts"
import * as Parser from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"
import { formatId } from "../domain/FileChange.ts"
import { type Change, changesOf } from "./Changes.ts"
import { type Options, serverOf } from "./Server.ts"

export { ErrorReply } from "../client/Connection.ts"
export { ConnectFailed, ConnectionLost, ReadTimeout, SlowTransfer } from "../client/SocketIO.ts"
export { DeletionRefused } from "../client/mirror/Deletion.ts"
export { TooManyFiles } from "../client/mirror/Manifest.ts"
export { MirrorBusy } from "../client/mirror/MirrorFolder.ts"
export { Mismatch } from "../client/files/Hashing.ts"
export { SaveFailed, UnexpectedName } from "../client/files/Placement.ts"
export { MalformedReply } from "../codec/resp/RespTokens.ts"
export type { Tls } from "../client/node/socket/Socket.ts"
export {
  type ComparisonError,
  followMirror,
  type FollowOptions,
  mirror,
  type MirrorError,
  type MirrorOptions
} from "./Mirror.ts"
export type { Change } from "./Changes.ts"
export type { Options } from "./Server.ts"

/** A part of a file. */
export interface Part {
  /** The first byte that is wanted, counted from 0; 0 unless given. */
  readonly start?: number | undefined
  /** How many bytes are wanted; up to the end unless given. */
  readonly length?: number | undefined
}

/** A file's details on the server. */
export interface Details {
  /** In bytes. */
  readonly size: number
  readonly modified: Date
  /** An opaque token for this version of the file. */
  readonly version: string
}

/** A file that a list has, with its details. */
export interface ListedFile extends Details {
  readonly name: string
}

/** Why a request failed. `ErrorReply` is the server's error, with its `code`: `NOTFOUND`, `RANGE`… */
export type AskError = ConnectFailed | RequestError

/** Why the bytes of a file ended early, or must not be used. */
export type OpenError = AskError | Mismatch | UnexpectedName

const keyOf = (pattern: string | undefined): ByteString.ByteString | undefined =>
  pattern === undefined ? undefined : ByteString.fromText(pattern)

/** Only bytes are hashed here: this client saves no files, which is left to Mirror. */
const hashing = Hashing.of({
  createHash: createSha256,
  digestOf: sha256Of,
  hashFile: () => Effect.fail(new HashUnavailable({ cause: "this client saves no files" }))
})

/** How many chunks, each of at most 256 KiB (ReceiveBuffers), may be received before they are pulled. */
const readAhead = 4

/** A server's files and commands. */
export class Client extends Context.Service<
  Client,
  {
    /** The server's text about itself (`dados`). */
    readonly info: Effect.Effect<string, AskError>
    /** The server's local time, `HH:MM:SS` (`hora_atual`). */
    readonly time: Effect.Effect<string, AskError>
    /** The names of the files that match, or of all, sorted by their UTF-8 bytes. `**` in a pattern crosses folders. */
    readonly list: (pattern?: string) => Stream.Stream<string, AskError>
    /** The same files with their details, some thousand a request; a file that is removed meanwhile may be missing. */
    readonly listFiles: (pattern?: string) => Stream.Stream<ListedFile, AskError>
    /** The details of a file; `ErrorReply` with `NOTFOUND` where there is none. */
    readonly details: (name: string) => Effect.Effect<Details, AskError>
    /** The SHA-256 of a file, 64 lower-case hexadecimal digits. */
    readonly digest: (name: string) => Effect.Effect<string, AskError>
    /**
     * The bytes of a file or of a part of it, always of one version, received as they are pulled. A whole file is compared
     * with the server's digest at the end: `Mismatch` comes after its bytes. Each run has a connection of its own, so
     * that slow use of it delays no other request.
     */
    readonly open: (name: string, part?: Part) => Stream.Stream<Uint8Array, OpenError>
    /** The id of the newest change, behind which `changes` goes on. Fails as it does. */
    readonly lastChange: Effect.Effect<string, AskError>
    /**
     * The changes of the files as they happen, from now on, or behind the one with the id `since`, for ever: a lost
     * connection is made again, and goes on behind the last change. A gap is told by `Rescan`, which also comes first where
     * the server no longer knows what happened since. Each run has a connection of its own. `ErrorReply` with
     * `NOCHANGES` where the server does not tell of changes.
     */
    readonly changes: (since?: string) => Stream.Stream<Change, AskError>
  }
>()("sockets-client-server/Client") {
  /** Connects. The connections are closed with the layer's scope. Fails where the first cannot be made. */
  static readonly layer = (options: Options = {}): Layer.Layer<Client, ConnectFailed> =>
    Layer.effect(
      Client,
      Effect.gen(function* () {
        const server = serverOf(options)
        const { bytes: questions, digests } = yield* makeConnectors(server)
        yield* questions.connect

        const text = (args: ReadonlyArray<ByteString.ByteString>) =>
          Effect.flatMap(
            questions.ask(() => args, receiveReply),
            (reply) =>
              reply._tag === "Bulk"
                ? Effect.succeed(ByteString.toTextLossy(reply.value))
                : Effect.fail(unexpected)
          )

        return {
          info: text(Parser.print({ _tag: "Info" })),
          time: text(Parser.print({ _tag: "Time" })),
          list: (pattern) =>
            Stream.map(listNames(keyOf(pattern), questions), ByteString.toTextLossy),
          listFiles: (pattern) =>
            listFiles(keyOf(pattern), questions).pipe(
              Stream.flatMap(({ details, name }) =>
                details === undefined
                  ? Stream.empty
                  : Stream.succeed({ ...details, name: ByteString.toTextLossy(name) })
              )
            ),
          details: (name) => describe(ByteString.fromText(name), questions),
          digest: Effect.fn("Client.digest")(function* (name) {
            const key = ByteString.fromText(name)
            const { version } = yield* describe(key, questions)
            return yield* withPrefixFallback(version, (wanted) =>
              digests.ask(digestRequest(key, wanted), receiveDigest)
            )
          }),
          open: (name, { start = wholeFile.start, length } = {}) =>
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
            ),
          lastChange: Effect.map(lastPlace(questions), formatId),
          changes: (since) => changesOf(server, since)
        }
      })
    )
}
