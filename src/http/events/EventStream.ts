/**
 * The changes behind a place, as a stream that goes on until it is told to end. Its reader is a place in the log (Delivery):
 * where the log no longer reaches back to it, it is told `refazer`.
 */
import { Cause, Effect, type Scope, Stream } from "effect"
import type { FileName } from "../../domain/FileName.ts"
import type { Delivery } from "../../server/subscriptions/Delivery.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import { type EventBatch, makeEventBatches } from "./EventBatches.ts"
import { openingText, placeText } from "./EventText.ts"
import { makeWaiters, type Waiter } from "./Waiters.ts"

const encoder = new TextEncoder()

/** What a reader asks for; its stream ends when it is told to wait no more. */
export interface Wanted extends Waiter {
  /** Where the reader stands. */
  readonly delivery: Delivery
  readonly matches: (name: FileName) => boolean
}

/** Streams of changes. */
export interface EventStreams {
  readonly eventStream: (wanted: Wanted) => Stream.Stream<Uint8Array>
  /** Has streams go on when something changes, until the scope closes. */
  readonly wakes: Effect.Effect<void, never, Scope.Scope>
}

const textOf = ({ changes, texts }: EventBatch, { matches }: Wanted): string =>
  texts
    .filter((_, index) => {
      const change = changes[index]?.change
      return change !== undefined && (change._tag === "Rescan" || matches(change.name))
    })
    .join("")

/** The streams over a log of changes. */
export const makeEventStreams = (changes: Changes): EventStreams => {
  const batchAfter = makeEventBatches(changes)
  const { wait, wakes } = makeWaiters<Wanted>(
    changes,
    ({ delivery }) => batchAfter(delivery.place).changes.length > 0
  )

  /** The next text; `undefined` where the stream is to end. */
  const next = (wanted: Wanted): Effect.Effect<string | undefined> =>
    Effect.suspend(() => {
      const { delivery } = wanted
      const batch = batchAfter(delivery.place)
      const last = batch.changes.at(-1)
      if (last === undefined) return waitForNext(wanted)
      delivery.place = last.id
      const text = textOf(batch, wanted)
      return text === ""
        ? // A log of a million changes of other names must not hold the event loop.
          Effect.andThen(Effect.yieldNow, next(wanted))
        : Effect.succeed(text)
    })

  const waitForNext = (wanted: Wanted): Effect.Effect<string | undefined> =>
    Effect.flatMap(wait(wanted), (reason) => {
      if (reason === "end") return Effect.undefined
      return reason === "change" ? next(wanted) : Effect.succeed(placeText(wanted.delivery.place))
    })

  /** One pull and no operators on it, each of which would hold a kilobyte or two for each stream. */
  const eventStream = (wanted: Wanted): Stream.Stream<Uint8Array> =>
    Stream.fromPull(
      Effect.sync(() => {
        const { delivery } = wanted
        const sent = (text: string) => {
          const bytes = encoder.encode(text)
          delivery.noteSending(bytes.length)
          return Effect.succeed([bytes] as const)
        }
        const following = Effect.flatMap(next(wanted), (text) =>
          text === undefined ? Cause.done() : sent(text)
        )
        let isOpening = true
        return Effect.suspend(() => {
          // What is pulled for the next time was taken.
          delivery.noteSent()
          if (delivery.isOver) return Cause.done()
          if (!isOpening) return following
          isOpening = false
          return sent(openingText(delivery.place))
        })
      })
    )

  return { eventStream, wakes }
}
