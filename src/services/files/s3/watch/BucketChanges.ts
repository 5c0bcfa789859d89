/**
 * The changes of a bucket, found by listing it again and again, for a bucket tells nobody. What came and went between two
 * listings is not seen, nor is a file that was replaced by one of the same ETag. What differs: Comparison.
 */
import { Clock, Duration, Effect, type Scope, Stream } from "effect"
import type { ChangedFile, FileChange } from "../../../../domain/FileChange.ts"
import * as Monotonic from "../../../../domain/Monotonic.ts"
import {
  type ChangeRecorder,
  type Changes,
  makeChangeRecorder,
  startInTime
} from "../../FileChanges.ts"
import { fileDetails, type S3Failure } from "../Bucket.ts"
import { allObjects } from "../S3Listing.ts"
import { isTransient, pauses } from "../S3Retry.ts"
import * as SharedBucket from "../SharedBucket.ts"
import { Comparison } from "./Comparison.ts"
import type { Snapshot } from "./Snapshot.ts"

/** How the changes of a bucket are looked for. */
export interface WatchOptions {
  /** From the beginning of one listing to that of the next; one that takes longer is followed by the next at once. */
  readonly every: Duration.Duration
  /** How much is held of the files' names and versions, in bytes. */
  readonly names: number
}

/** Whose changes are recorded. */
export interface Options extends SharedBucket.Options, WatchOptions {
  /** How much the log holds, in bytes. */
  readonly capacity: number
}

/** How often a page that was not answered is asked for again: within 2 s where the store refuses, 25 s where it is silent. */
const retries = 5

/** How many changes are recorded in one turn of the event loop, which takes 1 ms. */
const batchSize = 512

/** Does work that yields, and lets others have their turns between. */
const inTurns = <A>(work: Generator<void, A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const step = work.next()
    return step.done === true
      ? Effect.succeed(step.value)
      : Effect.andThen(Effect.yieldNow, inTurns(work))
  })

function* recordAll(
  { record }: ChangeRecorder,
  changes: ReadonlyArray<FileChange>
): Generator<void> {
  for (let start = 0; start < changes.length; start += batchSize) {
    record(changes.slice(start, start + batchSize))
    yield
  }
}

/** The files of a whole listing, those of a page together. */
const listing = (
  { bucket, prefix }: Pick<SharedBucket.SharedBucket, "bucket" | "prefix">,
  hidden: boolean
): Stream.Stream<ChangedFile, S3Failure> =>
  Stream.map(
    allObjects({
      prefix,
      hidden,
      page: (selection) =>
        bucket.objects(selection).pipe(
          Effect.retry({ schedule: pauses, times: retries, while: isTransient }),
          Effect.map(({ more, objects }) => ({ items: objects, more }))
        )
    }),
    ({ item, name }) => ({ name, ...fileDetails(item) })
  )

/**
 * Records the changes of a bucket until the scope closes, and begins without waiting for the first complete listing, which
 * others are compared with. Where that takes longer than places can be held back, `Rescan` is recorded after it. Logs
 * `changes.unlisted` where a listing fails, which changes nothing, `changes.listed` where one is complete again, and
 * `changes.summarized` where the files are too many to be held: then a listing that differs from the one before is
 * recorded as `Rescan`.
 */
export const recordChanges = Effect.fnUntraced(function* (
  shared: Pick<SharedBucket.SharedBucket, "bucket" | "prefix">,
  recorder: ChangeRecorder,
  { every, hidden, names }: WatchOptions & Pick<SharedBucket.Options, "hidden">
): Effect.fn.Return<void, never, Scope.Scope> {
  recorder.setSource("poll")
  const files = listing(shared, hidden)
  let before: Snapshot | undefined
  let isUnlisted = false
  let isSummarized = false

  const look = Effect.gen(function* () {
    const isFirst = before === undefined
    const comparison = new Comparison(before, names)
    let count = 0
    yield* Stream.runForEachArray(files, (page) =>
      Effect.map(inTurns(comparison.take(page)), () => {
        before = comparison.before
        count += page.length
      })
    )
    recorder.setFiles({ names: count, at: yield* Monotonic.now })
    const { changes, snapshot } = yield* inTurns(comparison.finish())
    before = snapshot
    if (isFirst) recorder.ready()
    yield* inTurns(recordAll(recorder, changes))
    if (isUnlisted) yield* Effect.logInfo("changes.listed")
    isUnlisted = false
    if (snapshot.blocks !== undefined || isSummarized) return
    isSummarized = true
    yield* Effect.logWarning("changes.summarized")
  }).pipe(
    Effect.catchTag("S3Failure", (failure) => {
      if (isUnlisted) return Effect.void
      isUnlisted = true
      return Effect.annotateLogs(Effect.logWarning("changes.unlisted"), "error", failure.message)
    })
  )

  yield* Effect.gen(function* () {
    const began = yield* Monotonic.now
    yield* look
    const passed = (yield* Monotonic.now) - began
    yield* Effect.sleep(Math.max(0, Duration.toMillis(every) - passed))
  }).pipe(Effect.forever, Effect.forkScoped)
  yield* startInTime(recorder)
})

/** Looks for the changes of a bucket until the scope closes. Fails with BucketUnusable. */
export const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Changes, SharedBucket.BucketUnusable, Scope.Scope> {
  const shared = yield* SharedBucket.openBucket(options)
  const recorder = makeChangeRecorder(yield* Clock.currentTimeMillis, options.capacity, true)
  yield* recordChanges(shared, recorder, options)
  return recorder.changes
})
