/**
 * Receives one version of a file: over as many connections as it takes, from where an earlier run stopped, compared with
 * the server's digest, and put under its name only when it is whole. What is done where the file changes meanwhile is
 * left to Download.
 */
import { Effect, Fiber, Result, Stream } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import type { Connectors } from "../Connector.ts"
import { Hashing, localDigestOf, Mismatch } from "./Hashing.ts"
import { type PartFile, PartFiles } from "./PartFile.ts"
import { Progress } from "./Progress.ts"
import type { Target } from "./Placement.ts"
import { type Write, writeWhole } from "./placing/WholeFile.ts"
import {
  bytesRequest,
  changed,
  digestRequest,
  exactVersion,
  isChanged,
  prefixOfVersion,
  receiveBytes,
  receiveDigest,
  type RemoteDetails,
  type VersionCondition,
  withPrefixFallback
} from "./RemoteFile.ts"

/** How to download files. */
export interface Options {
  /** Where to. */
  readonly target: Target
  /** Whether to compare the SHA-256 of what arrived with the server's. */
  readonly verify: boolean
  /** Whether to replace another file that is there already. */
  readonly overwrite: boolean
  /** Called as bytes of large files arrive, and when nothing is left but to verify. */
  readonly onProgress: (progress: Progress) => void
}

/** One version of a file that is to be saved at a place. */
export interface Job {
  readonly name: ByteString.ByteString
  /** The name, decoded for display. */
  readonly text: string
  /** The path of the file to be. */
  readonly place: string
  readonly details: RemoteDetails
  readonly options: Options
  readonly connectors: Connectors
}

/** The server's digest of this version, or of as many bytes as it had of a file that only grew since. */
export const remoteDigestOf = ({ connectors: { digests }, details: { version }, name }: Job) =>
  withPrefixFallback(version, (wanted) => digests.ask(digestRequest(name, wanted), receiveDigest))

/** The server's digest of the version, asked for while the bytes travelled; `undefined` where it was not asked for. */
type RemoteDigest<E> = Result.Result<string, E> | undefined

/**
 * Makes sure that what arrived is one version, and gives its digest if that was computed. A version that has grown
 * meanwhile cannot be asked for any more; the server reads its first bytes again, now that they are here. Where both
 * readings are the same, nothing wrote to these bytes in between.
 */
const verify = Effect.fnUntraced(function* <E, E2, R>(
  { connectors: { digests }, details: { version }, name, text }: Job,
  localDigest: Effect.Effect<string, E2, R>,
  remoteDigest: RemoteDigest<E>,
  isPrefix: boolean
) {
  if (remoteDigest === undefined && !isPrefix) return undefined
  if (
    remoteDigest !== undefined
    && Result.isFailure(remoteDigest)
    && !isChanged(remoteDigest.failure)
  ) {
    return yield* Effect.fail(remoteDigest.failure)
  }
  const local = yield* localDigest
  if (remoteDigest !== undefined && Result.isSuccess(remoteDigest)) {
    if (local === remoteDigest.success) return local
    if (!isPrefix) return yield* new Mismatch({ name: text })
  }
  const remote = yield* digests.ask(digestRequest(name, prefixOfVersion(version)), receiveDigest)
  return local === remote ? local : yield* changed
})

/** Receives a small file into memory, then writes it. */
const receiveSmall = Effect.fnUntraced(function* (job: Job) {
  const { connectors, details, name, options, place } = job
  const { modified, size, version } = details
  const hashing = yield* Hashing
  const receive = (wanted: VersionCondition) =>
    Effect.map(
      connectors.bytes.ask(
        bytesRequest(name, wanted, () => 0),
        Effect.flatMap(receiveBytes(name, size), ({ bytes }) => Stream.runCollect(bytes))
      ),
      (chunks) => ({ chunks, isPrefix: wanted.prefix !== undefined })
    )
  const askDigest = connectors.bytes.ask(digestRequest(name, exactVersion(version)), receiveDigest)
  // Both requests over one connection, one after the other: the server reads so small a file twice in no time.
  const [{ chunks, isPrefix }, remoteDigest] = yield* Effect.all(
    [
      withPrefixFallback(version, receive),
      options.verify ? Effect.result(askDigest) : Effect.succeed(undefined)
    ],
    { concurrency: 2 }
  )
  const localDigest = Effect.sync(() => {
    const hash = hashing.createHash()
    for (const chunk of chunks) hash.update(chunk)
    return hash.digest()
  })
  const sha256 = yield* verify(job, localDigest, remoteDigest, isPrefix)
  yield* (yield* PartFiles).sweep(place)
  const write = (write: Write) => Effect.forEach(chunks, write, { discard: true })
  const notPreserved = yield* writeWhole(write, { place, modified })
  return { resumedFrom: 0, sha256, notPreserved }
})

/**
 * Receives the rest of the file into the part file, over as many connections as it takes. Gives whether some of it was
 * read after the file had changed: then it is only a version if `verify` can show that the file grew.
 */
const receiveRest = Effect.fnUntraced(function* (
  job: Job,
  part: PartFile,
  onReceived: (received: number) => void
) {
  const { connectors, details, name } = job
  let received = part.size
  // What arrived together is written together, while more is received into memory that is used again: chunks of their own
  // that wait outlive V8's young generation, and of a file of 5 GiB 90 MiB of them were resident in the end.
  const write = (chunks: ReadonlyArray<Uint8Array>) =>
    Effect.map(part.write(chunks, received), () => {
      for (const { length } of chunks) received += length
      onReceived(received)
    })
  const receive = (wanted: VersionCondition) =>
    Effect.as(
      connectors.bytes.ask(
        bytesRequest(name, wanted, () => received),
        Effect.flatMap(
          Effect.suspend(() => receiveBytes(name, details.size - received)),
          ({ lentBytes }) => Stream.runForEachArray(lentBytes, write)
        )
      ),
      wanted.prefix !== undefined
    )
  return received < details.size && (yield* withPrefixFallback(details.version, receive))
})

/** Receives a large file into a part file, and hashes it while it arrives. */
const receiveLarge = Effect.fnUntraced(function* (job: Job) {
  const { connectors, details, name, options, place, text } = job
  const { modified, size, version } = details
  const hashing = yield* Hashing
  const part = yield* (yield* PartFiles).claim(place, version, size)
  const askDigest = connectors.digests.ask(
    digestRequest(name, exactVersion(version)),
    receiveDigest
  )
  const digests = options.verify
    ? {
        local: yield* hashing.hashFile(part.path, size),
        remote: yield* Effect.forkScoped(Effect.result(askDigest))
      }
    : undefined
  const report = (phase: "receiving" | "verifying", received: number) => {
    digests?.local.advance(received)
    options.onProgress(Progress.Advanced({ name: text, phase, received, size }))
  }
  report("receiving", part.size)
  const isPrefix = yield* receiveRest(job, part, (received) => report("receiving", received))
  report("verifying", size)
  const localDigest = digests === undefined ? localDigestOf(part.path, size) : digests.local.digest
  const remoteDigest = digests === undefined ? undefined : yield* Fiber.join(digests.remote)
  const sha256 = yield* Effect.tapErrorTag(
    verify(job, localDigest, remoteDigest, isPrefix),
    ["Mismatch", "ErrorReply"],
    () => part.remove
  )
  return { resumedFrom: part.size, sha256, notPreserved: yield* part.commit({ place, modified }) }
}, Effect.scoped)

/** Files up to this many bytes are held in memory until they are written; resuming them would save nothing. */
export const smallFile = 256 * 1024

/**
 * Receives the file and puts it in its place. Fails with `ErrorReply` `CHANGED` where the server has another version by
 * now, with `Mismatch` where the bytes are not the server's, with `PartFailed` where the disk or another client has the
 * part file.
 */
export const transfer = (job: Job) =>
  job.details.size <= smallFile ? receiveSmall(job) : receiveLarge(job)
