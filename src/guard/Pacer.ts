/** Keeps bytes to a rate, smoothly: each piece has its time, and waits for it. */
import { Effect } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"

/** A rate that bytes are kept to. */
export interface Pacer {
  /** Waits until this many bytes may go. */
  readonly pace: (bytes: number) => Effect.Effect<void>
  /** The most bytes that should go at once, for the rate to be smooth. */
  readonly piece: number
}

/** How much of a second is sent at once, and how much of one that was slept too long may be caught up, in seconds. */
const smoothness = 0.05
const leeway = 0.2

const smallestPiece = 512
const largestPiece = 256 * 1024

/** A pacer of `rate` bytes a second, for one connection or for all that share it, in the order in which they ask. */
export const makePacer = (rate: number): Pacer => {
  let next: number | undefined
  return {
    piece: Math.min(largestPiece, Math.max(smallestPiece, Math.floor(rate * smoothness))),
    pace: (bytes) =>
      Effect.flatMap(Monotonic.now, (now) => {
        // Nothing was slept too long before the first piece.
        const at = next === undefined ? now : Math.max(next, now - leeway * 1000)
        next = at + (bytes / rate) * 1000
        return at > now ? Effect.sleep(at - now) : Effect.void
      })
  }
}

/** No limit at all. */
export const unlimited: Pacer = { pace: () => Effect.void, piece: Number.POSITIVE_INFINITY }

/** As slow as the slower of the two. */
export const both = (one: Pacer, other: Pacer): Pacer => {
  if (one === unlimited) return other
  if (other === unlimited) return one
  return {
    piece: Math.min(one.piece, other.piece),
    pace: (bytes) => Effect.andThen(one.pace(bytes), other.pace(bytes))
  }
}
