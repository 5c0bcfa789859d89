/**
 * Brings one version of a file to its place: over as many connections as it takes, from where an earlier run stopped,
 * against the server's own digest, and under its name only when it is whole.
 */
import { Effect, Fiber, Result, Stream } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import type { Connectors } from "../Connector.ts"
import { digestOf, Hashing, Mismatch } from "./Hashing.ts"
import { type PartFile, PartFiles } from "./PartFile.ts"
import { type Target, writeWhole } from "./Placement.ts"
import {
  bytesRequest,
  changed,
  digestRequest,
  exactly,
  isChanged,
  orPrefix,
  prefixOf,
  receiveBytes,
  receiveDigest,
  type RemoteDetails,
  type Wanted
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

/** The server's digest of this version, or of what the file has kept of it. */
export const digestThere = ({ connectors: { digests }, details: { version }, name }: Job) =>
  orPrefix(version, (wanted) => digests.ask(digestRequest(name, wanted), receiveDigest))

/** What the server said of the version's digest while the bytes travelled; nothing where it was not asked. */
type Told<E> = Result.Result<string, E> | undefined

/**
 * Makes sure that what arrived is one version, and tells its digest if that had to be looked at. A file that grew has
 * no version any more that could be asked for; its first bytes are read again by the server, now that they are here.
 * Where both readings are the same, nothing wrote to these bytes from the one to the other.
 */
const verify = Effect.fnUntraced(function* <E, E2, R>(
  { connectors: { digests }, details: { version }, name, text }: Job,
  here: Effect.Effect<string, E2, R>,
  told: Told<E>,
  isPrefix: boolean
) {
  if (told === undefined && !isPrefix) return undefined
  if (told !== undefined && Result.isFailure(told) && !isChanged(told.failure)) {
    return yield* Effect.fail(told.failure)
  }
  const digest = yield* here
  if (told !== undefined && Result.isSuccess(told)) {
    if (digest === told.success) return digest
    if (!isPrefix) return yield* new Mismatch({ name: text })
  }
  const there = yield* digests.ask(digestRequest(name, prefixOf(version)), receiveDigest)
  return digest === there ? digest : yield* changed
})

/** A small file: in memory, then on the disk. */
const receiveSmall = Effect.fnUntraced(function* (job: Job) {
  const { connectors, details, name, options, place } = job
  const { modified, size, version } = details
  const hashing = yield* Hashing
  const receive = (wanted: Wanted) =>
    Effect.map(
      connectors.bytes.ask(
        bytesRequest(name, wanted, () => 0),
        Effect.flatMap(receiveBytes(name, size), Stream.runCollect)
      ),
      (chunks) => ({ chunks, isPrefix: wanted.prefix !== undefined })
    )
  const asking = connectors.bytes.ask(digestRequest(name, exactly(version)), receiveDigest)
  // Both questions over one connection, one after the other: the server reads so small a file twice in no time.
  const [{ chunks, isPrefix }, told] = yield* Effect.all(
    [
      orPrefix(version, receive),
      options.verify ? Effect.result(asking) : Effect.succeed(undefined)
    ],
    { concurrency: 2 }
  )
  const here = Effect.sync(() => {
    const hash = hashing.passing()
    for (const chunk of chunks) hash.update(chunk)
    return hash.digest()
  })
  const digest = yield* verify(job, here, told, isPrefix)
  const unkept = yield* writeWhole((write) => Effect.forEach(chunks, write, { discard: true }), {
    place,
    modified
  })
  return { resumedFrom: 0, here: digest, unkept }
})

/**
 * Brings the rest of the file into the part file, over one connection after another if it must be; tells whether some
 * of it came of a file that was no longer the same.
 */
const receiveRest = Effect.fnUntraced(function* (
  job: Job,
  part: PartFile,
  arrived: (received: number) => void
) {
  const { connectors, details, name } = job
  let received = part.size
  const receive = (wanted: Wanted) =>
    Effect.as(
      connectors.bytes.ask(
        bytesRequest(name, wanted, () => received),
        Effect.flatMap(
          Effect.suspend(() => receiveBytes(name, details.size - received)),
          Stream.runForEach((chunk) =>
            Effect.map(part.write(chunk, received), () => {
              received += chunk.length
              arrived(received)
            })
          )
        )
      ),
      wanted.prefix !== undefined
    )
  return received < details.size && (yield* orPrefix(details.version, receive))
})

/** A large file: into a part file, verified while it arrives. */
const receiveLarge = Effect.fnUntraced(function* (job: Job) {
  const { connectors, details, name, options, place, text } = job
  const { modified, size, version } = details
  const hashing = yield* Hashing
  const part = yield* (yield* PartFiles).claim(place, version, size)
  const asking = connectors.digests.ask(digestRequest(name, exactly(version)), receiveDigest)
  const hash = options.verify
    ? {
        here: yield* hashing.follow(part.path, size),
        there: yield* Effect.forkScoped(Effect.result(asking))
      }
    : undefined
  const tell = (phase: Progress["phase"], received: number) => {
    hash?.here.advance(received)
    options.onProgress({ name: text, phase, received, size })
  }
  tell("receiving", part.size)
  const isPrefix = yield* receiveRest(job, part, (received) => tell("receiving", received))
  tell("verifying", size)
  const here = hash === undefined ? digestOf(part.path, size) : hash.here.digest
  const told = hash === undefined ? undefined : yield* Fiber.join(hash.there)
  const digest = yield* Effect.tapErrorTag(
    verify(job, here, told, isPrefix),
    ["Mismatch", "ErrorReply"],
    () => part.remove
  )
  return { resumedFrom: part.size, here: digest, unkept: yield* part.put({ place, modified }) }
}, Effect.scoped)

/** Files up to this many bytes are held in memory until they are written; resuming them would save nothing. */
const smallFile = 256 * 1024

/** Receives the file and puts it in its place. */
export const transfer = (job: Job) =>
  job.details.size <= smallFile ? receiveSmall(job) : receiveLarge(job)
