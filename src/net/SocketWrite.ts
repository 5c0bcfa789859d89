/** Writes to a socket as effects that wait until the system has taken the bytes. Which bytes, and when: Peer. */
import { Data, Effect } from "effect"
import type { Socket } from "node:net"

/** The connection is gone: reset, cut off, or a write failed. `cause` is the system's error. */
export class PeerLost extends Data.TaggedError("PeerLost")<{ readonly cause: unknown }> {}

/** Called when the system has taken what was written, or the connection is gone. */
export type WriteDone = (error?: Error | null) => void
type Resume = (result: Effect.Effect<void, PeerLost>) => void

const begin = (
  socket: Socket,
  timeout: number,
  write: (done: WriteDone) => void,
  resume: Resume
): void => {
  // Node's socket timers are one list for all sockets with the same timeout, and are reset as a write progresses.
  socket.setTimeout(timeout)
  write((cause) => {
    socket.setTimeout(0)
    resume(cause == null ? Effect.void : Effect.fail(new PeerLost({ cause })))
  })
}

/** Waits until `write` is done. The socket emits "timeout" if it makes no progress for `timeout` milliseconds, 0 for never. */
export const writeAndWait = (
  socket: Socket,
  timeout: number,
  write: (done: WriteDone) => void
): Effect.Effect<void, PeerLost> =>
  Effect.callback<void, PeerLost>((resume) => begin(socket, timeout, write, resume))

/**
 * As `writeAndWait`, for bytes whose buffer is used again afterwards: an interruption too waits until the system has
 * done with it, or another client's bytes could be sent to this one. `destroy` must end the connection, so that this
 * does not wait for the peer.
 */
export const writeToEnd = (
  socket: Socket,
  timeout: number,
  write: (done: WriteDone) => void,
  destroy: () => void
): Effect.Effect<void, PeerLost> =>
  Effect.callback<void, PeerLost>((resume) => {
    let isDone = false
    let onDone = (): void => undefined
    begin(socket, timeout, write, (result) => {
      isDone = true
      onDone()
      resume(result)
    })
    return Effect.callback<void>((finished) => {
      if (isDone) return finished(Effect.void)
      onDone = () => finished(Effect.void)
      destroy()
    })
  })
