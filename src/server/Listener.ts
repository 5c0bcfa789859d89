/**
 * Accepts connections. It stands on `node:net` itself: effect's SocketServer hides its server, which must be at hand
 * to close the door before the rooms. What is said on a connection is not known here.
 */
import { Effect, FiberSet, Schema, type Scope } from "effect"
import { createServer, type Server, type Socket } from "node:net"
import { Peer } from "./Peer.ts"

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

/**
 * Listens until the scope closes, and runs `handle` for each connection in a fiber of its own, at whose end the
 * connection is cut off. When the scope closes, no more connections are accepted; then those that are left are
 * interrupted. Returns the address with the port that was taken.
 */
export const listen = <R>(
  address: Address,
  handle: (peer: Peer) => Effect.Effect<void, never, R>
): Effect.Effect<Address, ListenError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const fibers = yield* FiberSet.make<void>()
    const run = yield* FiberSet.runtime(fibers)<R>()
    const accept = (socket: Socket) => {
      const peer = new Peer(socket)
      const fiber = run(Effect.ensuring(handle(peer), peer.destroy))
      // Nobody is left to answer: what is being done for the peer, however long it takes, is given up.
      peer.onLoss = () => fiber.interruptUnsafe()
    }
    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        createServer(
          // A legacy client half-closes and then waits for its farewell.
          { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
          accept
        )
      ),
      (server) => Effect.sync(() => server.close())
    )
    return yield* bind(server, address)
  })
