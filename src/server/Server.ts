/** The server: a door, and a conversation with each peer that comes through it. */
import { Clock, Context, type Duration, Effect, Layer, type Redacted } from "effect"
import { detect } from "../codec/Detect.ts"
import { pickle } from "../codec/Pickle.ts"
import { resp } from "../codec/Resp.ts"
import { Stats } from "../domain/Stats.ts"
import { Router } from "../Router.ts"
import { converse } from "./Connection.ts"
import { type Address, listen, type ListenError } from "./Listener.ts"
import type { Peer } from "./Peer.ts"
import { both, makePacer, type Pacer, unlimited } from "./Pacer.ts"
import { makePasswords } from "./Passwords.ts"
import { makeSession } from "./Session.ts"

/** How to serve. */
export interface Options extends Address {
  /** The server's version, which HELLO tells. */
  readonly version: string
  /** Whether pickle is spoken at every address, not on loopback alone: it has no password and no encryption. */
  readonly pickle?: boolean
  /** The most bytes a second that a connection is sent, and all of them together; unlimited unless given. */
  readonly maxRate?: number | undefined
  readonly maxTotalRate?: number | undefined
  /** The passwords of the one user, `default`; any of them opens the server, and without one everybody may ask. */
  readonly passwords?: () => ReadonlyArray<Redacted.Redacted>
  /** How long what is in progress may go on when the server is told to stop; not at all unless given. */
  readonly grace?: Duration.Duration
}

const pacerOf = (rate: number | undefined): Pacer =>
  rate === undefined ? unlimited : makePacer(rate)

/** The running server. */
export class Server extends Context.Service<
  Server,
  {
    /** Where it listens, with the port that was taken. */
    readonly address: Address
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
        const left = Effect.sync(() => {
          stats.connectedClients -= 1
        })
        const handle = (peer: Peer) => {
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
          return converse({ peer, codec: spoken, session, router, stats, pacer }).pipe(
            Effect.catchTag("PeerLost", () => Effect.void),
            Effect.catch((error) => Effect.logWarning("transfer cut off", error.cause)),
            Effect.catchDefect((defect) => Effect.logError("connection failed", defect)),
            Effect.annotateLogs("peer", peer.address),
            Effect.ensuring(left)
          )
        }
        const address = yield* listen(options, handle)
        stats.version = options.version
        stats.port = address.port
        stats.startedAt = clock.currentTimeMillisUnsafe()
        return { address }
      })
    )
}
