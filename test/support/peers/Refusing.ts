/** An address that refuses connections, and goes on doing so. */
import { Effect, type Scope } from "effect"
import { connect, createServer } from "node:net"
import type { Address } from "../../../src/domain/Address.ts"

/**
 * It is the near end of a connection, which nobody else can listen at while that lasts: a port that was merely free a
 * moment ago may be another test's by now.
 */
export const refusing = (host = "127.0.0.1"): Effect.Effect<Address, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
        const server = createServer().listen({ host, port: 0 }, () => {
          const bound = server.address()
          const port = typeof bound === "object" ? (bound?.port ?? 0) : 0
          const socket = connect({ host, port }, () => {
            const close = (): void => {
              socket.destroy()
              server.close()
            }
            resume(Effect.succeed({ port: socket.localPort ?? 0, close }))
          })
        })
        server.on("connection", (far) => far.on("error", () => undefined).resume())
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ port }) => ({ host, port })
  )
