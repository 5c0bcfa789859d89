/** What a conversation is held with, and what the log is told of it while it lasts. How it goes is Connection's affair. */
import { Clock, Effect } from "effect"
import type { Codec } from "../codec/Codec.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type * as Reply from "../domain/Reply.ts"
import type { Stats } from "../telemetry/Stats.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { Router } from "../Router.ts"
import type { CloseReason } from "../net/CloseReason.ts"
import type { EventLog } from "../telemetry/EventLog.ts"
import type { Pacer } from "../guard/Pacer.ts"
import type { Peer } from "../net/Peer.ts"
import type { Session } from "./Session.ts"
import type { ConnectionReaper } from "../guard/ConnectionReaper.ts"

/** What one conversation came to: plain numbers, for counting must cost next to nothing. */
export interface Tally {
  /** Requests that were commands, refused ones included. */
  commands: number
  bytesReceived: number
  bytesSent: number
  /** Why the conversation itself is over; `undefined` where it is not, or the peer's socket knows why. */
  closeReason: CloseReason | undefined
}

/** What all conversations have in common. */
export interface Common {
  readonly router: Router["Service"]
  readonly stats: Stats["Service"]
  readonly reaper: ConnectionReaper
  readonly eventLog: EventLog
  /** Told when another protocol comes in, such as `HTTP`. */
  readonly onForeign: (peer: Peer, protocol: string) => Effect.Effect<void>
  /** Run before a wrong password is answered; what it waits for, the peer waits for. */
  readonly onWrongPassword: (peer: Peer) => Effect.Effect<void>
}

/** All that a conversation is held with. */
export interface Conversation {
  readonly common: Common
  readonly peer: Peer
  readonly codec: Codec
  readonly session: Session
  readonly pacer: Pacer
  readonly tally: Tally
}

/** What became of a body that was asked for. */
export interface Transfer {
  /** What the system has taken of it, in bytes. */
  readonly sent: number
  readonly complete: boolean
  readonly seconds: number
}

/** Tells of a body that was sent, or cut off. */
export const noteTransfer = (
  { common: { eventLog }, peer }: Conversation,
  { part, size }: Reply.Body,
  { complete, seconds, sent }: Transfer
): Effect.Effect<void> =>
  eventLog.note("transfer.ended", {
    address: peer.address,
    name: ByteString.toTextLossy(part.name),
    start: part.start,
    length: size,
    bytes_out: sent,
    seconds,
    complete
  })

/** Tells why the store did not do what it was asked. */
export const noteFailure = (
  { common: { eventLog }, peer }: Conversation,
  { cause }: StoreUnavailable
): Effect.Effect<void> =>
  eventLog.note("storage.failed", { address: peer.address, error: String(cause) })

/** The seconds since a time, in milliseconds since 1970. */
export const secondsSince = (since: number): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => (now - since) / 1000)
