/**
 * Looks once a second after the requests that are not complete yet, and cuts off peers that begin one and do not end
 * it, for a byte now and then would hold a connection and its memory for ever. One loop for all: a timer for each of
 * ten thousand connections would cost more than the connections do.
 */
import { Clock, Duration, Effect, type Scope } from "effect"
import type { Peer } from "./Peer.ts"

/** How much unfinished requests may take. */
export interface Limits {
  /** How long one may take. */
  readonly request: Duration.Duration
  /** How many bytes all of them may hold together; beyond that the largest are cut off first. */
  readonly unfinished: number
}

/** What is watched of a connection. */
export interface Intake {
  readonly peer: Peer
  /** How many bytes of a request have come that is not complete; 0 where none was begun. */
  readonly unfinished: () => number
  /** How many requests were complete so far. */
  completed: number
}

/** Connections that are watched. */
export interface Watch {
  /** Watches a connection until `remove` is called with the same intake. */
  readonly add: (intake: Intake) => void
  readonly remove: (intake: Intake) => void
}

/** An unfinished request: the first there is after so many complete ones, seen first at this time. */
interface Begun {
  readonly completed: number
  readonly since: number
}

/** A watch that ends with the scope. */
export const makeWatch = ({
  request,
  unfinished
}: Limits): Effect.Effect<Watch, never, Scope.Scope> =>
  Effect.gen(function* () {
    const watched = new Map<Intake, Begun | undefined>()
    const patience = Duration.toMillis(request)

    const look = (now: number) => {
      const late: Array<Intake> = []
      const holding: Array<readonly [size: number, intake: Intake]> = []
      let sum = 0
      for (const [intake, begun] of watched) {
        const size = intake.unfinished()
        const completed = intake.completed
        sum += size
        if (size > 0) holding.push([size, intake])
        // While the peer is being answered, nothing is read that might complete its request.
        if (size === 0 || !intake.peer.isAwaited) {
          if (begun !== undefined) watched.set(intake, undefined)
        } else if (begun?.completed !== completed) watched.set(intake, { completed, since: now })
        else if (now - begun.since >= patience) late.push(intake)
      }
      if (sum > unfinished) {
        for (const [size, intake] of holding.sort(([left], [right]) => right - left)) {
          if (sum <= unfinished) break
          late.push(intake)
          sum -= size
        }
      }
      return Effect.forEach(late, ({ peer }) => peer.destroy, { discard: true })
    }

    yield* Effect.forkScoped(
      Effect.forever(
        Effect.sleep("1 second").pipe(Effect.andThen(Clock.currentTimeMillis), Effect.flatMap(look))
      )
    )
    return {
      add: (intake) => void watched.set(intake, undefined),
      remove: (intake) => void watched.delete(intake)
    }
  })

/** Watches nothing. */
export const unwatched: Watch = { add: () => undefined, remove: () => undefined }
