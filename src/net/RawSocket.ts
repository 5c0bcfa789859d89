/** Sockets before anybody is met on them: what a proxy's header and a handshake need. What the bytes mean is not known here. */
import { Effect } from "effect"
import type { Socket } from "node:net"

/** All that has come to a paused socket, as soon as there is something; `undefined` where the connection ended before. */
export const readSome = (socket: Socket): Effect.Effect<Buffer | undefined> =>
  Effect.callback<Buffer | undefined>((resume) => {
    const stop = (): void => {
      socket.off("readable", look).off("close", ended).off("end", ended)
    }
    const ended = (): void => {
      stop()
      resume(Effect.succeed(undefined))
    }
    const look = (): void => {
      const bytes: unknown = socket.read()
      if (!Buffer.isBuffer(bytes)) return
      stop()
      resume(Effect.succeed(bytes))
    }
    socket.on("readable", look).on("close", ended).on("end", ended)
    return Effect.sync(stop)
  })

/** How long a peer that was told goodbye may take to close its end. */
const lingering = "2 seconds"

/** Waits until the socket is closed, but not for long: its peer was told that nothing more comes. */
export const closedSoon = (socket: Socket): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    const closed = () => resume(Effect.void)
    socket.once("close", closed)
    return Effect.sync(() => socket.off("close", closed))
  }).pipe(Effect.timeoutOption(lingering), Effect.asVoid)

/** The code of what went wrong, the system's or OpenSSL's, such as `ECONNRESET`; its words where it has none. */
export const codeOf = (cause: Error): string =>
  "code" in cause && typeof cause.code === "string" ? cause.code : cause.message
