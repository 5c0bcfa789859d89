/**
 * Accepts connections. It stands on `node:net` itself: effect's SocketServer hides its server, which must be at hand
 * to close the door before the rooms, and which takes a proxy's header off a connection before anything else of it is
 * read. What is said on a connection is not known here.
 */
import { Duration, Effect, Exit, FiberSet, Schema, type Scope } from "effect"
import { createServer, type Server, type Socket } from "node:net"
import type { Address } from "../domain/Address.ts"
import type { BadProxyHeader, Source } from "./ProxyHeader.ts"
import { Peer } from "./Peer.ts"
import { PendingWrites } from "./PendingWrites.ts"
import type { TrustedProxies } from "./TrustedProxies.ts"
import { codeOf } from "./RawSocket.ts"
import type { Tls } from "./TlsHandshake.ts"

/** The address cannot be listened on; `reason` is the system's code, such as `EADDRINUSE`. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String
}) {}

/** Connections that the system may hold for us while all are busy; Linux caps it at net.core.somaxconn. */
const backlog = 4096

const bind = (server: Server, { host, port }: Address): Effect.Effect<Address, ListenError> =>
  Effect.callback<Address, ListenError>((resume) => {
    // For the server's life: what the system reports later (a failed accept) must not end the process.
    server.on("error", (cause) =>
      resume(Effect.fail(new ListenError({ host, port, reason: codeOf(cause) })))
    )
    server.listen({ host, port, backlog }, () => {
      const bound = server.address()
      resume(
        Effect.succeed(
          bound === null || typeof bound === "string"
            ? { host, port }
            : { host: bound.address, port: bound.port }
        )
      )
    })
  })

/** How to listen. */
export interface Options extends Address {
  /** How long what is in progress may go on once the scope closes; not at all unless given. */
  readonly grace?: Duration.Duration
  /** How long a peer may take nothing of what it is being sent; for ever unless given. */
  readonly patience?: Duration.Duration
  /** Who is believed to speak for others; nobody unless given. */
  readonly proxies?: TrustedProxies | undefined
  /** How many connections there may be for one of theirs to be waited for; beyond that it is closed at once. */
  readonly most?: number | undefined
  /** How connections are encrypted; not at all unless given. What is encrypted comes after a proxy's header. */
  readonly tls?: Tls | undefined
  /** Told of a proxy at this address whose connection did not begin as it has to. */
  readonly onBadHeader?: (host: string, error: BadProxyHeader) => Effect.Effect<void>
}

/**
 * Listens until the scope closes, and runs `handle` for each connection in a fiber of its own, at whose end the
 * connection is cut off. When the scope closes, no more connections are accepted and nothing more is read from those
 * there are, so that each ends when it has been answered; those that are left after the grace are interrupted.
 * Returns the address with the port that was taken.
 */
export const listen = <R>(
  options: Options,
  handle: (peer: Peer) => Effect.Effect<void, never, R>
): Effect.Effect<Address, ListenError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const fibers = yield* FiberSet.make<void>()
    const run = yield* FiberSet.runtime(fibers)<R>()
    const peers = new Set<Peer>()
    const pendingWrites = new PendingWrites()
    /** Those of proxies whose header has not come. */
    const unannounced = new Set<Socket>()
    const { onBadHeader = () => Effect.void, patience, proxies, tls } = options
    const { most = Number.POSITIVE_INFINITY } = options
    const meet = (socket: Socket, source?: Source) => {
      const peer = new Peer(socket, pendingWrites, { patience, source, encrypt: tls?.handshake })
      peers.add(peer)
      // Nobody is left to answer when the peer is lost: what is being done for it, however long it takes, is given up.
      peer.servedBy = run(
        Effect.onExit(
          Effect.suspend(() => handle(peer)),
          () => {
            peers.delete(peer)
            return peer.destroy
          }
        )
      )
    }
    const announced = (socket: Socket, host: string, { header }: TrustedProxies) =>
      header(socket).pipe(
        Effect.tap((source) => Effect.sync(() => meet(socket, source))),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            unannounced.delete(socket)
            if (Exit.isFailure(exit)) socket.destroy()
          })
        ),
        Effect.catch((error) => onBadHeader(host, error))
      )
    const accept = (socket: Socket) => {
      // What follows an error is "close". Who reads from the socket listens for more than this.
      if (proxies !== undefined || tls !== undefined) socket.on("error", () => undefined)
      const { remoteAddress = "" } = socket
      if (proxies?.includes(remoteAddress) !== true) return meet(socket)
      // Whose it is will count once it is known; until then it takes a descriptor all the same.
      if (peers.size + unannounced.size >= most) return void socket.destroy()
      unannounced.add(socket)
      run(announced(socket, remoteAddress, proxies))
    }
    const drain = Effect.suspend(() => {
      const { grace = Duration.zero } = options
      if (Duration.isZero(grace)) return Effect.void
      for (const socket of unannounced) socket.destroy()
      for (const peer of peers) peer.ended("drain")
      return Effect.asVoid(Effect.timeoutOption(FiberSet.awaitEmpty(fibers), grace))
    })
    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        createServer(
          // A legacy client half-closes and then waits for its farewell.
          { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
          accept
        )
      ),
      (server) =>
        Effect.andThen(
          Effect.sync(() => server.close()),
          drain
        )
    )
    return yield* bind(server, options)
  })
