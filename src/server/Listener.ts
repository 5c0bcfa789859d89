/**
 * Accepts connections. It stands on `node:net` itself: effect's SocketServer hides its server, which must be at hand
 * to close the door before the rooms. What is said on a connection is not known here.
 */
import { Duration, Effect, FiberSet, Schema, type Scope } from "effect"
import { createServer, type Server, type Socket } from "node:net"
import { type Patience, Peer } from "./Peer.ts"

/** The address cannot be listened on; `reason` is the system's code, such as `EADDRINUSE`. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String
}) {}

/** Where to listen. */
export interface Address {
  readonly host: string
  /** 0 to 65,535; 0 takes any free port. */
  readonly port: number
}

/** An address as people write it: `127.0.0.1:65432`, `[::1]:65432`. */
export const formatAddress = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

/** Connections that the system may hold for us while all are busy; Linux caps it at net.core.somaxconn. */
const backlog = 4096

const code = (cause: Error): string =>
  "code" in cause && typeof cause.code === "string" ? cause.code : cause.message

const bind = (server: Server, { host, port }: Address): Effect.Effect<Address, ListenError> =>
  Effect.callback<Address, ListenError>((resume) => {
    // For the server's life: what the system reports later (a failed accept) must not end the process.
    server.on("error", (cause) =>
      resume(Effect.fail(new ListenError({ host, port, reason: code(cause) })))
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
  /** How long to put up with peers that do nothing; for ever unless given. */
  readonly patience?: Patience
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
    const accept = (socket: Socket) => {
      const peer = new Peer(socket, options.patience)
      peers.add(peer)
      const leave = Effect.andThen(
        peer.destroy,
        Effect.sync(() => peers.delete(peer))
      )
      const fiber = run(Effect.ensuring(handle(peer), leave))
      // Nobody is left to answer: what is being done for the peer, however long it takes, is given up.
      peer.onLoss = () => fiber.interruptUnsafe()
    }
    const drain = Effect.suspend(() => {
      const { grace = Duration.zero } = options
      if (Duration.isZero(grace)) return Effect.void
      for (const peer of peers) peer.ended()
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
