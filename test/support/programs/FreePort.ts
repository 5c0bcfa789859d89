/** A port for programs that cannot choose one themselves and say which. What can is given port 0 or a path instead. */
import { Effect } from "effect"
import { createServer } from "node:net"

/**
 * A port that nobody listens at on this host, chosen at random below those that the system gives to whoever connects
 * (ip_local_port_range, from 32768): none of the many connections of a test takes it before the program does.
 */
export const freePort = (host = "127.0.0.1"): Effect.Effect<number> =>
  Effect.suspend(() => {
    const port = 10_000 + Math.floor(Math.random() * 22_000)
    return Effect.callback<number>((resume) => {
      const server = createServer()
        .on("error", () => resume(freePort(host)))
        .listen({ host, port }, () => void server.close(() => resume(Effect.succeed(port))))
    })
  })
