/**
 * The changes behind a place, as a stream that goes on until it is told to end. Its reader is a place in the log: while it
 * takes nothing, nothing is collected for it, and where the log no longer reaches back to it, it is told `refazer`.
 */
import { Cause, Effect, Fiber, Stream } from "effect"
import type { ChangeId, LoggedChange } from "../../domain/FileChange.ts"
import type { FileName } from "../../domain/FileName.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import { eventText, openingText, placeText } from "./EventText.ts"

/** The most changes of one chunk, which is what a reader that takes nothing has unsent: some 20 kB, 600 at most. */
const batchSize = 64

/** So often a comment is sent to all who wait: proxies end what is silent for a minute (nginx, proxy_read_timeout). */
const interval = "15 seconds"

const encoder = new TextEncoder()

/** What a reader asks for. */
export interface Wanted {
  readonly from: ChangeId
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
      batch = { changes: found, texts: found.map(eventText) }
      key = wanted
    }
    return batch
  }
}

/** Where a stream stands: behind the change that it told last. */
interface Reader extends Wanted {
  place: ChangeId
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
  const next = (reader: Reader): Effect.Effect<string | undefined> =>
    Effect.suspend(() => {
      const batch = batchAfter(reader.place)
      const last = batch.changes.at(-1)
      if (last === undefined) return wait(reader)
      reader.place = last.id
      const text = textOf(batch, reader)
      return text === ""
        ? // A log of a million changes of other names must not hold the event loop.
          Effect.andThen(Effect.yieldNow, next(reader))
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

  const reasonAfter = ({ onEnd, place }: Reader): Effect.Effect<Reason> =>
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
      if (batchAfter(place).changes.length > 0) wake("change")
      return Effect.sync(forget)
    })

  const wait = (reader: Reader): Effect.Effect<string | undefined> =>
    Effect.flatMap(reasonAfter(reader), (reason) => {
      if (reason === "end") return Effect.undefined
      return reason === "change" ? next(reader) : Effect.succeed(placeText(reader.place))
    })

  /** One pull and no operators on it, each of which would hold a kilobyte or two for each stream. */
  const eventStream = (wanted: Wanted): Stream.Stream<Uint8Array> =>
    Stream.fromPull(
      Effect.sync(() => {
        const reader = { ...wanted, place: wanted.from }
        const following = Effect.flatMap(next(reader), (text) =>
          text === undefined ? Cause.done() : Effect.succeed([encoder.encode(text)] as const)
        )
        let isOpening = true
        return Effect.suspend(() => {
          if (!isOpening) return following
          isOpening = false
          return Effect.succeed([encoder.encode(openingText(reader.place))] as const)
        })
      })
    )

  return { eventStream, wakes }
}
