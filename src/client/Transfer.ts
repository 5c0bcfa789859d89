/**
 * Brings one version of a file to its place: over as many connections as it takes, from where an earlier run stopped,
 * against the server's own digest, and under its name only when it is whole.
 */
import { Effect, Fiber, Stream } from "effect"
import * as ByteString from "../domain/ByteString.ts"
import type { Connectors } from "./Connector.ts"
import { Hashing, Mismatch } from "./Hashing.ts"
import { type PartFile, PartFiles } from "./PartFile.ts"
import { type Target, writeWhole } from "./Placement.ts"
import {
  bytesRequest,
  digestRequest,
  receiveBytes,
  receiveDigest,
  type RemoteDetails
} from "./RemoteFile.ts"

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

/** One version of a file on its way to its place. */
export interface Job {
  readonly name: ByteString.ByteString
  readonly text: string
  readonly place: string
  readonly details: RemoteDetails
  readonly options: Options
  readonly connectors: Connectors
}

/** The server's digest of this version, computed there while the bytes travel. */
export const digestThere = ({ connectors: { digests }, details: { version }, name }: Job) =>
  digests.ask(digestRequest(name, version), receiveDigest)

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
    Effect.flatMap(receiveBytes(name, details.size), Stream.runCollect)
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
  const unkept = yield* writeWhole((write) => Effect.forEach(chunks, write, { discard: true }), {
    place,
    modified: details.modified
  })
  return { ...received, unkept }
})

/** Brings the rest of the file into the part file, over one connection after another if it must be. */
const receiveRest = Effect.fnUntraced(function* (
  job: Job,
  part: PartFile,
  arrived: (received: number) => void
) {
  const { connectors, details, name } = job
  let received = part.size
  const receiving = connectors.bytes.ask(
    bytesRequest(name, () => received, details.version),
    Effect.flatMap(
      Effect.suspend(() => receiveBytes(name, details.size - received)),
      Stream.runForEach((chunk) =>
        Effect.map(part.write(chunk, received), () => {
          received += chunk.length
          arrived(received)
        })
      )
    )
  )
  if (received < details.size) yield* receiving
})

/** A large file: into a part file, verified while it arrives. */
const receiveLarge = Effect.fnUntraced(function* (job: Job) {
  const { details, options, place, text } = job
  const { modified, size, version } = details
  const hashing = yield* Hashing
  const part = yield* (yield* PartFiles).claim(place, version, size)
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
  yield* receiveRest(job, part, (received) => tell("receiving", received))
  tell("verifying", size)
  const received: Received = {
    resumedFrom: part.size,
    here: hash === undefined ? undefined : yield* hash.here.digest,
    there: hash === undefined ? undefined : yield* Fiber.join(hash.there)
  }
  yield* Effect.tapError(requireEqual(job, received), () => part.remove)
  return { ...received, unkept: yield* part.put({ place, modified }) }
}, Effect.scoped)

/** Files up to this many bytes are held in memory until they are written; resuming them would save nothing. */
const smallFile = 256 * 1024

/** Receives the file and puts it in its place. */
export const transfer = (job: Job) =>
  job.details.size <= smallFile ? receiveSmall(job) : receiveLarge(job)
