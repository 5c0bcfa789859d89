/** The lines of the log about the bodies of replies. Sending them: ReplyWriter. */
import type { Effect } from "effect"
import type { Exchange } from "../codec/http/HttpReply.ts"
import { type FieldKey, fieldKey } from "../codec/http/HttpRequest.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"

/** How much of a text of the client's is logged, in bytes; it may have up to 16 KiB. */
const longestText = 512

/** How the sending of a body ended. */
export interface Transfer {
  /** How many of its bytes the system has taken. */
  readonly sent: number
  readonly complete: boolean
  /** From the request to the end. */
  readonly seconds: number
}

/** Logs that a body was sent or cut off. */
export const noteTransfer = (
  { peer, server: { eventLog } }: ConnectionContext,
  { part, size }: Reply.Body,
  { complete, seconds, sent }: Transfer
): Effect.Effect<void> =>
  eventLog.log("transfer.ended", {
    address: peer.address,
    name: ByteString.toTextLossy(part.name),
    start: part.start,
    length: size,
    bytes_out: sent,
    seconds,
    complete
  })

const agentKey = fieldKey("User-Agent")
const referrerKey = fieldKey("Referer")

/**
 * Logs a request of HTTP that was answered. The target is printable ASCII, percent-encoded as it came; long texts are cut
 * at `longestText`.
 */
export const noteExchange = (
  { peer, server: { eventLog } }: ConnectionContext,
  { request, status }: Exchange,
  { complete, seconds, sent }: Transfer
): Effect.Effect<void> => {
  const field = (key: FieldKey) =>
    request._tag === "HttpRequest" ? request.field(key)?.slice(0, longestText) : undefined
  const agent = field(agentKey)
  const referrer = field(referrerKey)
  return eventLog.log("http.request", {
    address: peer.address,
    method: request.method.slice(0, longestText),
    version: request._tag === "HttpRequest" && request.isOld ? "1.0" : "1.1",
    path: request.target.slice(0, longestText),
    status,
    bytes_out: sent,
    seconds,
    complete,
    ...(agent === undefined ? {} : { agent }),
    ...(referrer === undefined ? {} : { referrer })
  })
}

/** Logs why the store failed, and for which file where it was one. */
export const noteFailure = (
  { peer, server: { eventLog } }: ConnectionContext,
  { cause, file }: StoreUnavailable
): Effect.Effect<void> =>
  eventLog.log("storage.failed", {
    address: peer.address,
    ...(file === undefined ? {} : { name: file }),
    error: String(cause)
  })
