/**
 * Fetches one file so that it arrives whole or not at all: into a part file of its own, from where an earlier run
 * stopped, over as many connections as it takes, against the server's own digest, and under its name only then.
 */
import { Clock, Data, Effect, Fiber, FileSystem, Stream } from "effect"
import { MalformedReply } from "../codec/resp/RespTokens.ts"
import * as FileName from "../domain/FileName.ts"
import * as ByteString from "../domain/ByteString.ts"
import { Client } from "./Connection.ts"
import type { Connector } from "./Connector.ts"
import { Hashing } from "./Hashing.ts"
import * as PartFile from "./PartFile.ts"
import {
  locate,
  putInPlace,
  SaveFailed,
  UnexpectedName,
  type Target,
  writeWhole
} from "./Placement.ts"
import {
  bytesRequest,
  detailsRequest,
  digestRequest,
  receiveDetails,
  receiveDigest,
  type RemoteDetails
} from "./RemoteFile.ts"

/** What arrived has another digest than what the server has; nothing of it is kept. */
export class Mismatch extends Data.TaggedError("Mismatch")<{ readonly name: string }> {}

/** How to download. */
export interface Options {
  readonly target: Target
  /** Whether to compare the SHA-256 of what arrived with the server's. */
  readonly verify: boolean
  /** Whether to replace another file that is there already. */
  readonly overwrite: boolean
  /** Told as bytes arrive, and when there is nothing left but to verify. */
  readonly onProgress: (progress: Progress) => void
}

/** How far a download is. */
export interface Progress {
  readonly name: string
  readonly phase: "receiving" | "verifying"
  /** In bytes, those of an earlier run included. */
  readonly received: number
  /** In bytes. */
  readonly size: number
}

/** What became of a file. */
export type Outcome = Data.TaggedEnum<{
  Saved: {
    readonly name: string
    readonly path: string
    /** In bytes. */
    readonly size: number
    /** Where it was verified. */
    readonly sha256: string | undefined
    /** How long it took, if it was measured. */
    readonly seconds: number | undefined
    /** How many bytes an earlier run had left. */
    readonly resumedFrom: number
  }
  /** The very same file was there already. */
  Same: {
    readonly name: string
    readonly path: string
    readonly size: number
    readonly sha256: string
  }
  /** Another file was there, and was not to be replaced. */
  Kept: { readonly name: string; readonly path: string; readonly size: number }
}>
/** Constructors of `Outcome`. */
export const Outcome = Data.taggedEnum<Outcome>()

/** The connections of a download: one for its bytes, one for the digest that the server computes meanwhile. */
export interface Connectors {
  readonly bytes: Connector
  readonly digests: Connector
}

const isFolder = Object.assign(new Error("it is a folder"), { code: "EISDIR" })

/** How often a file that changes while it is fetched is fetched anew. */
const mostRestarts = 3

/** The digest of a file that is on the person's own disk. */
export const digestOf = (path: string, size: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const hashing = yield* Hashing
      const growing = yield* hashing.follow(path, size)
      growing.advance(size)
      return yield* growing.digest
    })
  )

/** The size of the file at `place`, if there is one; a folder there ends the matter. */
const sizeAt = Effect.fnUntraced(function* (place: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const stats = yield* Effect.option(fileSystem.stat(place))
  if (stats._tag === "None") return undefined
  if (stats.value.type !== "Directory") return Number(stats.value.size)
  return yield* new SaveFailed({ path: place, cause: isFolder })
})

/** One version of a file on its way to its place. */
interface Job {
  readonly name: ByteString.ByteString
  readonly text: string
  readonly place: string
  readonly details: RemoteDetails
  readonly options: Options
  readonly connectors: Connectors
}

/** The server's digest of this version, computed there while the bytes travel. */
const digestThere = ({ connectors: { digests }, details: { version }, name }: Job) =>
  digests.ask(digestRequest(name, version), receiveDigest)

/** What is at the place already, if that ends the matter. */
const findExisting = Effect.fnUntraced(function* (job: Job) {
  const { details, options, place, text } = job
  const size = yield* sizeAt(place)
  if (size === undefined) return undefined
  if (options.verify && size === details.size) {
    const [here, there] = yield* Effect.all([digestOf(place, size), digestThere(job)], {
      concurrency: 2
    })
    if (here === there) return Outcome.Same({ name: text, path: place, size, sha256: here })
  }
  return options.overwrite ? undefined : Outcome.Kept({ name: text, path: place, size })
})

/** The file as the server sends it, from byte `start` on, if it is the one that was asked for. */
const receiveFrom = Effect.fnUntraced(function* ({ details: { size }, name }: Job, start: number) {
  const incoming = yield* (yield* Client).receiveFile
  if (incoming.name !== name) {
    return yield* new UnexpectedName({ name: ByteString.toTextLossy(incoming.name) })
  }
  if (incoming.size !== size - start) {
    return yield* new MalformedReply({ reason: "the file has another size than was announced" })
  }
  return incoming.bytes
})

/** What was received and, if it is to be verified, both digests of it. */
interface Received {
  readonly resumedFrom: number
  readonly here: string | undefined
  readonly there: string | undefined
}

const requireEqual = ({ text }: Job, { here, there }: Received) =>
  here === there ? Effect.void : Effect.fail(new Mismatch({ name: text }))

/** A small file: in memory, then on the disk. */
const receiveSmall = Effect.fnUntraced(function* (job: Job) {
  const { connectors, details, name, options, place } = job
  const hashing = yield* Hashing
  const receiving = connectors.bytes.ask(
    bytesRequest(name, () => 0, details.version),
    Effect.flatMap(receiveFrom(job, 0), Stream.runCollect)
  )
  // Both questions over one connection, one after the other: the server reads so small a file twice in no time.
  const [chunks, there] = yield* Effect.all(
    [
      receiving,
      options.verify
        ? connectors.bytes.ask(digestRequest(name, details.version), receiveDigest)
        : Effect.succeed(undefined)
    ],
    { concurrency: 2 }
  )
  const hash = hashing.passing()
  if (options.verify) for (const chunk of chunks) hash.update(chunk)
  const received: Received = {
    resumedFrom: 0,
    here: options.verify ? hash.digest() : undefined,
    there
  }
  yield* requireEqual(job, received)
  yield* writeWhole((write) => Effect.forEach(chunks, write, { discard: true }), {
    place,
    modified: details.modified
  })
  return received
})

/** Brings the rest of the file to the end of the part file, over one connection after another if it must be. */
const receiveRest = Effect.fnUntraced(function* (
  job: Job,
  part: PartFile.PartFile,
  arrived: (received: number) => void
) {
  const { connectors, details, name } = job
  const fileSystem = yield* FileSystem.FileSystem
  const output = yield* fileSystem.open(part.path, { flag: "a" })
  let received = part.size
  const receiving = connectors.bytes.ask(
    bytesRequest(name, () => received, details.version),
    Effect.flatMap(
      Effect.suspend(() => receiveFrom(job, received)),
      Stream.runForEach((chunk) =>
        Effect.map(output.writeAll(chunk), () => {
          received += chunk.length
          arrived(received)
        })
      )
    )
  )
  if (received < details.size) yield* receiving
  yield* output.sync
})

/** A large file: into a part file, verified while it arrives. */
const receiveLarge = Effect.fnUntraced(function* (job: Job) {
  const { details, options, place, text } = job
  const { modified, size, version } = details
  const fileSystem = yield* FileSystem.FileSystem
  const hashing = yield* Hashing
  const part = yield* PartFile.claim(place, version, size)
  const hash = options.verify
    ? {
        here: yield* hashing.follow(part.path, size),
        there: yield* Effect.forkScoped(digestThere(job))
      }
    : undefined
  const tell = (phase: Progress["phase"], received: number) => {
    hash?.here.advance(received)
    options.onProgress({ name: text, phase, received, size })
  }
  tell("receiving", part.size)
  yield* Effect.scoped(receiveRest(job, part, (received) => tell("receiving", received)))
  tell("verifying", size)
  const received: Received = {
    resumedFrom: part.size,
    here: hash === undefined ? undefined : yield* hash.here.digest,
    there: hash === undefined ? undefined : yield* Fiber.join(hash.there)
  }
  yield* Effect.tapError(requireEqual(job, received), () => fileSystem.remove(part.path))
  yield* putInPlace(part.path, { place, modified })
  return received
}, Effect.scoped)

/** Files up to this many bytes are held in memory until they are written; resuming them would save nothing. */
const smallFile = 256 * 1024

/** One try at one version of the file; `ErrorReply` with `CHANGED` where the server has another one by now. */
const attempt = Effect.fnUntraced(function* (
  name: ByteString.ByteString,
  details: RemoteDetails,
  options: Options,
  connectors: Connectors
) {
  const began = yield* Clock.currentTimeMillis
  const text = ByteString.toTextLossy(name)
  const wanted = FileName.fromWord(name)
  if (wanted === undefined) return yield* new UnexpectedName({ name: text })
  const place = yield* locate(wanted, options.target)
  const job: Job = { name, text, place, details, options, connectors }
  const existing = yield* findExisting(job)
  if (existing !== undefined) return existing
  const { here, resumedFrom } = yield* details.size <= smallFile
    ? receiveSmall(job)
    : receiveLarge(job)
  const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
  return Outcome.Saved({
    name: text,
    path: place,
    size: details.size,
    sha256: here,
    seconds,
    resumedFrom
  })
})

/** Asks for a file's details. */
export const describe = (name: ByteString.ByteString, connector: Connector) =>
  connector.ask(detailsRequest(name), receiveDetails)

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
      while: (error) => error._tag === "ErrorReply" && error.code === "CHANGED",
      times: mostRestarts
    }),
    Effect.catchTag("PlatformError", failed),
    Effect.catchTag("HashUnavailable", ({ cause }) => failed(cause))
  )
})
