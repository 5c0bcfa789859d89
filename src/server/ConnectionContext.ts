/**
 * All that is known of one connection, from the handshake to the farewell, and what the log is told of it in the end.
 * Who is let in is Acceptor's affair; what is read and answered, Connection's.
 */
import { Cause, Exit, Option } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { Codec } from "../codec/Codec.ts"
import { respName } from "../codec/resp/Resp.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type { Authenticator } from "../guard/Authenticator.ts"
import type { Waiting } from "../guard/ConnectionReaper.ts"
import type { Pacer } from "../guard/Pacer.ts"
import type { CloseReason } from "../net/CloseReason.ts"
import type { Peer, PeerLost } from "../net/Peer.ts"
import type { Fields } from "../telemetry/EventLog.ts"
import type { ServerContext } from "./ServerContext.ts"
import { type Identity, makeSession, type Session } from "./Session.ts"
import type { Transaction } from "./transactions/Transaction.ts"

/** What one connection came to: plain numbers, for counting must cost next to nothing. */
export interface ConnectionStats {
  /** Requests that were commands, refused ones included. */
  commands: number
  bytesReceived: number
  bytesSent: number
  /** Why the conversation itself is over; `undefined` where it is not, or the peer's socket knows why. */
  closeReason: CloseReason | undefined
}

/** How a connection came to its end. */
export type Ended = Exit.Exit<void, PeerLost | StoreUnavailable>

/** Client names are printable ASCII of any length; the log has the beginning. */
const longestName = 100

const isStoreUnavailable = ({ _tag }: PeerLost | StoreUnavailable): boolean =>
  _tag === "StoreUnavailable"

/**
 * One connection. A class, for ten thousand of these stand idle: what it is asked for now and then is found out then,
 * and not held.
 */
export class ConnectionContext implements Identity, Waiting {
  readonly server: ServerContext
  readonly peer: Peer
  readonly codec: Codec
  readonly pacer: Pacer
  readonly session: Session
  readonly stats: ConnectionStats = {
    commands: 0,
    bytesReceived: 0,
    bytesSent: 0,
    closeReason: undefined
  }
  /** Counted from 1, in the order in which connections were accepted. */
  readonly id: number
  /** From the first MULTI or WATCH on. */
  transaction: Transaction | undefined
  readonly #since: number

  constructor(server: ServerContext, peer: Peer, codec: Codec, pacer: Pacer) {
    this.server = server
    this.peer = peer
    this.codec = codec
    this.pacer = pacer
    this.id = server.stats.connectionsReceived
    this.#since = Monotonic.nowUnsafe(server.clock)
    this.session = makeSession(this)
  }

  get version(): string {
    return this.server.version
  }

  get authenticator(): Authenticator {
    return this.server.authenticator
  }

  get address(): string {
    return this.peer.address
  }

  get age(): number {
    return (Monotonic.nowUnsafe(this.server.clock) - this.#since) / 1000
  }

  /** How much memory the requests of its transaction hold, in bytes. */
  get heldBack(): number {
    return this.transaction?.held ?? 0
  }

  /** Why it ended: what the peer's socket tells, unless that is only that the input ended. */
  closeReason(exit: Ended): CloseReason {
    const told = this.peer.closeReason
    if (Exit.isFailure(exit)) {
      if (Cause.hasDies(exit.cause)) return "fault"
      if (Option.exists(Cause.findErrorOption(exit.cause), isStoreUnavailable)) return "storage"
      // Whoever is lost while being answered is interrupted as well; that is told by the socket.
      if (Cause.hasInterruptsOnly(exit.cause) && (told ?? "drain") === "drain") return "grace-over"
    }
    return told === undefined || told === "client-ended"
      ? (this.stats.closeReason ?? told ?? "lost")
      : told
  }

  /** What the log is told of it in the end. */
  summary(reason: CloseReason): Fields {
    const { address, age, codec, session, stats } = this
    const { clientName, protocolVersion } = session
    return {
      address,
      protocol: codec.name === respName ? `${codec.name}${protocolVersion}` : codec.name,
      ...(clientName === "" ? {} : { client: clientName.slice(0, longestName) }),
      commands: stats.commands,
      bytes_in: stats.bytesReceived,
      bytes_out: stats.bytesSent,
      seconds: age,
      reason
    }
  }
}
