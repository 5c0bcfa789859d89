/** Turns away whom there is no room for: says why, and closes. Whether there is room: ConnectionLimiter. */
import { Effect } from "effect"
import { sentence } from "../domain/sentences/Sentence.ts"
import type { Peer } from "../net/Peer.ts"
import type { EventLog } from "../telemetry/EventLog.ts"
import type { Numbers } from "../telemetry/Stats.ts"

/** Redis's reply before it closes (networking.c, acceptCommonHandler). */
const full = `-ERR ${sentence("tooManyClients")}\r\n`

/**
 * This many rejected peers at a time are closed in order, which waits for them and takes descriptors that no other limit
 * counts. Further ones are closed at once, which may lose the reply.
 */
export const mostRejecting = 64

/** Gives what rejects one peer of a server, and returns at its end. */
export const makeRejection = (
  stats: Numbers,
  eventLog: EventLog
): ((peer: Peer) => Effect.Effect<void>) => {
  let rejecting = 0
  return (peer) => {
    stats.connectionsRejected += 1
    const noted = eventLog.log("connection.refused", {
      address: peer.address,
      connections: stats.connectedClients
    })
    // A TLS handshake only for this reply would cost too much.
    if (!peer.isOpen) return noted
    if (rejecting >= mostRejecting) return Effect.andThen(noted, Effect.ignore(peer.write(full)))
    rejecting += 1
    return noted.pipe(
      Effect.andThen(peer.write(full)),
      Effect.andThen(peer.finish),
      Effect.ignore,
      Effect.ensuring(Effect.sync(() => void (rejecting -= 1)))
    )
  }
}
