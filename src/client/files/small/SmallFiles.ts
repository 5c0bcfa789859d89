/**
 * Receives small files by the hundred: the requests for the bytes and the digest of each go out at once, and the replies
 * are taken token by token without an effect for each. Nothing is written here; what fails is a value of its file.
 */
import { Effect } from "effect"
import { MalformedReply, type Token } from "../../../codec/resp/RespTokens.ts"
import type { Args } from "../../../commands/Argument.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import { Connection, ErrorReply, maxNameLength, unexpected } from "../../Connection.ts"
import type { Connector } from "../../Connector.ts"
import { UnexpectedName } from "../Placement.ts"
import { bytesRequest, digestRequest, exactVersion } from "../RemoteFile.ts"
import type { Hashing } from "../Hashing.ts"

/** A file of which this version is wanted, with its name as the wire has it. */
export interface Wanted {
  readonly remote: { readonly size: number; readonly version: ByteString.ByteString }
  readonly key: ByteString.ByteString
}

/** What came for a file: its bytes and the server's digest of them, "" where that was not asked for, or why not. */
export type Arrived =
  | { readonly _tag: "Bytes"; readonly bytes: ReadonlyArray<Uint8Array>; readonly digest: string }
  | { readonly _tag: "Refused"; readonly error: ErrorReply | UnexpectedName }

/** Whether the bytes are those of the digest. */
export const isWhole = (
  { bytes, digest }: Extract<Arrived, { readonly _tag: "Bytes" }>,
  { digestOf }: Hashing["Service"]
): boolean => digestOf(bytes) === digest

/** A file with its bytes and, if it is verified, its digest, which is a reply of its own. */
const requestsFor =
  (isVerified: boolean) =>
  ({ key, remote }: Wanted): ReadonlyArray<Args> => {
    const version = exactVersion(remote.version)
    const bytes = bytesRequest(key, version, () => 0)()
    return isVerified ? [bytes, digestRequest(key, version)()] : [bytes]
  }

/** Length of a SHA-256 in hexadecimal digits. */
const digestLength = 64
const sha256 = /^[0-9a-f]+$/

/** What is expected next of the replies to one file. */
type Expected = "file" | "name" | "name bytes" | "size" | "bytes" | "digest" | "digest bytes"

/**
 * Takes the tokens of the replies to `requestsFor` each file, in order. It ends at a file of another name than was asked
 * for: of a server that sends one nothing more is taken, and the connection, whose replies are not read on, is out of step.
 */
export const makeConsumer = (wanted: ReadonlyArray<Wanted>, isVerified = true) => {
  const arrived: Array<Arrived> = []
  let expected: Expected = "file"
  let error: ErrorReply | undefined
  let isOutOfStep = false
  let text = ""
  let bytes: Array<Uint8Array> = []
  let left = 0

  const refuse = (token: Token): ErrorReply | undefined =>
    token._tag === "Leaf" && token.reply._tag === "Error" ? new ErrorReply(token.reply) : undefined

  const finishName = ({ key }: Wanted): boolean => {
    expected = "size"
    if (text === key) return false
    const name = ByteString.toTextLossy(ByteString.unsafe(text))
    arrived.push({ _tag: "Refused", error: new UnexpectedName({ name }) })
    isOutOfStep = true
    return true
  }

  const finishFile = (digest: string): boolean => {
    arrived.push(
      error === undefined ? { _tag: "Bytes", bytes, digest } : { _tag: "Refused", error }
    )
    error = undefined
    bytes = []
    expected = "file"
    return arrived.length === wanted.length
  }

  /** Nothing more comes of a file but its digest, if that. */
  const finishBytes = (): boolean => {
    expected = "digest"
    return !isVerified && finishFile("")
  }

  return {
    arrived,
    isOutOfStep: () => isOutOfStep,
    consume: (token: Token): boolean | MalformedReply => {
      const file = wanted[arrived.length]
      if (file === undefined) return unexpected
      switch (expected) {
        case "file":
          error = refuse(token)
          if (error !== undefined) return finishBytes()
          if (token._tag === "Open" && token.kind === "List" && token.count === 2) expected = "name"
          else return unexpected
          return false
        case "name":
          if (token._tag !== "BulkStart" || token.size > maxNameLength) return unexpected
          text = ""
          left = token.size
          if (left === 0) return finishName(file)
          expected = "name bytes"
          return false
        case "name bytes":
          if (token._tag !== "BulkPart") return unexpected
          text += ByteString.fromBytes(token.bytes)
          left -= token.bytes.length
          return left === 0 && finishName(file)
        case "size":
          if (token._tag !== "BulkStart") return unexpected
          if (token.size !== file.remote.size)
            return new MalformedReply({ reason: "the file has another size than was announced" })
          left = token.size
          expected = "bytes"
          return left === 0 && finishBytes()
        case "bytes":
          if (token._tag !== "BulkPart") return unexpected
          bytes.push(token.bytes)
          left -= token.bytes.length
          return left === 0 && finishBytes()
        case "digest": {
          const refused = refuse(token)
          if (refused !== undefined) {
            error ??= refused
            return finishFile("")
          }
          if (token._tag !== "BulkStart" || token.size !== digestLength) return unexpected
          text = ""
          left = token.size
          expected = "digest bytes"
          return false
        }
        case "digest bytes":
          if (token._tag !== "BulkPart") return unexpected
          text += ByteString.fromBytes(token.bytes)
          left -= token.bytes.length
          if (left > 0) return false
          return sha256.test(text) ? finishFile(text) : unexpected
      }
    }
  }
}

/** Receives the files, in one exchange; what came of each is in their order, up to one of another name. */
export const receiveFiles = (
  wanted: ReadonlyArray<Wanted>,
  connector: Connector,
  isVerified = true
) =>
  connector.askAll(
    () => wanted.flatMap(requestsFor(isVerified)),
    Effect.gen(function* () {
      const { receiveTokens } = yield* Connection
      const { arrived, consume, isOutOfStep } = makeConsumer(wanted, isVerified)
      yield* receiveTokens(consume)
      if (isOutOfStep()) yield* connector.disconnect
      return arrived
    })
  )

/** The most files of a batch, and the most bytes of their contents and of their requests. */
const most = {
  files: 256,
  bytes: 4 * 1024 * 1024,
  // Less than the buffers of a socket hold, so that sending them never waits for their replies to be read.
  requests: 48 * 1024
}

/** What the two requests for a file take besides its name and its version, about, in bytes. */
const requestCost = 160

/** Files in batches, in order. */
export const inBatches = function* <A extends Wanted>(
  files: Iterable<A>
): Generator<ReadonlyArray<A>> {
  let batch: Array<A> = []
  let bytes = 0
  let requests = 0
  for (const file of files) {
    const cost = requestCost + 2 * (file.key.length + file.remote.version.length)
    const isFull =
      batch.length === most.files
      || bytes + file.remote.size > most.bytes
      || requests + cost > most.requests
    if (batch.length > 0 && isFull) {
      yield batch
      batch = []
      bytes = 0
      requests = 0
    }
    batch.push(file)
    bytes += file.remote.size
    requests += cost
  }
  if (batch.length > 0) yield batch
}
