/** What all connections of one server share. Made by Acceptor; the state of one connection: ConnectionContext. */
import type { Clock, Effect, Scope } from "effect"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import type { HttpRefusal, HttpRequest } from "../codec/http/HttpRequest.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type { ChangeId } from "../domain/FileChange.ts"
import type { Authenticator } from "../guard/Authenticator.ts"
import type { ConnectionLimiter } from "../guard/ConnectionLimiter.ts"
import type { ConnectionReaper } from "../guard/ConnectionReaper.ts"
import type { TurnQuota, Turns } from "../net/Turns.ts"
import type { Peer } from "../net/Peer.ts"
import type { Router } from "../Router.ts"
import type { EventLog } from "../telemetry/EventLog.ts"
import type { Delivery } from "./subscriptions/Delivery.ts"
import type { ServerSubscriptions } from "./subscriptions/ServerSubscriptions.ts"
import type { Stats } from "../telemetry/Stats.ts"

/** Who asks, and what the server does about it. */
export interface HttpClient {
  readonly authenticator: Authenticator
  /** Takes note of a wrong password; what it waits for, the client waits for. */
  readonly wrongPassword: Effect.Effect<void>
  /** Tells the log why the store did not do what it was asked. */
  readonly storageFailed: (error: StoreUnavailable) => Effect.Effect<void>
  /** Counts a transfer until the scope closes; fails where there are too many. */
  readonly transfer: Effect.Effect<void, StoreUnavailable, Scope.Scope>
  /**
   * Calls `listener` when the client has ended its input, or the server is about to stop, at once where that is so already;
   * gives what takes it back. One listens at a time.
   */
  readonly onInputEnd: (listener: () => void) => () => void
  /** Follows the changes from a place on until the scope closes: what is held is counted, and whether it is taken watched. */
  readonly follow: (place: ChangeId) => Effect.Effect<Delivery, never, Scope.Scope>
}

/** A response, or an effect of one that may keep a file open until its scope closes. */
export type HttpAnswer = HttpReply | Effect.Effect<HttpReply, never, Scope.Scope>

/** Answers the requests of HTTP. */
export interface HttpFace {
  readonly answer: (request: HttpRequest | HttpRefusal, client: HttpClient) => HttpAnswer
}

/** What all connections of one server share. */
export interface ServerContext {
  /** The server's version, such as `1.2.3`, which HELLO tells. */
  readonly version: string
  readonly router: Router["Service"]
  /** Who answers HTTP; absent where it is not spoken. */
  readonly http?: HttpFace | undefined
  readonly stats: Stats["Service"]
  readonly clock: Clock.Clock
  readonly authenticator: Authenticator
  readonly reaper: ConnectionReaper
  readonly limiter: ConnectionLimiter
  readonly eventLog: EventLog
  readonly turns: Turns
  /** Each piece of a streamed body that is written. */
  readonly pieces: TurnQuota
  readonly subscriptions: ServerSubscriptions
  /** Logs that a peer speaks another protocol, such as `HTTP`. */
  readonly onForeign: (peer: Peer, protocol: string) => Effect.Effect<void>
  /** Logs a wrong password, and waits for as long as its reply is to be delayed. */
  readonly onWrongPassword: (peer: Peer) => Effect.Effect<void>
}
