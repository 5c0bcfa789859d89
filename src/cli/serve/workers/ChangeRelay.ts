/**
 * How the changes of the shared files get from the supervisor, who finds them, to the workers: a worker has a log of its
 * own with the same places, so that a client may go on at any of them. The supervisor follows its log for each worker and
 * sends the next batch when the last is on its way, so that a worker that is slow, or was started just now, holds back
 * nothing but itself.
 */
import { Effect, Schema } from "effect"
import type { ChangeId, LoggedChange } from "../../../domain/FileChange.ts"
import { FileName } from "../../../domain/FileName.ts"
import {
  type ChangeRecorder,
  type Changes,
  makeChangeRecorder
} from "../../../services/files/FileChanges.ts"
import type { KnownCount } from "../../../services/files/FileStore.ts"

const File = {
  name: FileName,
  size: Schema.Finite,
  modified: Schema.Finite,
  version: Schema.String
}

/** A `ChangeId`: the place up to which a worker that is started now must know the changes before it serves. */
export const ChangesStart = Schema.Struct({ epoch: Schema.Int, sequence: Schema.Int })

/** A `LoggedChange`. */
const Logged = Schema.Struct({
  id: ChangesStart,
  change: Schema.TaggedUnion({
    Created: File,
    Changed: File,
    Deleted: { name: FileName },
    Rescan: {}
  })
})

/** The fields of the message that brings changes. */
export const changesFields = {
  changes: Schema.Array(Logged),
  source: Schema.Literals(["watch", "poll", "none"]),
  watches: Schema.Int,
  /** A `KnownCount`: the workers read the same clock. */
  files: Schema.NullOr(Schema.Struct({ names: Schema.Int, at: Schema.Finite })),
  isStarting: Schema.Boolean
}

/** A batch of changes, in order, and how they are found, whether they are already, and among how many files. */
export interface ChangeBatch {
  readonly changes: ReadonlyArray<LoggedChange>
  readonly source: ReturnType<Changes["source"]>
  readonly watches: number
  readonly files: KnownCount | null
  readonly isStarting: boolean
}

/** How many changes are sent together: some 100 KB. */
const most = 512

/** How soon a worker is told that changes are found in another way, where there are none. */
const statusEvery = "1 second"

/** Sends the changes to a worker, from the oldest on, for ever. `send` ends when the message is on its way. */
export const relayChanges = (
  changes: Changes,
  send: (batch: ChangeBatch) => Effect.Effect<void>
): Effect.Effect<never> =>
  Effect.suspend(() => {
    let id: ChangeId = { epoch: changes.epoch, sequence: 0 }
    let told = ""
    const next = Effect.suspend(() => {
      const batch = {
        changes: changes.after(id, most),
        source: changes.source(),
        watches: changes.watches(),
        files: changes.files() ?? null,
        isStarting: changes.isStarting()
      }
      const status = `${batch.source} ${batch.watches} ${batch.files?.at} ${batch.isStarting}`
      if (batch.changes.length === 0 && status === told) return Effect.void
      id = batch.changes.at(-1)?.id ?? id
      told = status
      return send(batch)
    })
    const news = Effect.suspend(() => {
      const change = changes.awaitAfter(id)
      return changes.isStarting() ? Effect.raceFirst(changes.started, change) : change
    })
    return Effect.forever(Effect.andThen(next, Effect.raceFirst(news, Effect.sleep(statusEvery))))
  })

/** The log of a worker. */
export interface ChangeReplica {
  readonly receive: (batch: ChangeBatch) => void
  /** The changes, once all those are known that there were when this worker was started. */
  readonly changes: Effect.Effect<Changes>
}

/** A log that holds at most `capacity` bytes, of a worker that is started when the supervisor's is at this place. */
export const makeChangeReplica = (start: ChangeId, capacity: number): ChangeReplica => {
  const recorder: ChangeRecorder = makeChangeRecorder(start.epoch, capacity, true)
  const { last } = recorder.changes
  const changes = followed(recorder.changes)
  const caughtUp: Effect.Effect<void> = Effect.suspend(() =>
    last().sequence >= start.sequence
      ? Effect.void
      : Effect.andThen(recorder.changes.awaitAfter(last()), caughtUp)
  )
  return {
    receive: ({ changes, files, isStarting, source, watches }) => {
      recorder.replay(changes)
      recorder.setSource(source, watches)
      recorder.setFiles(files ?? undefined)
      if (!isStarting) recorder.start()
    },
    changes: Effect.as(caughtUp, changes)
  }
}

/**
 * A client may have been told more by another worker, which is some milliseconds ahead: nothing is missing at its place,
 * which this worker comes to.
 */
const followed = (changes: Changes): Changes => {
  const isAhead = ({ epoch, sequence }: ChangeId): boolean =>
    epoch === changes.epoch && sequence > changes.last().sequence
  const awaitAfter = (id: ChangeId): Effect.Effect<void> =>
    Effect.suspend(() =>
      isAhead(id)
        ? Effect.andThen(changes.awaitAfter(changes.last()), awaitAfter(id))
        : changes.awaitAfter(id)
    )
  return {
    ...changes,
    awaitAfter,
    after: (id, limit) => (isAhead(id) ? [] : changes.after(id, limit))
  }
}
