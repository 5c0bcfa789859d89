/**
 * Looks once a second after all connections: cuts off peers that begin a request and do not end it, for a byte now and
 * then would hold a connection and its memory for ever, and takes leave of those that ask nothing for too long. One
 * loop for all: a timer for each of ten thousand connections would cost more than the connections do. What unfinished
 * requests hold together is known at every moment, and does not wait for the next second: 700 peers can send more than
 * a gigabyte in one.
 */
import { Duration, Effect, Latch, type Scope } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { CloseReason } from "../net/CloseReason.ts"
import type { Peer } from "../net/Peer.ts"

/** How much peers may take of the server by doing little. */
export interface Limits {
  /** How long a request may take that was begun. */
  readonly request: Duration.Duration
  /** How much memory all requests that are unfinished or held back may take together, in bytes; beyond that the largest are cut off first. */
  readonly unfinished: number
  /** How long nothing may be asked and nothing answered; zero is for ever. */
  readonly idle: Duration.Duration
}

/** What takes in the requests of a connection, as codec/Codec's Decoder does. */
export interface Incoming {
  /** How much memory is held for a request that is not complete, in bytes; 0 where none was begun. */
  readonly unfinished: () => number
}

/** Where complete requests wait that are not to be answered yet, as those of a transaction do. */
export interface Waiting {
  /** How much memory they hold, in bytes. */
  readonly heldBack: number
}

/** What is watched of a connection. */
export class ReadProgress {
  readonly peer: Peer
  readonly incoming: Incoming
  readonly waiting: Waiting
  /** How many requests were complete so far. */
  completed = 0
  /** The unfinished request that was seen: the first after so many complete ones, -1 where none is; and since when. */
  begunAfter = -1
  begunAt = 0
  /** What the peer's activity was when it was last seen to change, and when that was. */
  activity = -1
  activeAt = 0
  /** What its requests were last seen to hold. */
  held = 0

  constructor(peer: Peer, incoming: Incoming, waiting: Waiting) {
    this.peer = peer
    this.incoming = incoming
    this.waiting = waiting
  }
}

/** Connections that are watched. */
export interface ConnectionReaper {
  /** Watches a connection until `remove` is called with the same progress. */
  readonly add: (progress: ReadProgress) => void
  readonly remove: (progress: ReadProgress) => void
  /** Takes note of what a watched connection now holds. */
  readonly note: (progress: ReadProgress) => void
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
    const tooMuch = yield* Latch.make(false)
    /** What all requests hold together. */
    let sum = 0
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

    const note = (progress: ReadProgress): void => {
      const held = progress.incoming.unfinished() + progress.waiting.heldBack
      sum += held - progress.held
      progress.held = held
      if (sum > unfinished) tooMuch.openUnsafe()
    }

    const cutAll = (late: ReadonlyArray<ReadProgress>, why: CloseReason) =>
      Effect.forEach(
        late,
        (progress, index) => {
          remove(progress)
          const cut = progress.peer.cutOff(why)
          return index % cutsATurn === cutsATurn - 1 ? Effect.andThen(cut, Effect.yieldNow) : cut
        },
        { discard: true }
      )

    const remove = (progress: ReadProgress): void => {
      if (watched.delete(progress)) sum -= progress.held
    }

    /** The largest, as many as hold what is too much. */
    const largest = (): ReadonlyArray<ReadProgress> => {
      const holding = [...watched].filter(({ held }) => held > 0)
      let excess = sum - unfinished
      // Mostly one will do, and to sort ten thousand takes 5 ms.
      const one = holding.reduce((most, each) => (each.held > most.held ? each : most))
      if (one.held >= excess) return [one]
      holding.sort((left, right) => right.held - left.held)
      return holding.slice(0, 1 + holding.findIndex(({ held }) => (excess -= held) <= 0))
    }

    const relieve = Effect.suspend(() => {
      tooMuch.closeUnsafe()
      return sum > unfinished ? cutAll(largest(), "memory") : Effect.void
    })

    const look = (now: number) => {
      const late: Array<ReadProgress> = []
      for (const progress of watched) {
        note(progress)
        if (isLate(progress, progress.incoming.unfinished(), now)) late.push(progress)
        else if (isIdle(progress, now)) progress.peer.ended("idle")
      }
      return cutAll(late, "request-timeout")
    }

    yield* Effect.forkScoped(
      Effect.forever(
        Effect.sleep("1 second").pipe(Effect.andThen(Monotonic.now), Effect.flatMap(look))
      )
    )
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(tooMuch.await, relieve)))
    return { add: (progress) => void watched.add(progress), remove, note }
  })

/** Watches nothing. */
export const noReaper: ConnectionReaper = {
  add: () => undefined,
  remove: () => undefined,
  note: () => undefined
}
