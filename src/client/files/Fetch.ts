/**
 * Fetches many files, several at a time over the same connections, so that ten thousand small files do not cost ten
 * thousand round trips. Expands patterns to names on the server. Each file is left to Download.
 */
import { Array, Data, Effect, Glob, Semaphore, Stream } from "effect"
import * as FileName from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as Pattern from "../../domain/Pattern.ts"
import { ErrorReply } from "../Connection.ts"
import type { Connectors } from "../Connector.ts"
import { download } from "./Download.ts"
import { Mismatch } from "./Hashing.ts"
import {
  NothingMatches,
  SaveFailed,
  type Target,
  UnaskedName,
  UnexpectedName
} from "./Placement.ts"
import { union } from "./placing/WholeFile.ts"
import { describe, isNotFound, type RemoteDetails } from "./RemoteFile.ts"
import { listFiles } from "./RemoteList.ts"
import { type FileError, type FileResult, Result } from "../Result.ts"
import { Progress } from "./Progress.ts"
import { fetchBatch, type Job } from "./small/Batch.ts"
import { inBatches } from "./small/SmallFiles.ts"
import { type Options, smallFile } from "./Transfer.ts"

/** How many files are fetched at a time. Waiting for fsync takes most of a small file's time. */
const maxConcurrent = 64

const isFileError = (error: unknown): error is Exclude<FileError, UnaskedName | NothingMatches> =>
  error instanceof ErrorReply
  || error instanceof UnexpectedName
  || error instanceof SaveFailed
  || error instanceof Mismatch

/** Whether a name has characters that make it a pattern. */
export const hasGlob = (name: ByteString.ByteString): boolean => /[*?[\\]/.test(name)

/** What a name or a pattern stands for: a file, with its details if they are known, or why there is none. */
export type Entry = Data.TaggedEnum<{
  File: { readonly name: ByteString.ByteString; readonly details: RemoteDetails | undefined }
  Failed: { readonly name: string; readonly error: FileError }
}>
const { Failed, File } = Data.taggedEnum<Entry>()

/**
 * The files that the server lists for the pattern; in place of each that does not match it, `UnaskedName`: a server that
 * lists `.ssh/authorized_keys` for `*.csv` could overwrite any file (CVE-2019-6111, of scp).
 */
const listMatching = (
  pattern: ByteString.ByteString,
  hidden: boolean,
  { bytes }: Connectors
): Stream.Stream<Entry, Stream.Error<ReturnType<typeof listFiles>>> => {
  const text = ByteString.toText(pattern)
  const asked = Pattern.make(text ?? "", hidden)
  const any = Pattern.make(text ?? "", true)
  return Stream.map(listFiles(pattern, bytes), ({ details, name }) => {
    const listed = ByteString.toText(name)
    if (text !== undefined && listed !== undefined && Glob.match(asked, listed)) {
      return File({ name, details })
    }
    const shown = ByteString.toTextLossy(name)
    const isHidden = listed !== undefined && Glob.match(any, listed)
    return Failed({ name: shown, error: new UnaskedName({ name: shown, isHidden }) })
  })
}

/** The pattern of all files in a folder, at any depth; `undefined` where no folder can have the name. */
export const inFolder = (name: ByteString.ByteString): ByteString.ByteString | undefined => {
  const folder = ByteString.unsafe(name.replace(/\/$/, ""))
  return FileName.fromByteString(folder) === undefined
    ? undefined
    : ByteString.unsafe(`${folder}/**/*`)
}

/**
 * What a name or a pattern stands for: the file of that very name; else what matches the pattern, or what is in the folder
 * of that name; else one entry that says why there is nothing. A folder is found by listing what is in it, so that any
 * server has it.
 */
export const expand = (pattern: ByteString.ByteString, hidden: boolean, connectors: Connectors) => {
  const name = ByteString.toTextLossy(pattern)
  const isPattern = hasGlob(pattern)
  return describe(pattern, connectors.bytes).pipe(
    Effect.map((details) => Stream.succeed<Entry>(File({ name: pattern, details }))),
    Effect.catchTag("ErrorReply", (error) => {
      const nothing = isPattern ? new NothingMatches({ name }) : error
      const failed = Stream.succeed<Entry>(Failed({ name, error: nothing }))
      const wanted = isPattern ? pattern : inFolder(pattern)
      if (!isNotFound(error) || wanted === undefined) return Effect.succeed(failed)
      const listed = Stream.orElseIfEmpty(listMatching(wanted, hidden, connectors), () => failed)
      // A plain name can be too long for a pattern.
      return Effect.succeed(
        isPattern ? listed : Stream.catchTag(listed, "ErrorReply", () => failed)
      )
    })
  )
}

const finished = (result: FileResult): Progress =>
  Progress.Finished({
    name: result.name,
    received: result._tag === "Saved" ? result.size - result.resumedFrom : 0
  })

/** What all these names and patterns stand for, in their order; they are looked up together. */
export const expandAll = <E, R>(
  patterns: Stream.Stream<ByteString.ByteString, E, R>,
  hidden: boolean,
  connectors: Connectors
) =>
  patterns.pipe(
    Stream.mapEffect((pattern) => expand(pattern, hidden, connectors), {
      concurrency: maxConcurrent
    }),
    Stream.flatMap((entries) => entries)
  )

/** Entries that are fetched together: small files of which the details are known, or one of any kind. */
type Group =
  | { readonly _tag: "Batch"; readonly jobs: ReadonlyArray<Job> }
  | { readonly _tag: "One"; readonly entry: Entry }

/** The entries in groups, in their order. */
const groupsOf = (
  entries: Array.NonEmptyReadonlyArray<Entry>,
  { target }: Options
): Array.NonEmptyReadonlyArray<Group> => {
  const groups: globalThis.Array<Group> = []
  let jobs: globalThis.Array<Job> = []
  const finish = () => {
    for (const batch of inBatches(jobs)) groups.push({ _tag: "Batch", jobs: batch })
    jobs = []
  }
  for (const entry of entries) {
    const details = entry._tag === "File" ? entry.details : undefined
    const isSmall = details !== undefined && details.size <= smallFile
    if (isSmall && entry._tag === "File" && target._tag === "Folder") {
      jobs.push({ key: entry.name, remote: details })
    } else {
      finish()
      groups.push({ _tag: "One", entry })
    }
  }
  finish()
  return Array.isReadonlyArrayNonEmpty(groups) ? groups : [{ _tag: "One", entry: entries[0] }]
}

/** How many batches are under way at a time: one is received while another is written. */
const batchesAtOnce = 2

/** The results once the folders that were made for them are on disk; where that fails, none of them is known to be. */
const withFolders = (results: ReadonlyArray<FileResult>, target: Target) => {
  if (target._tag === "File" || !results.some(({ _tag }) => _tag === "Saved"))
    return Effect.succeed(results)
  return Effect.match(target.folders.sync, {
    onFailure: (cause) =>
      results.map((result) =>
        result._tag === "Saved"
          ? Result.Failed({
              name: result.name,
              error: new SaveFailed({ path: result.path, cause })
            })
          : result
      ),
    onSuccess: (ofFolders) =>
      results.map((result) =>
        result._tag === "Saved"
          ? { ...result, notPreserved: union(result.notPreserved, ofFolders) }
          : result
      )
  })
}

/** Fetches all these files. Results come in the order of the entries; a file's failure is a result. */
export const fetch = <E, R>(
  entries: Stream.Stream<Entry, E, R>,
  options: Options,
  connectors: Connectors
) => {
  const turns = Semaphore.makeUnsafe(batchesAtOnce)
  const fetchOne = (entry: Entry) =>
    entry._tag === "Failed"
      ? Effect.succeed<FileResult>(Result.Failed({ name: entry.name, error: entry.error }))
      : download(entry.name, options, connectors, entry.details).pipe(
          Effect.catchIf(isFileError, (error) =>
            Effect.succeed(Result.Failed({ name: ByteString.toTextLossy(entry.name), error }))
          )
        )
  const fetchJobs = Effect.fnUntraced(function* (jobs: ReadonlyArray<Job>) {
    const results = yield* turns.withPermits(1)(fetchBatch(jobs, options, connectors))
    return yield* Effect.forEach(
      jobs,
      ({ key, remote }, index) => {
        const result = results[index]
        return result === undefined
          ? fetchOne(File({ name: key, details: remote }))
          : Effect.succeed(result)
      },
      { concurrency: maxConcurrent }
    )
  })
  return entries.pipe(
    Stream.mapArray((some) => {
      options.onProgress(Progress.Found({ files: some.length }))
      return groupsOf(some, options)
    }),
    Stream.mapEffect(
      (group) =>
        (group._tag === "Batch"
          ? fetchJobs(group.jobs)
          : Effect.map(fetchOne(group.entry), (result) => [result])
        ).pipe(
          Effect.flatMap((results) => withFolders(results, options.target)),
          Effect.tap((results) =>
            Effect.sync(() => {
              for (const result of results) options.onProgress(finished(result))
            })
          )
        ),
      { concurrency: maxConcurrent }
    ),
    Stream.flatMap((results) => Stream.fromIterable(results))
  )
}
