/**
 * Streams a file, or a part of one, to a function that takes its bytes. They are passed on before the digest is known, so
 * that a mismatch is told only after them; saving verified files is left to Download.
 */
import { Data, Effect, Fiber, type PlatformError, Result, type Scope, Stream } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import { type IncomingBody } from "../Connection.ts"
import { isLoss } from "../SocketIO.ts"
import type { Connectors } from "../Connector.ts"
import { Hashing, Mismatch } from "./Hashing.ts"
import type { SaveFailed } from "./Placement.ts"
import {
  bytesRequest,
  changed,
  describe,
  digestRequest,
  exactVersion,
  isChanged,
  withPrefixFallback,
  prefixOfVersion,
  receiveBytes,
  receiveDigest,
  restartPolicy,
  type VersionCondition
} from "./RemoteFile.ts"

/** A part of a file, in bytes. */
export interface Range {
  readonly start: number
  /** Up to the end if `undefined`. */
  readonly length: number | undefined
}

/** The connection was lost after some bytes had been passed on, and the server cannot send the rest alone. */
export class StreamCut extends Data.TaggedError("StreamCut")<{ readonly cause: unknown }> {}

/** Takes the next bytes; completes when more may come. */
export type TakeBytes = (
  bytes: Uint8Array
) => Effect.Effect<void, PlatformError.PlatformError | SaveFailed>

/** Where bytes go without a file being made: standard output, a device, a FIFO. */
export interface Sink {
  readonly _tag: "Sink"
  /** The path of a device or a FIFO; `undefined` for standard output. */
  readonly path: string | undefined
  /** Opens it for one request; waits for another that is using it. */
  readonly open: Effect.Effect<TakeBytes, SaveFailed, Scope.Scope>
}

/**
 * Writes the bytes of a reply that cannot be resumed. A connection that is lost before the first of them may be replaced;
 * after that it fails with `StreamCut`.
 */
export const forward = <E, R>(
  bytes: IncomingBody["bytes"],
  write: (chunk: Uint8Array) => Effect.Effect<void, E, R>
) =>
  Effect.suspend(() => {
    let begun = false
    return Stream.runForEach(bytes, (chunk) => {
      begun = true
      return write(chunk)
    }).pipe(
      Effect.catchIf(
        (error) => begun && isLoss(error),
        (cause) => Effect.fail(new StreamCut({ cause }))
      )
    )
  })

/** The range of all bytes of a file. */
export const wholeFile: Range = { start: 0, length: undefined }

/** Streams one version of the file; fails with `ErrorReply` `CHANGED` where the server has another one by now. */
const attempt = Effect.fnUntraced(function* <E, R>(
  name: ByteString.ByteString,
  range: Range,
  isVerified: boolean,
  { bytes, digests }: Connectors,
  write: (chunk: Uint8Array) => Effect.Effect<void, E, R>
) {
  const hashing = yield* Hashing
  const { size, version } = yield* describe(name, bytes)
  const end = Math.max(range.start, Math.min(size, range.start + (range.length ?? size)))
  const isWhole = range.start === 0 && end === size
  const askDigest = (wanted: VersionCondition) =>
    digests.ask(digestRequest(name, wanted), receiveDigest)
  const exactDigest =
    isVerified && isWhole
      ? yield* Effect.forkScoped(Effect.result(askDigest(exactVersion(version))))
      : undefined
  const hash = hashing.createHash()
  let position = range.start

  const receive = (wanted: VersionCondition) =>
    Effect.gen(function* () {
      // Without a digest of all of it, bytes that were read before and after a change may be a mixture.
      if (wanted.prefix !== undefined && exactDigest === undefined && position > range.start) {
        return yield* changed
      }
      const { bytes } = yield* receiveBytes(name, end - position)
      return yield* Stream.runForEach(bytes, (chunk) =>
        Effect.suspend(() => {
          position += chunk.length
          if (exactDigest !== undefined) hash.update(chunk)
          return write(chunk)
        })
      )
    })
  yield* withPrefixFallback(version, (wanted) =>
    bytes.ask(
      bytesRequest(
        name,
        wanted,
        () => position,
        () => end - position
      ),
      receive(wanted)
    )
  )
  if (exactDigest === undefined) return
  const remote = yield* Fiber.join(exactDigest)
  const expected =
    Result.isFailure(remote) && isChanged(remote.failure)
      ? yield* askDigest(prefixOfVersion(version))
      : yield* Effect.fromResult(remote)
  if (hash.digest() !== expected) {
    return yield* new Mismatch({ name: ByteString.toTextLossy(name) })
  }
  // Scoped: where the bytes cannot be written, the request for the digest is interrupted as well.
}, Effect.scoped)

/**
 * Writes the bytes of a range, over as many connections as it takes but always of one version. A whole file is compared
 * with the server's digest at the end where `isVerified`; `Mismatch` then comes after its bytes. Starts again where the
 * file changes before the first byte, and fails with `ErrorReply` `CHANGED` where it changes later.
 */
export const streamFile = Effect.fn("streamFile")(function* <E, R>(
  name: ByteString.ByteString,
  range: Range,
  isVerified: boolean,
  connectors: Connectors,
  write: (chunk: Uint8Array) => Effect.Effect<void, E, R>
) {
  let begun = false
  yield* attempt(name, range, isVerified, connectors, (chunk) => {
    begun = true
    return write(chunk)
  }).pipe(Effect.retry({ while: (error) => !begun && isChanged(error), ...restartPolicy }))
})
