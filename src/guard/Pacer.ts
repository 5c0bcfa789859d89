/** Limits the rate of sent bytes: each piece has a time at which it may go, and waits for it. */
import { Effect } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"

/** A rate limit. */
export interface Pacer {
  /** Waits until this many bytes may go. */
  readonly pace: (bytes: number) => Effect.Effect<void>
  /** The most bytes that should be sent at once, for the rate to be smooth. */
  readonly piece: number
}

/** A piece takes this long at the rate, in seconds. */
const smoothness = 0.05
/** How much of the time that a sleep took too long is made up for, in seconds. */
const leeway = 0.2

const smallestPiece = 512
const largestPiece = 256 * 1024

/** A limit of `rate` bytes a second, for one connection or for several that share it, first come first served. */
export const makePacer = (rate: number): Pacer => {
  let next: number | undefined
  return {
    piece: Math.min(largestPiece, Math.max(smallestPiece, Math.floor(rate * smoothness))),
    pace: (bytes) =>
      Effect.flatMap(Monotonic.now, (now) => {
        // The first piece goes at once.
        const at = next === undefined ? now : Math.max(next, now - leeway * 1000)
        next = at + (bytes / rate) * 1000
        return at > now ? Effect.sleep(at - now) : Effect.void
      })
  }
}

/** No limit. */
export const unlimited: Pacer = { pace: () => Effect.void, piece: Number.POSITIVE_INFINITY }

/** Both limits at once. */
export const both = (one: Pacer, other: Pacer): Pacer => {
  if (one === unlimited) return other
  if (other === unlimited) return one
  return {
    piece: Math.min(one.piece, other.piece),
    pace: (bytes) => Effect.andThen(one.pace(bytes), other.pace(bytes))
  }
}
