/** Waits for the end of a connection's input, for what goes on for as long as the client is there. */
import { Effect } from "effect"
import type { Peer } from "../../net/Peer.ts"

/**
 * Calls `listener` when the client has ended its input, the server is about to stop, or as much of the input waits to be
 * read as is held of it, for then the end of it could not be seen; at once where that is so already. Gives what takes it
 * back. One listens at a time.
 */
export const onInputEnd = (peer: Peer, listener: () => void): (() => void) => {
  if (peer.isAtEnd) {
    listener()
    return () => undefined
  }
  peer.onEnd = listener
  return () => void (peer.onEnd = undefined)
}

/** Waits as `onInputEnd` does. */
export const inputEnded = (peer: Peer): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const forget = onInputEnd(peer, () => resume(Effect.void))
    return Effect.sync(forget)
  })
