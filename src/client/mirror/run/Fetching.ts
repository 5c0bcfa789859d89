/**
 * Brings the bytes of files into the state folder, and each file to its place once it is whole and verified: small ones
 * by the batch, large ones each by Transfer, and those whose bytes are in the folder already by copying them.
 */
import { Effect, Stream } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import { ErrorReply } from "../../Connection.ts"
import type { Connectors } from "../../Connector.ts"
import { Hashing, localDigestOf, Mismatch } from "../../files/Hashing.ts"
import { SaveFailed, toFile, UnexpectedName } from "../../files/Placement.ts"
import {
  describe,
  isChanged,
  isNotFound,
  type RemoteDetails,
  restartPolicy
} from "../../files/RemoteFile.ts"
import { smallFile, transfer } from "../../files/Transfer.ts"
import type { FileError } from "../../Result.ts"
import type { LocalEntry, RemoteEntry } from "../Entries.ts"
import { MirrorFolder, type StagedFile } from "../MirrorFolder.ts"
import { Action } from "../Plan.ts"
import { isFatal } from "../Prepare.ts"
import {
  type Arrived,
  inBatches,
  isWhole,
  receiveFiles,
  type Wanted
} from "../../files/small/SmallFiles.ts"

/** A file whose bytes are wanted. */
export interface Job extends Wanted {
  readonly remote: RemoteEntry
  readonly seen: LocalEntry | undefined
  readonly action: Extract<Action, { readonly _tag: "New" | "Changed" | "Renamed" }>
  /** Its place among the additions, if it is one. */
  readonly addition: number | undefined
}

/** What came of a job: its file is staged, or the server has it no longer, or why it is not. */
export type Fetched =
  | { readonly _tag: "Staged"; readonly job: Job; readonly file: StagedFile }
  | { readonly _tag: "Vanished"; readonly job: Job }
  | { readonly _tag: "Failed"; readonly job: Job; readonly error: FileError }

/** How what was fetched goes on, a batch at a time. */
export interface Sink<E, R> {
  readonly finish: (batch: ReadonlyArray<Fetched>) => Effect.Effect<void, E, R>
  /** Called as bytes of large files arrive, with how many of the file are there. */
  readonly onReceived: (job: Job, received: number) => void
}

/** How many large files are under way at a time: while one is synced and verified, another arrives. */
const largeAtOnce = 4

/** Whether the error ends only its own file. */
const isOfFile = (error: unknown): error is ErrorReply | UnexpectedName | Mismatch | SaveFailed =>
  error instanceof ErrorReply
  || error instanceof UnexpectedName
  || error instanceof Mismatch
  || (error instanceof SaveFailed && !isFatal(error))

const staged = (
  job: Job,
  { modified, size, version }: RemoteEntry,
  sha256: string,
  path: string,
  isSynced: boolean
): Fetched => {
  const { name } = job.remote
  const entry = { size, modified, sha256, version }
  return { _tag: "Staged", job, file: { name, path, entry, seen: job.seen, isSynced } }
}

/** Receives one file by Transfer, and starts again where it changes meanwhile. */
const fetchLarge = Effect.fnUntraced(function* <E, R>(
  job: Job,
  { onReceived }: Sink<E, R>,
  connectors: Connectors
) {
  const folder = yield* MirrorFolder
  const { key, remote } = job
  const { name } = remote
  const place = folder.partOf(name)
  let listed: RemoteDetails | undefined = { ...remote, modified: new Date(remote.modified) }
  const once = Effect.gen(function* () {
    const details: RemoteDetails = listed ?? (yield* describe(key, connectors.bytes))
    listed = undefined
    const { sha256 } = yield* transfer({
      name: key,
      text: name,
      place,
      details,
      options: {
        target: toFile(place),
        verify: true,
        overwrite: true,
        onProgress: (progress) => {
          if (progress._tag === "Advanced") onReceived(job, progress.received)
        }
      },
      connectors
    })
    if (sha256 === undefined) return yield* new Mismatch({ name })
    const entry = { ...details, name, modified: details.modified.getTime() }
    return staged(job, entry, sha256, place, true)
  })
  return yield* once.pipe(
    Effect.retry({
      ...restartPolicy,
      while: (error) => isChanged(error) || (error._tag === "PartFailed" && error.isTakenOver)
    }),
    Effect.catchTag(["PlatformError", "HashUnavailable", "PartFailed"], (error) =>
      Effect.fail(new SaveFailed({ path: name, cause: error.cause ?? error }))
    ),
    Effect.catchIf(isNotFound, () => Effect.succeed<Fetched>({ _tag: "Vanished", job })),
    Effect.catchIf(isOfFile, (error) => Effect.succeed<Fetched>({ _tag: "Failed", job, error }))
  )
})

/** Fetches large files; each is finished as soon as it is there. */
const fetchAllLarge = <E, R>(jobs: ReadonlyArray<Job>, sink: Sink<E, R>, connectors: Connectors) =>
  Stream.fromIterable(jobs).pipe(
    Stream.mapEffect((job) => fetchLarge(job, sink, connectors), { concurrency: largeAtOnce }),
    Stream.runForEach((fetched) => sink.finish([fetched]))
  )

/**
 * Verifies what arrived, and stages it. Gives also the files that changed meanwhile or did not come, which are fetched
 * one by one.
 */
const finishSmall = Effect.fnUntraced(function* (
  jobs: ReadonlyArray<Job>,
  arrived: ReadonlyArray<Arrived>
) {
  const folder = yield* MirrorFolder
  const hashing = yield* Hashing
  const changed: Array<Job> = []
  const finished: Array<Fetched> = []
  const whole: Array<{
    readonly job: Job
    readonly bytes: ReadonlyArray<Uint8Array>
    readonly digest: string
  }> = []
  for (const [index, job] of jobs.entries()) {
    const came = arrived[index]
    if (came === undefined) {
      changed.push(job)
      continue
    }
    if (came._tag === "Refused") {
      const { error } = came
      if (isChanged(error)) changed.push(job)
      else if (isNotFound(error)) finished.push({ _tag: "Vanished", job })
      else finished.push({ _tag: "Failed", job, error })
      continue
    }
    if (isWhole(came, hashing)) whole.push({ job, bytes: came.bytes, digest: came.digest })
    else finished.push({ _tag: "Failed", job, error: new Mismatch({ name: job.remote.name }) })
  }
  const paths = yield* folder.stage(
    whole.map(({ bytes, job }) => ({ bytes, modified: job.remote.modified }))
  )
  for (const [index, { digest, job }] of whole.entries()) {
    const path = paths[index]
    if (path !== undefined) finished.push(staged(job, job.remote, digest, path, false))
  }
  return { finished, changed }
})

/** Fetches files: the small ones, and then the large ones and those small ones that changed meanwhile. */
export const fetchAll = Effect.fn("mirror.fetchAll")(function* <E, R>(
  jobs: Iterable<Job>,
  sink: Sink<E, R>,
  connectors: Connectors
) {
  const large: Array<Job> = []
  /** The small ones; passes on the large ones as it meets them. */
  const small = function* () {
    for (const job of jobs)
      if (job.remote.size <= smallFile) yield job
      else large.push(job)
  }
  // One at a time: what a batch is made of is made when it is its turn.
  yield* Stream.fromIterable(inBatches(small()), { chunkSize: 1 }).pipe(
    // The next batch is on its way while this one is written.
    Stream.mapEffect(
      (batch) =>
        Effect.map(receiveFiles(batch, connectors.bytes), (arrived) => ({ batch, arrived })),
      { concurrency: 2 }
    ),
    Stream.runForEach(
      Effect.fnUntraced(function* ({ arrived, batch }) {
        const { changed, finished } = yield* finishSmall(batch, arrived)
        large.push(...changed)
        yield* sink.finish(finished)
      })
    )
  )
  yield* fetchAllLarge(large, sink, connectors)
})

/** Stages copies of files that are here under another name; gives the jobs whose bytes turned out to be others. */
export const copyAll = Effect.fn("mirror.copyAll")(function* (jobs: ReadonlyArray<Job>) {
  const folder = yield* MirrorFolder
  const copied: Array<Fetched> = []
  const missed: Array<Job> = []
  for (const job of jobs) {
    const { action, remote } = job
    if (action._tag !== "Renamed") continue
    const copy = Effect.gen(function* () {
      const path = yield* folder.stageCopy(action.from, remote.modified)
      return { path, digest: yield* localDigestOf(path, remote.size) }
    })
    const result = yield* Effect.option(copy)
    if (result._tag === "Some" && result.value.digest === action.sha256)
      copied.push(staged(job, remote, action.sha256, result.value.path, false))
    else {
      const { name, seen } = action
      missed.push({
        ...job,
        action:
          seen?.kind === "file"
            ? Action.Changed({ name, remote, seen })
            : Action.New({ name, remote, seen })
      })
    }
  }
  return { copied, missed }
})

/** The job for an action that needs bytes; `addition` as in Job. */
export const jobOf = (action: Job["action"], addition?: number): Job => ({
  addition,
  remote: action.remote,
  key: ByteString.fromText(action.name),
  seen: action.seen,
  action
})
