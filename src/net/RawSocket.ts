/** Reading from and closing a socket that is not a Peer yet, for the proxy's header and the TLS handshake. */
import { Effect } from "effect"
import type { Socket } from "node:net"

/** The bytes that a paused socket has, as soon as there are any; `undefined` if the connection ends first. */
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

/** How long a peer may take to close its end after ours was closed. */
const lingering = "2 seconds"

/** Waits until the socket is closed, two seconds at most. */
export const waitForClose = (socket: Socket): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    const closed = () => resume(Effect.void)
    socket.once("close", closed)
    return Effect.sync(() => socket.off("close", closed))
  }).pipe(Effect.timeoutOption(lingering), Effect.asVoid)

/** The code of an error of the system or of OpenSSL, such as `ECONNRESET`; its message where it has no code. */
export const errorCode = (cause: Error): string =>
  "code" in cause && typeof cause.code === "string" ? cause.code : cause.message

/** The protocol that was chosen in the TLS handshake (ALPN), such as `http/1.1`; `undefined` where none was. */
export const chosenProtocol = (socket: Socket): string | undefined => {
  // An encrypted socket is Node's TLSSocket, whose module is not loaded for this.
  const chosen = "alpnProtocol" in socket ? socket.alpnProtocol : undefined
  return typeof chosen === "string" ? chosen : undefined
}
