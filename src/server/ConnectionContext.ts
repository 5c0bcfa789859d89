/**
 * The state of one connection, and the fields of its last line in the log. Admitting it: Acceptor; reading and
 * answering: Connection.
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
import type { Delivery } from "./subscriptions/Delivery.ts"
import type { Subscriber } from "./subscriptions/Subscriber.ts"
import type { Transaction } from "./transactions/Transaction.ts"

/** The counters of one connection. Plain numbers, because they change with every request. */
export interface ConnectionStats {
  /** How many commands were asked, refused ones included. */
  commands: number
  bytesReceived: number
  bytesSent: number
  /** Why the server ended the connection; `undefined` while it has not, or where only the socket tells the reason. */
  closeReason: CloseReason | undefined
}

/** The exit of a connection's fiber. */
export type Ended = Exit.Exit<void, PeerLost | StoreUnavailable>

/** Client names have up to 1,024 characters; the log has this many of them. */
const longestName = 100

const isStoreUnavailable = ({ _tag }: PeerLost | StoreUnavailable): boolean =>
  _tag === "StoreUnavailable"

/** The state of one connection. A class with getters, to hold little for each of ten thousand idle connections. */
export class ConnectionContext implements Identity, Waiting {
  readonly server: ServerContext
  readonly peer: Peer
  /** Another one where a TLS client has chosen its protocol, before anything is read. */
  codec: Codec
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
  /** The memory of the list whose items are being sent, in bytes; 0 where none is. */
  listHeld = 0
  /** Made at the first MULTI or WATCH. */
  transaction: Transaction | undefined
  /** There while the connection follows something. */
  subscriber: Subscriber | undefined
  /** There while changes are its answer to a request of HTTP. */
  eventStream: Delivery | undefined
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

  /** How long the connection has been there, in seconds, by the monotonic clock. */
  get age(): number {
    return (Monotonic.nowUnsafe(this.server.clock) - this.#since) / 1000
  }

  /** The memory of the requests of its transaction, of the list or changes that are being sent and of what it follows, in bytes. */
  get queued(): number {
    const { eventStream, listHeld, subscriber, transaction } = this
    return (transaction?.held ?? 0) + listHeld + (subscriber?.held ?? 0) + (eventStream?.held ?? 0)
  }

  get subscriptions() {
    return this.subscriber?.sizes
  }

  get isFollowing(): boolean {
    return this.subscriber !== undefined
  }

  isBehind(): boolean {
    return (this.subscriber?.delivery ?? this.eventStream)?.isBehind() === true
  }

  /** Follows nothing any more. */
  unsubscribe(): void {
    this.subscriber?.clear()
    this.subscriber = undefined
  }

  /** Why it ended: the socket's reason, unless that is only the end of input. */
  closeReason(exit: Ended): CloseReason {
    const told = this.peer.closeReason
    if (Exit.isFailure(exit)) {
      if (Cause.hasDies(exit.cause)) return "fault"
      if (Option.exists(Cause.findErrorOption(exit.cause), isStoreUnavailable)) return "storage"
      // A lost peer interrupts the fiber as well; then the socket tells the reason.
      if (Cause.hasInterruptsOnly(exit.cause) && (told ?? "drain") === "drain") return "grace-over"
    }
    return told === undefined || told === "client-ended"
      ? (this.stats.closeReason ?? told ?? "lost")
      : told
  }

  /** The protocol that was spoken; `undefined` where nothing came, or too little to tell, or only one that is not spoken here. */
  #spoken(reason: CloseReason): string | undefined {
    const { codec, session, stats } = this
    if (stats.bytesReceived === 0) return undefined
    if (reason === "foreign-protocol" && stats.commands === 0) return undefined
    return codec.name === respName ? `${codec.name}${session.protocolVersion}` : codec.name
  }

  /** The fields of `connection.closed` in the log. */
  summary(reason: CloseReason): Fields {
    const { address, age, session, stats } = this
    const { clientName } = session
    const protocol = this.#spoken(reason)
    return {
      address,
      ...(protocol === undefined ? {} : { protocol }),
      ...(clientName === "" ? {} : { client: clientName.slice(0, longestName) }),
      commands: stats.commands,
      bytes_in: stats.bytesReceived,
      bytes_out: stats.bytesSent,
      seconds: age,
      reason
    }
  }
}
