/** The server: a door, and a conversation with each peer that comes through it. */
import { Clock, Context, type Duration, Effect, Layer, type Redacted } from "effect"
import { detect } from "../codec/Detect.ts"
import { pickle } from "../codec/Pickle.ts"
import { resp } from "../codec/Resp.ts"
import { Stats } from "../domain/Stats.ts"
import { Router } from "../Router.ts"
import * as Admission from "./Admission.ts"
import { converse } from "./Connection.ts"
import { type Address, listen, type ListenError } from "./Listener.ts"
import type { Patience, Peer } from "./Peer.ts"
import { both, makePacer, type Pacer, unlimited } from "./Pacer.ts"
import { makePasswords } from "./Passwords.ts"
import { makeSession } from "./Session.ts"
import * as Watch from "./Watch.ts"

/** How to serve. */
export interface Options extends Address {
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
  /** How long what is in progress may go on when the server is told to stop; not at all unless given. */
  readonly grace?: Duration.Duration
}

/** What keeps strangers from taking the whole server for themselves. */
export interface Limits extends Admission.Limits, Watch.Limits, Patience {}

/** Redis's words, before it closes (networking.c, acceptCommonHandler). */
const full = "-ERR max number of clients reached\r\n"

/** To so many at once that is said with patience, for each takes a descriptor that no limit counts; then at once. */
const mostTurnedAway = 64

const pacerOf = (rate: number | undefined): Pacer =>
  rate === undefined ? unlimited : makePacer(rate)

/** The running server. */
export class Server extends Context.Service<
  Server,
  {
    /** Where it listens, with the port that was taken. */
    readonly address: Address
    /** Goes on serving, but has PING answer that the server is about to stop. */
    readonly announceStop: Effect.Effect<void>
  }
>()("sockets/server/Server") {
  /** Serves the router's commands until the layer's scope closes. */
  static readonly layer = (options: Options): Layer.Layer<Server, ListenError, Router | Stats> =>
    Layer.effect(
      Server,
      Effect.gen(function* () {
        const router = yield* Router
        const stats = yield* Stats
        const clock = yield* Clock.Clock
        const passwords = makePasswords(options.passwords ?? (() => []))
        const total = pacerOf(options.maxTotalRate)
        const { limits } = options
        const admission = limits === undefined ? undefined : Admission.makeAdmission(limits)
        const watch = limits === undefined ? Watch.unwatched : yield* Watch.makeWatch(limits)
        let turnedAway = 0
        const left = (host: string) =>
          Effect.sync(() => {
            stats.connectedClients -= 1
            admission?.leave(host)
          })
        let warnedAt = Number.NEGATIVE_INFINITY
        /** Says that another protocol came in, at most once a minute: who sends it may send it often. */
        const onForeign = (protocol: string) =>
          Effect.suspend(() => {
            const now = clock.currentTimeMillisUnsafe()
            if (now - warnedAt < 60_000) return Effect.void
            warnedAt = now
            return Effect.annotateLogs(
              Effect.logWarning("closed a connection that speaks another protocol"),
              "protocol",
              protocol
            )
          })
        const handle = (peer: Peer) => {
          const { host } = peer
          if (admission?.enter(host) === false) {
            stats.connectionsRejected += 1
            if (turnedAway >= mostTurnedAway) return Effect.ignore(peer.write(full))
            turnedAway += 1
            return Effect.andThen(peer.write(full), peer.finish).pipe(
              Effect.ignore,
              Effect.ensuring(Effect.sync(() => void (turnedAway -= 1)))
            )
          }
          stats.connectionsReceived += 1
          stats.connectedClients += 1
          const connectedAt = clock.currentTimeMillisUnsafe()
          const session = makeSession({
            id: stats.connectionsReceived,
            version: options.version,
            passwords,
            address: peer.address,
            age: () => Math.floor((clock.currentTimeMillisUnsafe() - connectedAt) / 1000)
          })
          const spoken = options.pickle === true || peer.isOnLoopback ? detect(pickle, resp) : resp
          const pacer = both(pacerOf(options.maxRate), total)
          return converse({
            peer,
            codec: spoken,
            session,
            router,
            stats,
            pacer,
            watch,
            onForeign
          }).pipe(
            Effect.catchTag("PeerLost", () => Effect.void),
            Effect.catch((error) => Effect.logWarning("transfer cut off", error.cause)),
            Effect.catchDefect((defect) => Effect.logError("connection failed", defect)),
            Effect.annotateLogs("peer", peer.address),
            Effect.ensuring(left(host))
          )
        }
        const address = yield* listen(
          limits === undefined ? options : { ...options, patience: limits },
          handle
        )
        stats.maxClients = limits?.connections ?? 0
        stats.version = options.version
        stats.port = address.port
        stats.startedAt = clock.currentTimeMillisUnsafe()
        const announceStop = Effect.sync(() => {
          stats.draining = true
        })
        return { address, announceStop }
      })
    )
}
