/**
 * The changes of the shared files, for those who follow them: a follower is a place in one log (changes/ChangeLog), so
 * that any number of them holds nothing in here but who waits. Who finds changes: directory/watch and s3/watch.
 */
import { Context, Deferred, Effect, type Fiber, type Scope } from "effect"
import { type ChangeId, FileChange, type LoggedChange } from "../../domain/FileChange.ts"
import { type Numbers, whileCounted } from "../../telemetry/Stats.ts"
import type { KnownCount } from "./FileStore.ts"
import { type ChangeLog, makeChangeLog } from "./changes/ChangeLog.ts"

/**
 * How changes are found: `watch`, the system tells them; `poll`, by looking again and again; `none`, nobody looks, and
 * the log stays empty.
 */
export type ChangeSource = "watch" | "poll" | "none"

/** The log of changes as its followers see it. */
export interface Changes extends Omit<ChangeLog, "append"> {
  readonly source: () => ChangeSource
  /** How many folders the system watches for us. */
  readonly watches: () => number
  /** How many files there were when all were listed last to find changes; `undefined` where they are not found so. */
  readonly files: () => KnownCount | undefined
  /** Whether what changes is not found yet, but will be soon: see `whenStarted`. */
  readonly isStarting: () => boolean
  /** Waits until it is. */
  readonly started: Effect.Effect<void>
  /**
   * Answers at once, or while what changes is not found yet, once it is: who takes a place in the log before might miss
   * changes without being told. Everything that tells a client a place, or takes one for it, is asked by this.
   */
  readonly whenStarted: <A, E, R>(
    answer: () => A | Effect.Effect<A, E, R>
  ) => A | Effect.Effect<A, E, R>
  /** Waits until there is a change behind this place, or the place is one that the log cannot be followed from. */
  readonly awaitAfter: (id: ChangeId) => Effect.Effect<void>
}

/** The log of changes as who finds them sees it. */
export interface ChangeRecorder {
  readonly changes: Changes
  /** Adds changes in their order, and wakes who waits for them once. */
  readonly record: (changes: ReadonlyArray<FileChange>) => void
  /** Adds changes at places that another log of the same epoch gave them, in order, and wakes as `record` does. */
  readonly replay: (changes: ReadonlyArray<LoggedChange>) => void
  readonly setSource: (source: ChangeSource, watches?: number) => void
  readonly setFiles: (count: KnownCount | undefined) => void
  /** From now on, what changes is found, or places are told all the same. */
  readonly start: () => void
  /** From now on, what changes is found. Starts, or records `Rescan` where places were told before. */
  readonly ready: () => void
}

/**
 * An empty log that begins at `epoch` (milliseconds since 1970) and holds at most `capacity` bytes; its source is `none`.
 * With `isStarting` it waits for `start`.
 */
export const makeChangeRecorder = (
  epoch: number,
  capacity: number,
  isStarting = false
): ChangeRecorder => {
  const { append, ...log } = makeChangeLog(epoch, capacity)
  let source: ChangeSource = "none"
  let watches = 0
  let files: KnownCount | undefined
  let next = Deferred.makeUnsafe<void>()
  const started = Deferred.makeUnsafe<void>()
  if (!isStarting) Deferred.doneUnsafe(started, Effect.void)

  const wake = (): void => {
    const reached = next
    next = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(reached, Effect.void)
  }

  const isBehind = ({ epoch: ofEpoch, sequence }: ChangeId): boolean =>
    ofEpoch !== epoch || sequence !== log.last().sequence

  const awaitAfter = (id: ChangeId): Effect.Effect<void> =>
    Effect.suspend(() =>
      isBehind(id) ? Effect.void : Effect.flatMap(Deferred.await(next), () => awaitAfter(id))
    )

  const record = (changes: ReadonlyArray<FileChange>): void => {
    if (changes.length === 0) return
    for (const change of changes) append(change)
    wake()
  }

  return {
    changes: {
      ...log,
      source: () => source,
      watches: () => watches,
      files: () => files,
      isStarting: () => !Deferred.isDoneUnsafe(started),
      started: Deferred.await(started),
      whenStarted: (answer) => {
        if (Deferred.isDoneUnsafe(started)) return answer()
        return Effect.flatMap(Deferred.await(started), () => {
          const answered = answer()
          return Effect.isEffect(answered) ? answered : Effect.succeed(answered)
        })
      },
      awaitAfter
    },
    record,
    replay: (changes) => {
      if (changes.length === 0) return
      for (const { change, id } of changes) append(change, id.sequence)
      wake()
    },
    setSource: (value, count = 0) => {
      source = value
      watches = count
    },
    setFiles: (count) => {
      files = count
    },
    start: () => void Deferred.doneUnsafe(started, Effect.void),
    ready: () => {
      if (!Deferred.doneUnsafe(started, Effect.void)) record([FileChange.Rescan()])
    }
  }
}

/**
 * How long who follows the changes waits for what changes to be found. Where that takes longer they are followed all the
 * same, and what is shared is to be looked at anew once it is found.
 */
const patience = "1 second"

/** Starts the log after a second, found or not, unless the scope closes before. */
export const startInTime = ({
  start
}: ChangeRecorder): Effect.Effect<Fiber.Fiber<void>, never, Scope.Scope> =>
  Effect.forkScoped(Effect.andThen(Effect.sleep(patience), Effect.sync(start)))

/** The same changes, which count in `stats` how many wait for one. */
export const countFollowers = (changes: Changes, stats: Numbers): Changes => ({
  ...changes,
  awaitAfter: (id) => whileCounted(stats, "changeFollowers", changes.awaitAfter(id))
})

/** The changes of the shared files; where no service is given, those of nothing: an empty log of source `none`. */
export const FileChanges = Context.Reference<Changes>("sockets/services/FileChanges", {
  defaultValue: () => makeChangeRecorder(0, 0).changes
})
