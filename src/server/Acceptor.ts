/**
 * Admits each socket or has it rejected, makes the TLS handshake, runs its connection and logs its end. Accepting:
 * net/Listener; rejecting: guard/Rejection; requests and replies: Connection.
 */
import { Cause, Clock, type Duration, Effect, Exit, type Redacted, type Scope } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { Codec } from "../codec/Codec.ts"
import { detect } from "../codec/Detect.ts"
import { http, httpProtocol } from "../codec/http/Http.ts"
import { pickle } from "../codec/pickle/Pickle.ts"
import { makeResp } from "../codec/resp/Resp.ts"
import type { Numbers } from "../telemetry/Stats.ts"
import type { Router } from "../Router.ts"
import * as ConnectionLimiter from "../guard/ConnectionLimiter.ts"
import type { EventLog } from "../telemetry/EventLog.ts"
import { both, makePacer, type Pacer, unlimited } from "../guard/Pacer.ts"
import { makeAuthenticator } from "../guard/Authenticator.ts"
import type { Peer } from "../net/Peer.ts"
import { TurnQuota, Turns } from "../net/Turns.ts"
import { makeAuthThrottle } from "../guard/AuthThrottle.ts"
import { makeRejection } from "../guard/Rejection.ts"
import { converse } from "./Connection.ts"
import { makeServerSubscriptions } from "./subscriptions/ServerSubscriptions.ts"
import { ConnectionContext, type Ended } from "./ConnectionContext.ts"
import type { HttpFace, ServerContext } from "./ServerContext.ts"
import type { HandshakeFailed } from "../net/TlsHandshake.ts"
import * as ConnectionReaper from "../guard/ConnectionReaper.ts"

/** How connections are served. */
export interface Options {
  /** The server's version, which HELLO tells. */
  readonly version: string
  /** Whether pickle, which has no password and no encryption, is spoken at every address; else on loopback only. */
  readonly pickle?: boolean
  /** The most bytes a second that one connection is sent; unlimited unless given. */
  readonly maxRate?: number | undefined
  /** The most bytes a second that all connections together are sent; unlimited unless given. */
  readonly maxTotalRate?: number | undefined
  /** The limits of number, time and memory; unlimited unless given. */
  readonly limits?: Limits
  /** The HTTP face, and whether nothing but HTTP is spoken; without it, HTTP is not spoken. */
  readonly http?: { readonly face: HttpFace; readonly only: boolean } | undefined
  /** The passwords of the user `default`, each of which is accepted; if there is none, no password is required. */
  readonly passwords?: () => ReadonlyArray<Redacted.Redacted>
}

/** The limits of all connections of a server. */
export interface Limits extends ConnectionLimiter.Limits, ConnectionReaper.Limits {
  /** How long a peer may take no byte of a reply before it is cut off; zero is for ever. */
  readonly stall: Duration.Duration
}

/**
 * Pieces of streamed bodies that are written in a turn of the event loop, over all connections: 8 ms of pieces of 16 KiB,
 * which is what many transfers at once have. A piece that waits for its turn holds its buffer: with 32 a turn, a hundred
 * transfers held 47 MB over idle, and 30 with this many.
 */
const piecesATurn = 128

const pacerOf = (rate: number | undefined): Pacer =>
  rate === undefined ? unlimited : makePacer(rate)

/** The unused parameter is deliberate: without it Effect allocates a function a call. */
const nothing = (_: unknown): Effect.Effect<void> => Effect.void

/** Logs that a peer speaks another protocol, at most once a minute. */
const makeForeignNote = (clock: Clock.Clock, eventLog: EventLog): ServerContext["onForeign"] => {
  let warnedAt = Number.NEGATIVE_INFINITY
  return ({ address }, protocol) =>
    Effect.suspend(() => {
      const now = Monotonic.nowUnsafe(clock)
      if (now - warnedAt < 60_000) return Effect.void
      warnedAt = now
      return eventLog.log("protocol.foreign", { address, protocol })
    })
}

/** Gives the codec that is spoken with each peer, or finds out which one it speaks. */
const makeCodecFor = (options: Options): ((peer: Peer) => Codec) => {
  const resp = makeResp()
  return (peer) => {
    if (options.http?.only === true) return http
    const spoken = {
      pickle: options.pickle === true || peer.isOnLoopback ? pickle : undefined,
      http: options.http === undefined ? undefined : http
    }
    return spoken.pickle === undefined && spoken.http === undefined
      ? resp
      : detect({ ...spoken, fallback: resp })
  }
}

/** Serves accepted sockets. */
export interface Acceptor {
  /** Serves one peer, or rejects it; returns at its end. */
  readonly receive: (peer: Peer) => Effect.Effect<void>
  /** How many connections were cut off during a request because the server stops. */
  readonly cutOff: () => number
}

/** An acceptor whose timers end with the scope. */
export const makeAcceptor = Effect.fnUntraced(function* (
  options: Options,
  router: Router["Service"],
  stats: Numbers,
  eventLog: EventLog
): Effect.fn.Return<Acceptor, never, Scope.Scope> {
  const { limits } = options
  const clock = yield* Clock.Clock
  const authenticator = makeAuthenticator(options.passwords ?? (() => []))
  const throttle = makeAuthThrottle()
  const total = pacerOf(options.maxTotalRate)
  const limiter =
    limits === undefined
      ? ConnectionLimiter.unlimitedConnections
      : ConnectionLimiter.makeConnectionLimiter(limits)
  const reaper =
    limits === undefined
      ? ConnectionReaper.noReaper
      : yield* ConnectionReaper.makeConnectionReaper(limits)
  const reject = makeRejection(stats, eventLog)
  const codecFor = makeCodecFor(options)
  let cutOff = 0

  const onWrongPassword = ({ address, host }: Peer) =>
    Effect.suspend(() => {
      stats.authenticationFailures += 1
      const delay = throttle.add(host, Monotonic.nowUnsafe(clock))
      const noted = eventLog.log("authentication.failed", { address, delay_seconds: delay / 1000 })
      return delay === 0 ? noted : Effect.andThen(noted, Effect.sleep(delay))
    })

  const server: ServerContext = {
    version: options.version,
    router,
    http: options.http?.face,
    stats,
    clock,
    authenticator,
    reaper,
    limiter,
    eventLog,
    turns: new Turns(),
    pieces: new TurnQuota(piecesATurn),
    subscriptions: makeServerSubscriptions(router.changes, stats),
    onForeign: makeForeignNote(clock, eventLog),
    onWrongPassword
  }
  const leave = (context: ConnectionContext, exit: Ended) =>
    Effect.suspend(() => {
      stats.connectedClients -= 1
      limiter.leave(context.peer.host)
      const reason = context.closeReason(exit)
      if (reason === "grace-over") cutOff += 1
      const closed = eventLog.log("connection.closed", context.summary(reason))
      if (!Exit.isFailure(exit) || !Cause.hasDies(exit.cause)) return closed
      const { address } = context
      const failed = eventLog.log("connection.failed", {
        address,
        error: Cause.pretty(exit.cause)
      })
      return Effect.andThen(failed, closed)
    })

  const giveUp = ({ address, stats }: ConnectionContext, { reason }: HandshakeFailed) => {
    stats.closeReason = "handshake"
    return eventLog.log("handshake.failed", { address, reason })
  }

  const run = (context: ConnectionContext) =>
    eventLog.log("connection.opened", { address: context.address }).pipe(
      Effect.andThen(context.peer.handshake),
      Effect.matchEffect({
        onFailure: (error) => giveUp(context, error),
        onSuccess: () => {
          if (context.peer.chosenProtocol === httpProtocol) context.codec = http
          return converse(context)
        }
      })
    )

  const admit = (peer: Peer) => {
    stats.connectionsReceived += 1
    stats.connectedClients += 1
    const pacer = both(pacerOf(options.maxRate), total)
    const context = new ConnectionContext(server, peer, codecFor(peer), pacer)
    // Suspended, for an effect keeps what it was made of while it runs: 400 bytes for each connection that waits.
    return Effect.suspend(() => run(context)).pipe(
      Effect.onExit((exit) => leave(context, exit)),
      // Logged by `leave`.
      Effect.catchCause(nothing)
    )
  }

  return {
    receive: (peer) => (limiter.enter(peer.host) ? admit(peer) : reject(peer)),
    cutOff: () => cutOff
  }
})
