/** Waits for the end of a connection's input, for what goes on for as long as the client is there. */
import { Effect } from "effect"
import type { Peer } from "../../net/Peer.ts"

/**
 * Waits until the client has ended its input, the server is about to stop, or as much of the input waits to be read as is
 * held of it: then the end of it could not be seen. One waits at a time.
 */
export const inputEnded = (peer: Peer): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (peer.isAtEnd) return resume(Effect.void)
    peer.onEnd = () => resume(Effect.void)
    return Effect.sync(() => void (peer.onEnd = undefined))
  })
