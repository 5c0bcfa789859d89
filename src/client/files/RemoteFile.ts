/** The requests about one file, and their replies decoded: details, digest, bytes. */
import { Effect, Schedule, Schema } from "effect"
import { MalformedReply } from "../../codec/resp/RespTokens.ts"
import * as Parser from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { Connection, ErrorReply, unexpected } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { UnexpectedName } from "./Placement.ts"

/** A file's details on the server. */
export interface RemoteDetails {
  /** In bytes. */
  readonly size: number
  readonly modified: Date
  /** An opaque token for this version of the file. */
  readonly version: ByteString.ByteString
}

const Details = Schema.Struct({
  tamanho: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  modificado: Schema.String,
  versao: Schema.String
})
const decodeDetails = Schema.decodeUnknownOption(Details)

/** The fields of a map, which RESP 2 sends as a flat list. */
const fields = (reply: Reply): ReadonlyMap<string, string | number> => {
  const found = new Map<string, string | number>()
  const add = (key: ByteString.ByteString, value: Reply | undefined) => {
    if (value?._tag === "Bulk" || value?._tag === "Integer") found.set(key, value.value)
  }
  if (reply._tag === "Dictionary") for (const [key, value] of reply.entries) add(key, value)
  if (reply._tag === "List") {
    for (const [index, key] of reply.items.entries()) {
      if (index % 2 === 0 && key._tag === "Bulk") add(key.value, reply.items[index + 1])
    }
  }
  return found
}

/** Whether the error says that the server has no such file. */
export const isNotFound = (error: { readonly _tag: string }): boolean =>
  error instanceof ErrorReply && error.code === "NOTFOUND"

/** The request for a file's details. */
const detailsRequest = (name: ByteString.ByteString) => () =>
  Parser.print({ _tag: "Describe", name })

/** Which version of a file is asked for: exactly one (VERSAO), or the first bytes of a file that has grown (PREFIXO). */
export interface VersionCondition {
  readonly version: ByteString.ByteString | undefined
  readonly prefix: ByteString.ByteString | undefined
}

/** This version only. */
export const exactVersion = (version: ByteString.ByteString): VersionCondition => ({
  version,
  prefix: undefined
})

/** As many first bytes as this version had. Whether they are still the same has to be shown by a digest. */
export const prefixOfVersion = (version: ByteString.ByteString): VersionCondition => ({
  version: undefined,
  prefix: version
})

/** The request for the SHA-256 of one version of a file. */
export const digestRequest = (name: ByteString.ByteString, wanted: VersionCondition) => () =>
  Parser.print({ _tag: "Digest", name, ...wanted })

/** The request for the bytes of one version of a file, from `start` on, `length` of them or up to the end. */
export const bytesRequest =
  (
    name: ByteString.ByteString,
    wanted: VersionCondition,
    start: () => number,
    length: () => number | undefined = () => undefined
  ) =>
  () =>
    Parser.print({ _tag: "SendFile", name, start: start(), length: length(), ...wanted })

/** Whether the error says that the server has another version by now. */
export const isChanged = (error: unknown): error is ErrorReply =>
  error instanceof ErrorReply && error.code === "CHANGED"

/** The server's error for a file that has changed (wire texts: domain/Errors). */
export const changed = new ErrorReply({ code: "CHANGED", message: "Arquivo mudou; recomece." })

/**
 * How often fetching starts again where the file changes: three times, after 0.1, 0.4 and 1.6 seconds, in which its
 * writer may finish.
 */
export const restartPolicy = { schedule: Schedule.exponential("100 millis", 4), times: 3 }

/**
 * Asks for the exact version and, where the server has another one by now, for the prefix of it. Fails with `CHANGED`
 * where the file did not grow from that version, or where the server does not know PREFIXO.
 */
export const withPrefixFallback = <A, E, R>(
  version: ByteString.ByteString,
  ask: (wanted: VersionCondition) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | ErrorReply, R> =>
  Effect.catchIf(ask(exactVersion(version)), isChanged, () =>
    Effect.catchIf(
      ask(prefixOfVersion(version)),
      (error) => error instanceof ErrorReply && error.code === "ERR",
      () => Effect.fail(changed)
    )
  )

/** Receives a reply; an error reply fails with `ErrorReply`. */
export const receiveReply = Effect.gen(function* () {
  const reply = yield* (yield* Connection).receive
  return reply._tag === "Error" ? yield* new ErrorReply(reply) : reply
})

/** The details in a map of them; `undefined` where it is none. */
const detailsIn = (map: ReadonlyMap<string, string | number>): RemoteDetails | undefined => {
  const found = decodeDetails(Object.fromEntries(map))
  if (found._tag === "None") return undefined
  const { modificado, tamanho, versao } = found.value
  const modified = new Date(modificado)
  return Number.isNaN(modified.getTime())
    ? undefined
    : { size: tamanho, modified, version: ByteString.unsafe(versao) }
}

/** Receives the reply to `detailsRequest`. */
const receiveDetails = Effect.gen(function* () {
  return detailsIn(fields(yield* receiveReply)) ?? (yield* unexpected)
})

/** Receives the reply to `digestRequest`: 64 lower-case hexadecimal digits. */
export const receiveDigest = Effect.gen(function* () {
  const reply = yield* receiveReply
  return reply._tag === "Bulk" && /^[0-9a-f]{64}$/.test(reply.value)
    ? reply.value
    : yield* unexpected
})

/**
 * Receives the reply to `bytesRequest`. Fails with `UnexpectedName` where it is of another name than `name`, with
 * `MalformedReply` where it has not `size` bytes.
 */
export const receiveBytes = Effect.fnUntraced(function* (
  name: ByteString.ByteString,
  size: number
) {
  const incoming = yield* (yield* Connection).receiveFile
  if (incoming.name !== name) {
    return yield* new UnexpectedName({ name: ByteString.toTextLossy(incoming.name) })
  }
  if (incoming.size !== size) {
    return yield* new MalformedReply({ reason: "the file has another size than was announced" })
  }
  return incoming
})

/** The details of a file. Fails with `ErrorReply` `NOTFOUND` where there is no such file. */
export const describe = (name: ByteString.ByteString, connector: Connector) =>
  connector.ask(detailsRequest(name), receiveDetails)
