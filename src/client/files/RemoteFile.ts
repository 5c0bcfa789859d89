/** What a client asks about one file before and beside fetching it. */
import { Effect, Schedule, Schema } from "effect"
import { MalformedReply } from "../../codec/resp/RespTokens.ts"
import * as Grammar from "../../commands/Parser.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { Connection, ErrorReply, unexpected } from "../Connection.ts"
import type { Connector } from "../Connector.ts"
import { UnexpectedName } from "./Placement.ts"

/** What the server knows of a file. */
export interface RemoteDetails {
  /** In bytes. */
  readonly size: number
  readonly modified: Date
  /** The token by which the server knows this version again. */
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

/** Whether the server says that there is no such file. */
export const isNotFound = (error: { readonly _tag: string }): boolean =>
  error instanceof ErrorReply && error.code === "NOTFOUND"

/** The request for a file's details. */
export const detailsRequest = (name: ByteString.ByteString) => () =>
  Grammar.print({ _tag: "Describe", name })

/** One version of a file, or as many bytes as it had of a file that may have grown from it. */
export interface Wanted {
  readonly version: ByteString.ByteString | undefined
  readonly prefix: ByteString.ByteString | undefined
}

/** This version and no other. */
export const exactly = (version: ByteString.ByteString): Wanted => ({ version, prefix: undefined })

/** What a file has kept of this version. That it is still that version's takes a digest, asked for later, to prove. */
export const prefixOf = (version: ByteString.ByteString): Wanted => ({
  version: undefined,
  prefix: version
})

/** The request for the SHA-256 of one version of a file. */
export const digestRequest = (name: ByteString.ByteString, wanted: Wanted) => () =>
  Grammar.print({ _tag: "Digest", name, ...wanted })

/** The request for the bytes of one version of a file, from `start` on, to the end or so many. */
export const bytesRequest =
  (
    name: ByteString.ByteString,
    wanted: Wanted,
    start: () => number,
    length: () => number | undefined = () => undefined
  ) =>
  () =>
    Grammar.print({ _tag: "SendFile", name, start: start(), length: length(), ...wanted })

/** Whether the server has another version by now. */
export const isChanged = (error: unknown): error is ErrorReply =>
  error instanceof ErrorReply && error.code === "CHANGED"

/** The file was written to while it was fetched, as the server would say it. */
export const changed = new ErrorReply({ code: "CHANGED", message: "Arquivo mudou; recomece." })

/**
 * How often a file that changes while it is fetched is fetched anew, and how long is waited before: 0.1, 0.4 and 1.6
 * seconds, in which whoever writes it may be done.
 */
export const restarts = { schedule: Schedule.exponential("100 millis", 4), times: 3 }

/**
 * Has `ask` ask for the version and, where the server has another one by now, for what the file has kept of it. `CHANGED`
 * where that can be nothing, or where the server does not know the question.
 */
export const orPrefix = <A, E, R>(
  version: ByteString.ByteString,
  ask: (wanted: Wanted) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | ErrorReply, R> =>
  Effect.catchIf(ask(exactly(version)), isChanged, () =>
    Effect.catchIf(
      ask(prefixOf(version)),
      (error) => error instanceof ErrorReply && error.code === "ERR",
      () => Effect.fail(changed)
    )
  )

/** The next reply, unless it is a refusal. */
export const receiveReply = Effect.gen(function* () {
  const reply = yield* (yield* Connection).receive
  return reply._tag === "Error" ? yield* new ErrorReply(reply) : reply
})

/** The details that were asked for. */
export const receiveDetails = Effect.gen(function* () {
  const found = decodeDetails(Object.fromEntries(fields(yield* receiveReply)))
  if (found._tag === "None") return yield* unexpected
  const { modificado, tamanho, versao } = found.value
  const modified = new Date(modificado)
  if (Number.isNaN(modified.getTime())) return yield* unexpected
  const details: RemoteDetails = { size: tamanho, modified, version: ByteString.unsafe(versao) }
  return details
})

/** The SHA-256 that was asked for, 64 lower-case hexadecimal digits. */
export const receiveDigest = Effect.gen(function* () {
  const reply = yield* receiveReply
  return reply._tag === "Bulk" && /^[0-9a-f]{64}$/.test(reply.value)
    ? reply.value
    : yield* unexpected
})

/** The bytes that were asked for, if they are of the file called `name` and as many as its details announced. */
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
  return incoming.bytes
})

/** Asks for a file's details. */
export const describe = (name: ByteString.ByteString, connector: Connector) =>
  connector.ask(detailsRequest(name), receiveDetails)
