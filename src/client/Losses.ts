/**
 * Lost connections: how many of them are made again, and how long to wait before that. What is lost with them, and sent
 * again, is left to Connector.
 */
import { Duration, Effect } from "effect"

/** What to do after a lost connection. */
export interface RetryPolicy {
  /** How many times to reconnect. */
  readonly retries: number
  /** Whether reconnections are counted over the whole run, or from zero again after each reply. */
  readonly counting: "over all" | "since the last answer"
  /** How long to wait before connecting for the `attempt`th time, counted from 1. */
  readonly pause: (attempt: number) => Duration.Duration
  /** Runs before each reconnection, whose number counts from 1. */
  readonly onRetry: (attempt: number) => Effect.Effect<void>
}

/**
 * Exponential backoff: 0.1, 0.4, 1.6 and 6.4 seconds, then 8 each time. The first is short because the server may only
 * have closed an idle connection.
 */
export const growingPause = (attempt: number): Duration.Duration =>
  Duration.millis(Math.min(8000, 100 * 4 ** (attempt - 1)))

/** As `growingPause`, but a second at most: for who is to hear of what happens within a second of a restart of the server. */
export const shortPause = (attempt: number): Duration.Duration =>
  Duration.min(growingPause(attempt), Duration.seconds(1))

/** What the connectors to one server have met together, so that one policy bounds them all. */
export interface Losses {
  /** How many times they have reconnected, as the policy counts. */
  count: number
  /** Whether any of them was ever connected. */
  everConnected: boolean
}

/** Nothing lost so far. */
export const noLosses = (): Losses => ({ count: 0, everConnected: false })

/** One connector's part in the losses. */
export interface OwnLosses {
  /** A connection was made. */
  readonly noteConnected: () => void
  /** Whether a connection may be made again: one that was never there is not. */
  readonly mayReconnect: () => boolean
  /** Counts a loss, and waits as long as the policy says before the reconnection. */
  readonly countAndWait: Effect.Effect<void>
  /** A reply was read, which makes the connector's own losses good where they are counted since the last one. */
  readonly noteAnswer: () => void
}

/** None of its own yet. */
export const makeOwnLosses = (
  losses: Losses,
  { counting, onRetry, pause, retries }: RetryPolicy
): OwnLosses => {
  let own = 0
  return {
    noteConnected: () => {
      losses.everConnected = true
    },
    mayReconnect: () => losses.everConnected && losses.count < retries,
    countAndWait: Effect.suspend(() => {
      losses.count += 1
      own += 1
      return Effect.andThen(onRetry(losses.count), Effect.sleep(pause(losses.count)))
    }),
    noteAnswer: () => {
      if (counting !== "since the last answer") return
      losses.count -= own
      own = 0
    }
  }
}
