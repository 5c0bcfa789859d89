/**
 * One peer that was let in: all that is known of it from the handshake to the farewell. Who is let in, and what the log
 * is told of that, is the reception's affair; what is said is the conversation's.
 */
import { Cause, type Clock, Effect, Exit, Option } from "effect"
import type { Codec } from "../codec/Codec.ts"
import { resp } from "../codec/resp/Resp.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import { converse } from "./Connection.ts"
import type { Common, Conversation, Tally } from "./Conversation.ts"
import type { CloseReason } from "../net/CloseReason.ts"
import type { Fields } from "../telemetry/EventLog.ts"
import type { Pacer } from "../guard/Pacer.ts"
import type { Authenticator } from "../guard/Authenticator.ts"
import type { Peer, PeerLost } from "../net/Peer.ts"
import { type Identity, makeSession, type Session } from "./Session.ts"
import type { HandshakeFailed } from "../net/TlsHandshake.ts"

/** Client names are printable ASCII of any length; the log has the beginning. */
const longestName = 100

/** How a visit came to its end. */
export type Ended = Exit.Exit<void, PeerLost | StoreUnavailable>

/** Why a conversation ended: what the peer's socket tells, unless that is only that the input ended. */
export const closeReasonOf = ({ peer, tally }: Conversation, exit: Ended): CloseReason => {
  const told = peer.closeReason
  if (Exit.isFailure(exit)) {
    if (Cause.hasDies(exit.cause)) return "fault"
    if (Option.exists(Cause.findErrorOption(exit.cause), isStoreUnavailable)) return "storage"
    // Whoever is lost while being answered is interrupted as well; that is told by the socket.
    if (Cause.hasInterruptsOnly(exit.cause) && (told ?? "drain") === "drain") return "grace-over"
  }
  return told === undefined || told === "client-ended"
    ? (tally.closeReason ?? told ?? "lost")
    : told
}

const isStoreUnavailable = ({ _tag }: PeerLost | StoreUnavailable): boolean =>
  _tag === "StoreUnavailable"

/** What all visits have in common. */
export interface Parts extends Common {
  readonly clock: Clock.Clock
  readonly authenticator: Authenticator
  readonly version: string
}

/**
 * One peer that was let in, and its conversation. A class, for ten thousand of these stand idle: what it is asked for
 * now and then is found out then, and not held.
 */
export class Visit implements Conversation, Identity {
  readonly common: Parts
  readonly peer: Peer
  readonly codec: Codec
  readonly pacer: Pacer
  readonly session: Session
  readonly tally: Tally = { commands: 0, bytesReceived: 0, bytesSent: 0, closeReason: undefined }
  readonly id: number
  readonly #since: number

  constructor(common: Parts, peer: Peer, codec: Codec, pacer: Pacer) {
    this.common = common
    this.peer = peer
    this.codec = codec
    this.pacer = pacer
    this.id = common.stats.connectionsReceived
    this.#since = common.clock.currentTimeMillisUnsafe()
    this.session = makeSession(this)
  }

  get version(): string {
    return this.common.version
  }

  get authenticator(): Authenticator {
    return this.common.authenticator
  }

  get address(): string {
    return this.peer.address
  }

  get age(): number {
    return (this.common.clock.currentTimeMillisUnsafe() - this.#since) / 1000
  }

  /** The whole of it, from the handshake to the farewell. */
  get run(): Effect.Effect<void, PeerLost | StoreUnavailable> {
    return Effect.suspend(() => {
      const { address, peer } = this
      return this.common.eventLog.note("connection.opened", { address }).pipe(
        Effect.andThen(peer.handshake),
        Effect.matchEffect({
          onFailure: (error) => this.#giveUp(error),
          onSuccess: () => converse(this)
        })
      )
    })
  }

  #giveUp({ reason }: HandshakeFailed): Effect.Effect<void> {
    this.tally.closeReason = "handshake"
    return this.common.eventLog.note("handshake.failed", { address: this.address, reason })
  }

  /** What the log is told of it in the end. */
  account(reason: CloseReason): Fields {
    const { address, age, codec, session, tally } = this
    const { clientName, protocolVersion } = session
    return {
      address,
      protocol: codec.name === resp.name ? `${codec.name}${protocolVersion}` : codec.name,
      ...(clientName === "" ? {} : { client: clientName.slice(0, longestName) }),
      commands: tally.commands,
      bytes_in: tally.bytesReceived,
      bytes_out: tally.bytesSent,
      seconds: age,
      reason
    }
  }
}
