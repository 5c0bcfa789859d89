/**
 * Ends connections by time and by memory. Once a second it looks at all of them: cuts off those whose request stays
 * unfinished for too long, and ends the input of those that are idle for too long. One loop for all, because a timer
 * for each of ten thousand connections would cost more than the connections do. The memory of all requests and replies
 * is summed at each read and each write that waits instead: within a second, 700 peers can send more than a gigabyte.
 */
import { Duration, Effect, Latch, type Scope } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { CloseReason } from "../net/CloseReason.ts"
import type { Peer } from "../net/Peer.ts"

/** The limits of all connections. */
export interface Limits {
  /** How long a request may take to arrive, from its first byte to its last. */
  readonly request: Duration.Duration
  /**
   * The memory in bytes that requests and replies of all connections may take together: input that was not read,
   * requests that are unfinished or queued, text that was not sent. Beyond it, the connections that hold the most are cut
   * off. The buffers of transfers are bounded elsewhere (services/files/BufferPool).
   */
  readonly memory: number
  /** How long a connection may neither send nor be sent anything; zero is for ever. */
  readonly idle: Duration.Duration
}

/** The decoder of a connection (codec/Codec). */
export interface Incoming {
  /** The memory held for a request that is not complete, in bytes; 0 where none was begun. */
  readonly unfinished: () => number
}

/**
 * What a connection waits with: its complete requests, those between MULTI and EXEC, the names of an MGET, what it follows and
 * is being told of the changes; and for what (server/ConnectionContext).
 */
export interface Waiting {
  /** The memory that they hold, in bytes. */
  readonly queued: number
  /** Whether it follows changes, and so may be silent for as long as it likes. */
  readonly isFollowing: boolean
  /** Whether it follows changes, and takes nothing while too much waits for it. Asked once a second. */
  readonly isBehind: () => boolean
}

/** One connection, and what the reaper has seen of it. */
export class ReadProgress {
  readonly #reaper: ConnectionReaper
  readonly peer: Peer
  readonly incoming: Incoming
  readonly waiting: Waiting
  /** How many requests were completed; Connection counts them. */
  completed = 0
  /** Which unfinished request was seen, by the number of complete ones before it, -1 for none; and when it was first seen. */
  begunAfter = -1
  begunAt = 0
  /** The last value of the peer's `activity`, and when it was seen to change. */
  activity = -1
  activeAt = 0
  /** Its memory that is counted in the sum over all, in bytes. */
  held = 0

  constructor(reaper: ConnectionReaper, peer: Peer, incoming: Incoming, waiting: Waiting) {
    this.#reaper = reaper
    this.peer = peer
    this.incoming = incoming
    this.waiting = waiting
  }

  /** Counts anew what the connection holds. */
  changed(): void {
    this.#reaper.note(this)
  }
}

/** The connections that are watched. */
export interface ConnectionReaper {
  /** Watches a connection until `remove` is called with the same progress. */
  readonly add: (progress: ReadProgress) => void
  readonly remove: (progress: ReadProgress) => void
  /** Counts anew what a watched connection holds. */
  readonly note: (progress: ReadProgress) => void
}

/** This many peers are cut off before yielding: a thousand at once took 50 ms. */
const cutsATurn = 20

/** A reaper that runs until the scope closes. */
export const makeConnectionReaper = ({
  idle,
  memory,
  request
}: Limits): Effect.Effect<ConnectionReaper, never, Scope.Scope> =>
  Effect.gen(function* () {
    const watched = new Set<ReadProgress>()
    const tooMuch = yield* Latch.make(false)
    /** The memory of all connections, in bytes. */
    let sum = 0
    const requestPatience = Duration.toMillis(request)
    const idlePatience = Duration.isZero(idle) ? Number.POSITIVE_INFINITY : Duration.toMillis(idle)

    /** Whether the peer has been silent for too long while its next request was waited for. */
    const isIdle = (progress: ReadProgress, now: number): boolean => {
      const { activity, isAwaited } = progress.peer
      if (isAwaited && activity === progress.activity && !progress.waiting.isFollowing)
        return now - progress.activeAt >= idlePatience
      progress.activity = activity
      progress.activeAt = now
      return false
    }

    /** Whether the unfinished request, of `size` bytes so far, was begun too long ago. */
    const isLate = (progress: ReadProgress, size: number, now: number): boolean => {
      // No timeout while we answer: reads are paused, so the client cannot finish its request.
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
      // Who is cut off ends its write after that, and holds nothing any more.
      if (!watched.has(progress)) return
      const { incoming, peer, waiting } = progress
      const held = incoming.unfinished() + waiting.queued + peer.held
      sum += held - progress.held
      progress.held = held
      if (sum > memory) tooMuch.openUnsafe()
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

    /** The connections that hold the most, as many as are needed to come below the limit. */
    const largest = (): ReadonlyArray<ReadProgress> => {
      const holding = [...watched].filter(({ held }) => held > 0)
      let excess = sum - memory
      // Mostly one is enough, and sorting ten thousand takes 5 ms.
      const one = holding.reduce((most, each) => (each.held > most.held ? each : most))
      if (one.held >= excess) return [one]
      holding.sort((left, right) => right.held - left.held)
      return holding.slice(0, 1 + holding.findIndex(({ held }) => (excess -= held) <= 0))
    }

    const relieve = Effect.suspend(() => {
      tooMuch.closeUnsafe()
      return sum > memory ? cutAll(largest(), "memory") : Effect.void
    })

    const look = (now: number) => {
      const late: Array<ReadProgress> = []
      for (const progress of watched) {
        note(progress)
        if (progress.waiting.isBehind()) progress.peer.ended("behind")
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

/** A reaper without limits. */
export const noReaper: ConnectionReaper = {
  add: () => undefined,
  remove: () => undefined,
  note: () => undefined
}
