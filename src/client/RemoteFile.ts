/** What a client asks about one file before and beside fetching it. */
import { Effect, Schema } from "effect"
import { MalformedReply } from "../codec/resp/RespTokens.ts"
import * as Grammar from "../commands/Parser.ts"
import type { Reply } from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"
import { Connection, ErrorReply, unexpected } from "./Connection.ts"
import type { Connector } from "./Connector.ts"
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

/** The request for a file's details. */
export const detailsRequest = (name: ByteString.ByteString) => () =>
  Grammar.print({ _tag: "Describe", name })

/** The request for the SHA-256 of one version of a file. */
export const digestRequest = (name: ByteString.ByteString, version: ByteString.ByteString) => () =>
  Grammar.print({ _tag: "Digest", name, version })

/** The request for the bytes of one version of a file, from `start` on. */
export const bytesRequest =
  (name: ByteString.ByteString, start: () => number, version: ByteString.ByteString) => () =>
    Grammar.print({ _tag: "SendFile", name, start: start(), length: undefined, version })

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
