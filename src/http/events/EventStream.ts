/**
 * The changes behind a place, as a stream that goes on until it is told to end. Its reader is a place in the log: while it
 * takes nothing, nothing is collected for it, and where the log no longer reaches back to it, it is told `refazer`.
 */
import { Effect, Fiber, Stream } from "effect"
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

/** Where a stream stands: at the change that it told last. */
interface State {
  readonly place: ChangeId
  readonly isOpening: boolean
}

/** Why a stream goes on. */
type Reason = "change" | "end" | "silence"

type Told = readonly [text: string, next: State]

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

  const next = (wanted: Wanted, place: ChangeId): Effect.Effect<Told | undefined> =>
    Effect.suspend(() => {
      const batch = batchAfter(place)
      const last = batch.changes.at(-1)
      if (last === undefined) return wait(wanted, place)
      const text = textOf(batch, wanted)
      return text === ""
        ? // A log of a million changes of other names must not hold the event loop.
          Effect.andThen(Effect.yieldNow, next(wanted, last.id))
        : Effect.succeed<Told>([text, { place: last.id, isOpening: false }])
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

  const reasonAfter = ({ onEnd }: Wanted, place: ChangeId): Effect.Effect<Reason> =>
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

  const wait = (wanted: Wanted, place: ChangeId): Effect.Effect<Told | undefined> =>
    Effect.flatMap(reasonAfter(wanted, place), (reason) => {
      if (reason === "end") return Effect.undefined
      if (reason === "change") return next(wanted, place)
      return Effect.succeed<Told>([placeText(place), { place, isOpening: false }])
    })

  const eventStream = (wanted: Wanted): Stream.Stream<Uint8Array> =>
    Stream.unfold<State, string, never, never>(
      { place: wanted.from, isOpening: true },
      ({ isOpening, place }) =>
        isOpening
          ? Effect.succeed<Told>([openingText(place), { place, isOpening: false }])
          : next(wanted, place)
    ).pipe(Stream.map((text) => encoder.encode(text)))

  return { eventStream, wakes }
}
