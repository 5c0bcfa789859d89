/**
 * The changes behind a place, as a stream that goes on until it is told to end. Its reader is a place in the log (Delivery):
 * where the log no longer reaches back to it, it is told `refazer`.
 */
import { Cause, Effect, Fiber, Stream } from "effect"
import { bufferSize } from "../../domain/BufferSize.ts"
import type { ChangeId, LoggedChange } from "../../domain/FileChange.ts"
import type { FileName } from "../../domain/FileName.ts"
import type { Delivery } from "../../server/subscriptions/Delivery.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import { eventText, openingText, placeText } from "./EventText.ts"

/** The most changes of one chunk, which is what a reader that takes nothing has unsent: some 20 kB where names are short. */
const batchSize = 64

/** And characters of their texts, with those of the event that passes it: one of the longest name has 25 kB. */
const batchLength = bufferSize

/** So often a comment is sent to all who wait: proxies end what is silent for a minute (nginx, proxy_read_timeout). */
const interval = "15 seconds"

const encoder = new TextEncoder()

/** What a reader asks for. */
export interface Wanted {
  /** Where the reader stands. */
  readonly delivery: Delivery
  readonly matches: (name: FileName) => boolean
  /** Calls the listener when the stream is to end; gives what takes it back. */
  readonly onEnd: (listener: () => void) => () => void
}

/** Changes with their texts, and the place behind them. */
interface Batch {
  readonly changes: ReadonlyArray<LoggedChange>
  readonly texts: ReadonlyArray<string>
}

/** The batch behind a place. The last one is kept: most readers stand at the same place, and each would make it anew. */
const makeBatches = (changes: Changes) => {
  let key = ""
  let batch: Batch = { changes: [], texts: [] }
  return ({ epoch, sequence }: ChangeId): Batch => {
    const wanted = `${epoch}-${sequence}-${changes.last().sequence}`
    if (wanted !== key) {
      const found = changes.after({ epoch, sequence }, batchSize)
      const texts: Array<string> = []
      let length = 0
      for (const change of found) {
        if (length > batchLength) break
        const text = eventText(change)
        texts.push(text)
        length += text.length
      }
      batch = { changes: found.slice(0, texts.length), texts }
      key = wanted
    }
    return batch
  }
}

/** Why a stream goes on. */
type Reason = "change" | "end" | "silence"

/** The streams over a log of changes. */
export const makeEventStreams = (changes: Changes) => {
  const batchAfter = makeBatches(changes)

  const textOf = ({ changes, texts }: Batch, { matches }: Wanted): string =>
    texts
      .filter((_, index) => {
        const change = changes[index]?.change
        return change !== undefined && (change._tag === "Rescan" || matches(change.name))
      })
      .join("")

  /** The next text; `undefined` where the stream is to end. */
  const next = (wanted: Wanted): Effect.Effect<string | undefined> =>
    Effect.suspend(() => {
      const { delivery } = wanted
      const batch = batchAfter(delivery.place)
      const last = batch.changes.at(-1)
      if (last === undefined) return wait(wanted)
      delivery.place = last.id
      const text = textOf(batch, wanted)
      return text === ""
        ? // A log of a million changes of other names must not hold the event loop.
          Effect.andThen(Effect.yieldNow, next(wanted))
        : Effect.succeed(text)
    })

  /** Those who wait, each by what wakes it. Two fibers wake all, in place of three and a timer for each stream. */
  const waiting = new Set<(reason: Reason) => void>()
  const wakeAll = (reason: Reason): Effect.Effect<void> =>
    Effect.sync(() => {
      // Those of now: who is woken may wait again at once.
      for (const wake of Array.from(waiting)) wake(reason)
    })
  const watch = Effect.suspend(() => {
    let seen = changes.last()
    const again = Effect.suspend(() => {
      seen = changes.last()
      return wakeAll("change")
    })
    return Effect.forever(
      Effect.andThen(
        Effect.suspend(() => changes.awaitAfter(seen)),
        again
      )
    )
  })
  const beat = Effect.forever(Effect.andThen(Effect.sleep(interval), wakeAll("silence")))
  let open = 0
  let waking: Fiber.Fiber<unknown> | undefined

  /** Has those who wait be woken until the scope closes. */
  const wakes = Effect.acquireRelease(
    Effect.gen(function* () {
      open += 1
      waking ??= yield* Effect.forkDetach(Effect.raceFirst(watch, beat))
    }),
    () =>
      Effect.suspend(() => {
        open -= 1
        if (open > 0 || waking === undefined) return Effect.void
        const fiber = waking
        waking = undefined
        return Fiber.interrupt(fiber)
      })
  )

  const reasonAfter = ({ delivery, onEnd }: Wanted): Effect.Effect<Reason> =>
    Effect.callback<Reason>((resume) => {
      let forgetEnd = (): void => undefined
      const forget = (): void => {
        waiting.delete(wake)
        forgetEnd()
      }
      const wake = (reason: Reason): void => {
        forget()
        resume(Effect.succeed(reason))
      }
      waiting.add(wake)
      forgetEnd = onEnd(() => wake("end"))
      // It may have come since the log was looked into.
      if (batchAfter(delivery.place).changes.length > 0) wake("change")
      return Effect.sync(forget)
    })

  const wait = (wanted: Wanted): Effect.Effect<string | undefined> =>
    Effect.flatMap(reasonAfter(wanted), (reason) => {
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
