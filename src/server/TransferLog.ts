/** What the log is told of the bodies that one connection asked for. Sending them: ReplyWriter. */
import type { Effect } from "effect"
import type { Exchange } from "../codec/http/HttpReply.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"

/** What a client sent may have up to 16 KiB; the log has the beginning. In bytes. */
const longestText = 512

/** What became of a body that was asked for. */
export interface Transfer {
  /** What the system has taken of it, in bytes. */
  readonly sent: number
  readonly complete: boolean
  readonly seconds: number
}

/** Tells of a body that was sent, or cut off. */
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

/**
 * Tells of a request of HTTP that was answered. What the client sent is percent-encoded as it came, or else printable
 * ASCII; no more of it is told than a line has room for.
 */
export const noteExchange = (
  { peer, server: { eventLog } }: ConnectionContext,
  { agent, method, referrer, status, target }: Exchange,
  { complete, seconds, sent }: Transfer
): Effect.Effect<void> =>
  eventLog.log("http.request", {
    address: peer.address,
    method: method.slice(0, longestText),
    path: target.slice(0, longestText),
    status,
    bytes_out: sent,
    seconds,
    complete,
    ...(agent === undefined ? {} : { agent: agent.slice(0, longestText) }),
    ...(referrer === undefined ? {} : { referrer: referrer.slice(0, longestText) })
  })

/** Tells why the store did not do what it was asked. */
export const noteFailure = (
  { peer, server: { eventLog } }: ConnectionContext,
  { cause }: StoreUnavailable
): Effect.Effect<void> =>
  eventLog.log("storage.failed", { address: peer.address, error: String(cause) })
