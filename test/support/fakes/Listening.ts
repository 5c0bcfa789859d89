/** A TCP server of a test's own. */
import { Effect, type Scope } from "effect"
import { createServer, type Server, type ServerOpts, type Socket } from "node:net"
import type { Address } from "../../../src/domain/Address.ts"

/** Gives each connection to `accept`, on a free port of loopback; cuts all off when the scope closes. */
export const listening = (
  accept: (socket: Socket) => void,
  options: ServerOpts = {}
): Effect.Effect<Address, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const server = createServer({ noDelay: true, ...options }, (socket) => {
          sockets.add(socket)
          // What follows an error is "close".
          socket.on("error", () => undefined)
          socket.on("close", () => sockets.delete(socket))
          accept(socket)
        })
        server.listen({ host: "127.0.0.1", port: 0 }, () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    const bound = server.address()
    if (bound === null || typeof bound === "string") return yield* Effect.die("no address")
    return { host: bound.address, port: bound.port }
  })
