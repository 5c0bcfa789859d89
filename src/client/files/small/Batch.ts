/**
 * Fetches a batch of small files: looks at what is there, receives what is missing in one exchange, and writes it, each
 * file whole or not at all. What is not as usual, as a file that changed meanwhile, is left to Download.
 */
import { Effect, Path } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import * as FileName from "../../../domain/FileName.ts"
import * as Monotonic from "../../../domain/Monotonic.ts"
import { type FileResult, Result } from "../../Result.ts"
import type { Connectors } from "../../Connector.ts"
import { Hashing, Mismatch } from "../Hashing.ts"
import { PartFiles } from "../PartFile.ts"
import { locate, pathOf, SaveFailed, UnexpectedName } from "../Placement.ts"
import { isChanged, type RemoteDetails } from "../RemoteFile.ts"
import type { Options } from "../Transfer.ts"
import { receiveDigests } from "./Digests.ts"
import { isWhole, receiveFiles, type Wanted } from "./SmallFiles.ts"
import { SmallFileWriter } from "./SmallFileWriter.ts"

/** A small file that is to be fetched. */
export interface Job extends Wanted {
  readonly remote: RemoteDetails
}

/** A job that has a place. */
interface Placed extends Job {
  readonly index: number
  readonly text: string
  readonly place: string
}

/** The places of the files, whose folders are made; the results of those that can have none. */
const locateAll = Effect.fnUntraced(function* (
  jobs: ReadonlyArray<Job>,
  { target }: Options,
  results: Array<FileResult | undefined>
) {
  const placed: Array<Placed> = []
  for (const [index, job] of jobs.entries()) {
    const text = ByteString.toTextLossy(job.key)
    const name = FileName.fromByteString(job.key)
    const located =
      name === undefined
        ? Effect.fail(new UnexpectedName({ name: text }))
        : Effect.catchTag(locate(name, target), "PlatformError", (cause) =>
            Effect.flatMap(pathOf(text, target), (path) =>
              Effect.fail(new SaveFailed({ path, cause }))
            )
          )
    yield* Effect.match(located, {
      onSuccess: (place) => void placed.push({ ...job, index, text, place }),
      onFailure: (error) => void (results[index] = Result.Failed({ name: text, error }))
    })
  }
  return placed
})

/**
 * Fetches files of up to `smallFile` bytes. Gives a result for each in its place; `undefined` for one that has to be
 * fetched by itself. Connections that are lost are the only failure.
 */
export const fetchBatch = Effect.fn("fetchBatch")(function* (
  jobs: ReadonlyArray<Job>,
  options: Options,
  connectors: Connectors
) {
  const began = yield* Monotonic.now
  const writer = yield* SmallFileWriter
  const hashing = yield* Hashing
  const path = yield* Path.Path
  const { sweep } = yield* PartFiles
  const results = Array.from(jobs, (): FileResult | undefined => undefined)
  const placed = yield* locateAll(jobs, options, results)

  const found = yield* writer.look(placed.map(({ place }) => place))
  /** Those files that are there already, with their sizes. */
  const there = new Map(
    placed.flatMap((job, index) => {
      const entry = found[index]
      return entry?._tag === "File" ? [[job, entry.size] as const] : []
    })
  )
  const alike = placed.filter((job) => there.get(job) === job.remote.size)
  /** Those of the same size that have other bytes. */
  const different = new Set<Placed>()
  if (options.verify && alike.length > 0) {
    const local = yield* writer.digestsOf(alike.map(({ place }) => place))
    const remote = yield* receiveDigests(alike, connectors.bytes)
    for (const [index, job] of alike.entries()) {
      const sha256 = local[index]
      if (sha256 === undefined || typeof remote[index] !== "string") continue
      if (sha256 === remote[index])
        results[job.index] = Result.Unchanged({
          name: job.text,
          path: job.place,
          size: job.remote.size,
          sha256
        })
      else different.add(job)
    }
  }
  const missing: Array<Placed> = []
  for (const [index, job] of placed.entries()) {
    const size = there.get(job)
    const isOther =
      size !== undefined && (!options.verify || size !== job.remote.size || different.has(job))
    if (found[index]?._tag === "Nothing" || (isOther && options.overwrite)) missing.push(job)
    else if (isOther) results[job.index] = Result.Kept({ name: job.text, path: job.place, size })
  }
  if (missing.length === 0) return results

  const arrived = yield* receiveFiles(missing, connectors.bytes, options.verify)
  const whole: Array<{
    readonly job: Placed
    readonly bytes: ReadonlyArray<Uint8Array>
    readonly sha256: string | undefined
  }> = []
  for (const [index, job] of missing.entries()) {
    const came = arrived[index]
    if (came?._tag === "Bytes") {
      if (!options.verify) whole.push({ job, bytes: came.bytes, sha256: undefined })
      else if (isWhole(came, hashing)) whole.push({ job, bytes: came.bytes, sha256: came.digest })
      else {
        const error = new Mismatch({ name: job.text })
        results[job.index] = Result.Failed({ name: job.text, error })
      }
    } else if (came !== undefined && !isChanged(came.error))
      results[job.index] = Result.Failed({ name: job.text, error: came.error })
  }
  const inFolders = new Map(whole.map(({ job: { place } }) => [path.dirname(place), place]))
  yield* Effect.forEach(inFolders.values(), sweep, { concurrency: "unbounded", discard: true })
  const written = yield* writer.write(
    whole.map(({ bytes, job: { place, remote } }) => ({
      place,
      bytes,
      modified: remote.modified.getTime()
    }))
  )
  const seconds = ((yield* Monotonic.now) - began) / 1000
  for (const [index, { job, sha256 }] of whole.entries()) {
    const outcome = written[index]
    const { place, remote, text } = job
    results[job.index] =
      outcome?._tag === "Written"
        ? Result.Saved({
            name: text,
            path: place,
            size: remote.size,
            sha256,
            seconds,
            resumedFrom: 0,
            notPreserved: outcome.notPreserved
          })
        : Result.Failed({
            name: text,
            error: new SaveFailed({ path: place, cause: outcome?.cause })
          })
  }
  return results
})
