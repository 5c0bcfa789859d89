/**
 * ObjectCache once a second after all connections: cuts off peers that begin a request and do not end it, for a byte now and
 * then would hold a connection and its memory for ever, and takes leave of those that ask nothing for too long. One
 * loop for all: a timer for each of ten thousand connections would cost more than the connections do.
 */
import { Clock, Duration, Effect, type Scope } from "effect"
import type { CloseReason } from "../net/CloseReason.ts"
import type { Peer } from "../net/Peer.ts"

/** How much peers may take of the server by doing little. */
export interface Limits {
  /** How long a request may take that was begun. */
  readonly request: Duration.Duration
  /** How many bytes all unfinished requests may hold together; beyond that the largest are cut off first. */
  readonly unfinished: number
  /** How long nothing may be asked and nothing answered; zero is for ever. */
  readonly idle: Duration.Duration
}

/** Requests as they come in. */
export interface Incoming {
  /** How many bytes have come of one that is not complete; 0 where none was begun. */
  readonly unfinished: () => number
}

/** What is watched of a connection. */
export class ReadProgress {
  readonly peer: Peer
  readonly incoming: Incoming
  /** How many requests were complete so far. */
  completed = 0
  /** The unfinished request that was seen: the first after so many complete ones, -1 where none is; and since when. */
  begunAfter = -1
  begunAt = 0
  /** What the peer's activity was when it was last seen to change, and when that was. */
  activity = -1
  activeAt = 0

  constructor(peer: Peer, incoming: Incoming) {
    this.peer = peer
    this.incoming = incoming
  }
}

/** Connections that are watched. */
export interface ConnectionReaper {
  /** Watches a connection until `remove` is called with the same progress. */
  readonly add: (progress: ReadProgress) => void
  readonly remove: (progress: ReadProgress) => void
}

/** So many peers are cut off before others get their turn: a thousand together would keep everybody waiting 50 ms. */
const cutsATurn = 20

/** A reaper that ends with the scope. */
export const makeConnectionReaper = ({
  idle,
  request,
  unfinished
}: Limits): Effect.Effect<ConnectionReaper, never, Scope.Scope> =>
  Effect.gen(function* () {
    const watched = new Set<ReadProgress>()
    const requestPatience = Duration.toMillis(request)
    const idlePatience = Duration.isZero(idle) ? Number.POSITIVE_INFINITY : Duration.toMillis(idle)

    /** Whether the peer has been silent for too long, though it could have asked something. */
    const isIdle = (progress: ReadProgress, now: number): boolean => {
      const { activity, isAwaited } = progress.peer
      if (isAwaited && activity === progress.activity)
        return now - progress.activeAt >= idlePatience
      progress.activity = activity
      progress.activeAt = now
      return false
    }

    /** Whether a request of so many bytes was begun too long ago. */
    const isLate = (progress: ReadProgress, size: number, now: number): boolean => {
      // While the peer is being answered, nothing is read that might complete its request.
      if (size === 0 || !progress.peer.isAwaited) {
        progress.begunAfter = -1
        return false
      }
      if (progress.begunAfter === progress.completed)
        return now - progress.begunAt >= requestPatience
      progress.begunAfter = progress.completed
      progress.begunAt = now
      return false
    }

    const look = (now: number) => {
      const late: Array<readonly [progress: ReadProgress, why: CloseReason]> = []
      const holding: Array<readonly [size: number, progress: ReadProgress]> = []
      let sum = 0
      for (const progress of watched) {
        const size = progress.incoming.unfinished()
        if (isLate(progress, size, now)) late.push([progress, "request-timeout"])
        else {
          if (isIdle(progress, now)) progress.peer.ended("idle")
          sum += size
          if (size > 0) holding.push([size, progress])
        }
      }
      if (sum > unfinished) {
        for (const [size, progress] of holding.sort(([left], [right]) => right - left)) {
          if (sum <= unfinished) break
          late.push([progress, "memory"])
          sum -= size
        }
      }
      return Effect.forEach(
        late,
        ([{ peer }, why], index) =>
          index % cutsATurn === cutsATurn - 1
            ? Effect.andThen(peer.cutOff(why), Effect.yieldNow)
            : peer.cutOff(why),
        { discard: true }
      )
    }

    yield* Effect.forkScoped(
      Effect.forever(
        Effect.sleep("1 second").pipe(Effect.andThen(Clock.currentTimeMillis), Effect.flatMap(look))
      )
    )
    return {
      add: (progress) => void watched.add(progress),
      remove: (progress) => void watched.delete(progress)
    }
  })

/** Watches nothing. */
export const noReaper: ConnectionReaper = { add: () => undefined, remove: () => undefined }
