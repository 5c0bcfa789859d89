/**
 * One mirror at a time in a folder of this machine: a name that only one process can listen on, and that is free again
 * when the process ends, however it ends. Mirrors on two machines, or in two containers, do not see each other; what they
 * do is safe all the same, for each file is put in its place whole and only where nobody changed it.
 */
import { Effect, type Scope } from "effect"
import { unlinkSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MirrorBusy } from "../../mirror/MirrorFolder.ts"
import { codeOf } from "../SystemCalls.ts"

/** Linux has names for sockets that are no files (unix(7), abstract); Windows has named pipes. */
const addressOf = (key: string): string => {
  const name = `sockets-client-server-mirror-${key}`
  if (process.platform === "linux") return `\0${name}`
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

const listen = (address: string): Effect.Effect<Server, unknown> =>
  Effect.callback<Server, unknown>((resume) => {
    const server = createServer((socket) => socket.destroy())
    server.once("error", (error) => resume(Effect.fail(error)))
    server.listen(address, () => {
      server.unref()
      resume(Effect.succeed(server))
    })
  })

/** Whether somebody listens at the address, and not only a file is left. */
const isAlive = (address: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const socket = connect(address)
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.once("error", () => resume(Effect.succeed(false)))
  })

/** Holds the lock until the scope closes. `key`: what identifies the folder. Where names cannot be had there is no lock. */
export const hold = (key: string, folder: string): Effect.Effect<void, MirrorBusy, Scope.Scope> => {
  const address = addressOf(key)
  const acquire: Effect.Effect<Server | undefined, MirrorBusy> = Effect.catch(
    listen(address),
    (error) =>
      codeOf(error) !== "EADDRINUSE"
        ? Effect.succeed(undefined)
        : Effect.flatMap(isAlive(address), (alive) => {
            if (alive || address.startsWith("\0")) return Effect.fail(new MirrorBusy({ folder }))
            return Effect.andThen(
              Effect.ignore(Effect.try(() => unlinkSync(address))),
              Effect.mapError(listen(address), () => new MirrorBusy({ folder }))
            )
          })
  )
  return Effect.asVoid(
    Effect.acquireRelease(acquire, (server) =>
      server === undefined
        ? Effect.void
        : Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
    )
  )
}
