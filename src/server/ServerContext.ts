/** What all connections of one server share. Made by Acceptor; what is of one connection: ConnectionContext. */
import type { Clock, Effect } from "effect"
import type { Authenticator } from "../guard/Authenticator.ts"
import type { ConnectionReaper } from "../guard/ConnectionReaper.ts"
import type { Turns } from "../net/Turns.ts"
import type { Peer } from "../net/Peer.ts"
import type { Router } from "../Router.ts"
import type { EventLog } from "../telemetry/EventLog.ts"
import type { Stats } from "../telemetry/Stats.ts"

/** What all connections of one server share. */
export interface ServerContext {
  /** The server's version, such as `1.2.3`, which HELLO tells. */
  readonly version: string
  readonly router: Router["Service"]
  readonly stats: Stats["Service"]
  readonly clock: Clock.Clock
  readonly authenticator: Authenticator
  readonly reaper: ConnectionReaper
  readonly eventLog: EventLog
  readonly turns: Turns
  /** Told when another protocol comes in, such as `HTTP`. */
  readonly onForeign: (peer: Peer, protocol: string) => Effect.Effect<void>
  /** Run before a wrong password is answered; what it waits for, the peer waits for. */
  readonly onWrongPassword: (peer: Peer) => Effect.Effect<void>
}
