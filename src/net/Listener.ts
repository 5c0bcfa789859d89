/**
 * Listens and accepts sockets; each becomes a Peer in a fiber of its own. Uses `node:net` itself, because effect's
 * SocketServer hides its server: here accepting must stop before the connections are ended, and a proxy's header must
 * be taken off a socket before anything else is read. What happens on a connection: server/Acceptor.
 */
import { Duration, Effect, Exit, FiberSet, Schema, type Scope } from "effect"
import { createServer, type Server, type Socket } from "node:net"
import type { Address } from "../domain/Address.ts"
import type { BadProxyHeader, Source } from "./proxy/ProxyHeader.ts"
import { Peer } from "./Peer.ts"
import { PendingWrites } from "./PendingWrites.ts"
import type { TrustedProxies } from "./proxy/TrustedProxies.ts"
import { errorCode } from "./RawSocket.ts"
import type { Tls } from "./TlsHandshake.ts"

/** The address cannot be listened on; `reason` is the system's code, such as `EADDRINUSE`. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String
}) {}

/** How many connections the system queues until they are accepted; Linux caps it at net.core.somaxconn. */
const backlog = 4096

const bind = (server: Server, { host, port }: Address): Effect.Effect<Address, ListenError> =>
  Effect.callback<Address, ListenError>((resume) => {
    // Kept for the server's life: without a listener, a failed accept would end the process.
    server.on("error", (cause) =>
      resume(Effect.fail(new ListenError({ host, port, reason: errorCode(cause) })))
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
  /** How long requests in progress may take once the scope closes; zero unless given. */
  readonly grace?: Duration.Duration
  /** How long a peer may take no byte of a reply before it is cut off; for ever unless given. */
  readonly stallTimeout?: Duration.Duration
  /** The proxies whose PROXY headers are believed; none unless given. */
  readonly proxies?: TrustedProxies | undefined
  /** With this many connections, a proxy's new socket is closed at once instead of waiting for its header. */
  readonly maxConnections?: number | undefined
  /** How connections are encrypted; not at all unless given. A proxy's header comes before TLS, in plain text. */
  readonly tls?: Tls | undefined
  /** Called with a proxy's address when its connection does not begin with a valid header. */
  readonly onBadHeader?: (host: string, error: BadProxyHeader) => Effect.Effect<void>
}

/**
 * Listens until the scope closes, and runs `handle` for each connection in a fiber of its own; the socket is destroyed
 * when that fiber ends. When the scope closes, accepting and reading stop, so that each connection ends once its
 * requests are answered; connections left after the grace are interrupted. Returns the address with the bound port.
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
    /** Sockets of proxies whose header has not come. */
    const awaitingHeader = new Set<Socket>()
    const { onBadHeader = () => Effect.void, stallTimeout, proxies, tls } = options
    const { maxConnections = Number.POSITIVE_INFINITY } = options
    const serve = (socket: Socket, source?: Source) => {
      const peer = new Peer(socket, pendingWrites, {
        stallTimeout,
        source,
        encrypt: tls?.handshake
      })
      peers.add(peer)
      // A lost peer interrupts this fiber, however long its request would still take.
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
    const readHeader = (socket: Socket, host: string, { header }: TrustedProxies) =>
      header(socket).pipe(
        Effect.tap((source) => Effect.sync(() => serve(socket, source))),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            awaitingHeader.delete(socket)
            if (Exit.isFailure(exit)) socket.destroy()
          })
        ),
        Effect.catch((error) => onBadHeader(host, error))
      )
    const accept = (socket: Socket) => {
      // An "error" without a listener ends the process. "close" follows it, which the readers listen for.
      if (proxies !== undefined || tls !== undefined) socket.on("error", () => undefined)
      if (proxies === undefined) return serve(socket)
      const { remoteAddress = "" } = socket
      if (!proxies.includes(remoteAddress)) return serve(socket)
      // It is counted by its client's address once that is known, but takes a descriptor already.
      if (peers.size + awaitingHeader.size >= maxConnections) return void socket.destroy()
      awaitingHeader.add(socket)
      run(readHeader(socket, remoteAddress, proxies))
    }
    const drain = Effect.suspend(() => {
      const { grace = Duration.zero } = options
      if (Duration.isZero(grace)) return Effect.void
      for (const socket of awaitingHeader) socket.destroy()
      for (const peer of peers) peer.ended("drain")
      return Effect.asVoid(Effect.timeoutOption(FiberSet.awaitEmpty(fibers), grace))
    })
    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        createServer(
          // A client of the original project half-closes and then waits for "Adeus!".
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
