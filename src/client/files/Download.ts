/**
 * Fetches one file so that it arrives whole or not at all. Whether it is there already, and what is done where it changes
 * meanwhile, is decided here; how its bytes come is Transfer's.
 */
import { Effect } from "effect"
import * as Monotonic from "../../domain/Monotonic.ts"
import * as FileName from "../../domain/FileName.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { Connectors } from "../Connector.ts"
import { digestOf } from "./Hashing.ts"
import { locate, SaveFailed, sizeAt, UnexpectedName } from "./Placement.ts"
import { describe, isChanged, type RemoteDetails, restarts } from "./RemoteFile.ts"
import { Result } from "../Result.ts"
import { digestThere, type Job, type Options, transfer } from "./Transfer.ts"

/** What is at the place already, if that ends the matter. */
const findExisting = Effect.fnUntraced(function* (job: Job) {
  const { details, options, place, text } = job
  const size = yield* sizeAt(place)
  if (size === undefined) return undefined
  if (options.verify && size === details.size) {
    const [here, there] = yield* Effect.all([digestOf(place, size), digestThere(job)], {
      concurrency: 2
    })
    if (here === there) return Result.Same({ name: text, path: place, size, sha256: here })
  }
  return options.overwrite ? undefined : Result.Kept({ name: text, path: place, size })
})

/** One try at one version of the file; `ErrorReply` with `CHANGED` where the server has another one by now. */
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
  const { here, resumedFrom, unkept } = yield* transfer(job)
  const seconds = ((yield* Monotonic.now) - began) / 1000
  return Result.Saved({
    name: text,
    path: place,
    size: details.size,
    sha256: here,
    seconds,
    resumedFrom,
    unkept
  })
})

/** Fetches the file; one that changes meanwhile is fetched anew. */
export const download = Effect.fn("download")(function* (
  name: ByteString.ByteString,
  options: Options,
  connectors: Connectors
) {
  const { target } = options
  const path = target._tag === "File" ? target.path : ByteString.toTextLossy(name)
  const failed = (cause: unknown) => new SaveFailed({ path, cause })
  const once = Effect.flatMap(describe(name, connectors.bytes), (details) =>
    attempt(name, details, options, connectors)
  )
  return yield* once.pipe(
    Effect.retry({
      ...restarts,
      while: (error) => isChanged(error) || (error._tag === "PartFailed" && error.isTaken)
    }),
    Effect.catchTag("PlatformError", failed),
    Effect.catchTag(["HashUnavailable", "PartFailed"], ({ cause }) => failed(cause))
  )
})
