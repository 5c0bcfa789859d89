/**
 * Fetches one file, which is saved whole or not at all. Decides whether it is there already, and starts again where it
 * changes meanwhile. Receiving is left to Transfer.
 */
import { Effect } from "effect"
import * as Monotonic from "../../domain/Monotonic.ts"
import * as FileName from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { Connectors } from "../Connector.ts"
import { localDigestOf } from "./Hashing.ts"
import { locate, pathOf, SaveFailed, sizeAt, UnexpectedName } from "./Placement.ts"
import { describe, isChanged, type RemoteDetails, restartPolicy } from "./RemoteFile.ts"
import { Result } from "../Result.ts"
import { Progress } from "./Progress.ts"
import { type Job, type Options, remoteDigestOf, smallFile, transfer } from "./Transfer.ts"

/** The result where the file is there already: with the same bytes, or not to be overwritten. */
const findExisting = Effect.fnUntraced(function* (job: Job) {
  const { details, options, place, text } = job
  const size = yield* sizeAt(place)
  if (size === undefined) return undefined
  if (options.verify && size === details.size) {
    if (size > smallFile) {
      options.onProgress(Progress.Advanced({ name: text, phase: "comparing", received: 0, size }))
    }
    const [local, remote] = yield* Effect.all([localDigestOf(place, size), remoteDigestOf(job)], {
      concurrency: 2
    })
    if (local === remote) return Result.Unchanged({ name: text, path: place, size, sha256: local })
  }
  return options.overwrite ? undefined : Result.Kept({ name: text, path: place, size })
})

/** Fetches one version of the file; fails with `ErrorReply` `CHANGED` where the server has another one by now. */
const attempt = Effect.fnUntraced(function* (
  name: ByteString.ByteString,
  details: RemoteDetails,
  options: Options,
  connectors: Connectors
) {
  const began = yield* Monotonic.now
  const text = ByteString.toTextLossy(name)
  const wanted = FileName.fromByteString(name)
  if (wanted === undefined) return yield* new UnexpectedName({ name: text })
  const place = yield* locate(wanted, options.target)
  const job: Job = { name, text, place, details, options, connectors }
  const existing = yield* findExisting(job)
  if (existing !== undefined) return existing
  const { resumedFrom, sha256, notPreserved } = yield* transfer(job)
  const seconds = ((yield* Monotonic.now) - began) / 1000
  return Result.Saved({
    name: text,
    path: place,
    size: details.size,
    sha256,
    seconds,
    resumedFrom,
    notPreserved
  })
})

/**
 * Fetches a file, whose `details` may be known already, and starts again, as `restartPolicy` says, where it changes
 * meanwhile. Fails with a `FileError` where only this file is concerned.
 */
export const download = Effect.fn("download")(function* (
  name: ByteString.ByteString,
  options: Options,
  connectors: Connectors,
  details?: RemoteDetails
) {
  let known = details
  const path = yield* pathOf(ByteString.toTextLossy(name), options.target)
  const failed = (cause: unknown) => new SaveFailed({ path, cause })
  const once = Effect.gen(function* () {
    const details = known ?? (yield* describe(name, connectors.bytes))
    known = undefined
    return yield* attempt(name, details, options, connectors)
  })
  return yield* once.pipe(
    Effect.retry({
      ...restartPolicy,
      while: (error) => isChanged(error) || (error._tag === "PartFailed" && error.isTakenOver)
    }),
    Effect.catchTag("PlatformError", failed),
    Effect.catchTag(["HashUnavailable", "PartFailed"], ({ cause }) => failed(cause))
  )
})
