/**
 * Looks once a second after all connections: cuts off peers that begin a request and do not end it, for a byte now and
 * then would hold a connection and its memory for ever, and takes leave of those that ask nothing for too long. One
 * loop for all: a timer for each of ten thousand connections would cost more than the connections do.
 */
import { Clock, Duration, Effect, type Scope } from "effect"
import type { Ending } from "../net/CloseReason.ts"
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
export class Intake {
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
export interface Watch {
  /** Watches a connection until `remove` is called with the same intake. */
  readonly add: (intake: Intake) => void
  readonly remove: (intake: Intake) => void
}

/** So many peers are cut off before others get their turn: a thousand together would keep everybody waiting 50 ms. */
const atOnce = 20

/** A watch that ends with the scope. */
export const makeWatch = ({
  idle,
  request,
  unfinished
}: Limits): Effect.Effect<Watch, never, Scope.Scope> =>
  Effect.gen(function* () {
    const watched = new Set<Intake>()
    const requestPatience = Duration.toMillis(request)
    const idlePatience = Duration.isZero(idle) ? Number.POSITIVE_INFINITY : Duration.toMillis(idle)

    /** Whether the peer has been silent for too long, though it could have asked something. */
    const isIdle = (intake: Intake, now: number): boolean => {
      const { activity, isAwaited } = intake.peer
      if (isAwaited && activity === intake.activity) return now - intake.activeAt >= idlePatience
      intake.activity = activity
      intake.activeAt = now
      return false
    }

    /** Whether a request of so many bytes was begun too long ago. */
    const isLate = (intake: Intake, size: number, now: number): boolean => {
      // While the peer is being answered, nothing is read that might complete its request.
      if (size === 0 || !intake.peer.isAwaited) {
        intake.begunAfter = -1
        return false
      }
      if (intake.begunAfter === intake.completed) return now - intake.begunAt >= requestPatience
      intake.begunAfter = intake.completed
      intake.begunAt = now
      return false
    }

    const look = (now: number) => {
      const late: Array<readonly [intake: Intake, why: Ending]> = []
      const holding: Array<readonly [size: number, intake: Intake]> = []
      let sum = 0
      for (const intake of watched) {
        const size = intake.incoming.unfinished()
        if (isLate(intake, size, now)) late.push([intake, "request-timeout"])
        else {
          if (isIdle(intake, now)) intake.peer.ended("idle")
          sum += size
          if (size > 0) holding.push([size, intake])
        }
      }
      if (sum > unfinished) {
        for (const [size, intake] of holding.sort(([left], [right]) => right - left)) {
          if (sum <= unfinished) break
          late.push([intake, "memory"])
          sum -= size
        }
      }
      return Effect.forEach(
        late,
        ([{ peer }, why], index) =>
          index % atOnce === atOnce - 1
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
      add: (intake) => void watched.add(intake),
      remove: (intake) => void watched.delete(intake)
    }
  })

/** Watches nothing. */
export const unwatched: Watch = { add: () => undefined, remove: () => undefined }
