/**
 * What becomes of a peer that came through the door: it is turned away, or talked with to the end, and the log is
 * told. How it came in is the listener's affair, and what is said to it the conversation's.
 */
import {
  Cause,
  Clock,
  type Duration,
  Effect,
  Exit,
  Option,
  type Redacted,
  type Scope
} from "effect"
import { detect } from "../codec/Detect.ts"
import { pickle } from "../codec/Pickle.ts"
import { resp } from "../codec/Resp.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type { Numbers } from "../domain/Stats.ts"
import type { Router } from "../Router.ts"
import * as Admission from "./Admission.ts"
import { type Conversation, converse, type Tally } from "./Connection.ts"
import type { Ending } from "./Ending.ts"
import type { Journal } from "./Journal.ts"
import { both, makePacer, type Pacer, unlimited } from "./Pacer.ts"
import { makePasswords } from "./Passwords.ts"
import type { Peer, PeerLost } from "./Peer.ts"
import { makePenalties } from "./Penalties.ts"
import { makeSession } from "./Session.ts"
import type { HandshakeFailed } from "./Tls.ts"
import * as Watch from "./Watch.ts"

/** How peers are received. */
export interface Options {
  /** The server's version, which HELLO tells. */
  readonly version: string
  /** Whether pickle is spoken at every address, not on loopback alone: it has no password and no encryption. */
  readonly pickle?: boolean
  /** The most bytes a second that a connection is sent, and all of them together; unlimited unless given. */
  readonly maxRate?: number | undefined
  readonly maxTotalRate?: number | undefined
  /** How many connections there may be, and how long peers may do nothing; unlimited unless given. */
  readonly limits?: Limits
  /** The passwords of the one user, `default`; any of them opens the server, and without one everybody may ask. */
  readonly passwords?: () => ReadonlyArray<Redacted.Redacted>
}

/** What keeps strangers from taking the whole server for themselves. */
export interface Limits extends Admission.Limits, Watch.Limits {
  /** How long a peer may take nothing of what it is being sent; zero is for ever. */
  readonly stall: Duration.Duration
}

/** Redis's words, before it closes (networking.c, acceptCommonHandler). */
const full = "-ERR max number of clients reached\r\n"

/** To so many at once that is said with patience, for each takes a descriptor that no limit counts; then at once. */
export const mostTurnedAway = 64

/** Client names are printable ASCII of any length; the log has the beginning. */
const longestName = 100

const pacerOf = (rate: number | undefined): Pacer =>
  rate === undefined ? unlimited : makePacer(rate)

/** Why a conversation ended: what the peer's socket tells, unless that is only that the input ended. */
const endingOf = (
  { peer, tally }: Conversation,
  exit: Exit.Exit<void, PeerLost | StoreUnavailable>
): Ending => {
  const told = peer.ending
  if (Exit.isFailure(exit)) {
    if (Cause.hasDies(exit.cause)) return "fault"
    if (Option.exists(Cause.findErrorOption(exit.cause), isStoreUnavailable)) return "storage"
    // Whoever is lost while being answered is interrupted as well; that is told by the socket.
    if (Cause.hasInterruptsOnly(exit.cause) && (told ?? "drain") === "drain") return "grace-over"
  }
  return told === undefined || told === "client-ended" ? (tally.ending ?? told ?? "lost") : told
}

const isStoreUnavailable = ({ _tag }: PeerLost | StoreUnavailable): boolean =>
  _tag === "StoreUnavailable"

/** Where peers are received. */
export interface Reception {
  /** Receives one peer, and returns when it is gone. */
  readonly receive: (peer: Peer) => Effect.Effect<void>
  /** How many conversations were cut off in the middle because the server stops. */
  readonly cutOff: () => number
}

/** A reception that ends with the scope. */
export const makeReception = Effect.fnUntraced(function* (
  options: Options,
  router: Router["Service"],
  stats: Numbers,
  journal: Journal
): Effect.fn.Return<Reception, never, Scope.Scope> {
  const { limits } = options
  const clock = yield* Clock.Clock
  const passwords = makePasswords(options.passwords ?? (() => []))
  const penalties = makePenalties()
  const total = pacerOf(options.maxTotalRate)
  const admission = limits === undefined ? undefined : Admission.makeAdmission(limits)
  const watch = limits === undefined ? Watch.unwatched : yield* Watch.makeWatch(limits)
  let turnedAway = 0
  let cutOff = 0
  let warnedAt = Number.NEGATIVE_INFINITY

  /** Says that another protocol came in, at most once a minute: who sends it may send it often. */
  const onForeign = ({ address }: Peer, protocol: string) =>
    Effect.suspend(() => {
      const now = clock.currentTimeMillisUnsafe()
      if (now - warnedAt < 60_000) return Effect.void
      warnedAt = now
      return journal.note("protocol.foreign", { address, protocol })
    })

  const onWrongPassword = ({ address, host }: Peer) =>
    Effect.suspend(() => {
      const delay = penalties.add(host, clock.currentTimeMillisUnsafe())
      const noted = journal.note("authentication.failed", { address, delay_seconds: delay / 1000 })
      return delay === 0 ? noted : Effect.andThen(noted, Effect.sleep(delay))
    })

  const turnAway = (peer: Peer) => {
    stats.connectionsRejected += 1
    const noted = journal.note("connection.refused", {
      address: peer.address,
      connections: stats.connectedClients
    })
    // A handshake only to say that would be dear.
    if (!peer.isOpen) return noted
    if (turnedAway >= mostTurnedAway) return Effect.andThen(noted, Effect.ignore(peer.write(full)))
    turnedAway += 1
    return noted.pipe(
      Effect.andThen(peer.write(full)),
      Effect.andThen(peer.finish),
      Effect.ignore,
      Effect.ensuring(Effect.sync(() => void (turnedAway -= 1)))
    )
  }

  const talk = (peer: Peer) => {
    const { address, host } = peer
    stats.connectionsReceived += 1
    stats.connectedClients += 1
    const connectedAt = clock.currentTimeMillisUnsafe()
    const session = makeSession({
      id: stats.connectionsReceived,
      version: options.version,
      passwords,
      address,
      age: () => Math.floor((clock.currentTimeMillisUnsafe() - connectedAt) / 1000)
    })
    const codec = options.pickle === true || peer.isOnLoopback ? detect(pickle, resp) : resp
    const tally: Tally = { commands: 0, bytesReceived: 0, bytesSent: 0, ending: undefined }
    const conversation: Conversation = {
      peer,
      codec,
      session,
      router,
      stats,
      tally,
      pacer: both(pacerOf(options.maxRate), total),
      watch,
      journal,
      onForeign,
      onWrongPassword
    }
    const leave = (exit: Exit.Exit<void, PeerLost | StoreUnavailable>) =>
      Effect.gen(function* () {
        stats.connectedClients -= 1
        admission?.leave(host)
        if (Exit.isFailure(exit) && Cause.hasDies(exit.cause))
          yield* journal.note("connection.failed", { address, error: Cause.pretty(exit.cause) })
        const reason = endingOf(conversation, exit)
        if (reason === "grace-over") cutOff += 1
        const { clientName, protocolVersion } = session
        yield* journal.note("connection.closed", {
          address,
          protocol: codec.name === resp.name ? `${codec.name}${protocolVersion}` : codec.name,
          ...(clientName === "" ? {} : { client: clientName.slice(0, longestName) }),
          commands: tally.commands,
          bytes_in: tally.bytesReceived,
          bytes_out: tally.bytesSent,
          seconds: (clock.currentTimeMillisUnsafe() - connectedAt) / 1000,
          reason
        })
      })
    const giveUp = ({ reason }: HandshakeFailed) => {
      tally.ending = "handshake"
      return journal.note("handshake.failed", { address, reason })
    }
    return journal.note("connection.opened", { address }).pipe(
      Effect.andThen(peer.handshake),
      Effect.matchEffect({ onFailure: giveUp, onSuccess: () => converse(conversation) }),
      Effect.onExit(leave),
      // However it ended, that was told.
      Effect.catchCause(() => Effect.void)
    )
  }

  return {
    receive: (peer) => (admission?.enter(peer.host) === false ? turnAway(peer) : talk(peer)),
    cutOff: () => cutOff
  }
})
