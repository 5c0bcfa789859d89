/** Fetches a file, or a part of one, straight to where its bytes go: nothing is kept, so nothing can be taken back. */
import { Data, Effect, Fiber, type PlatformError, Result, type Scope, Stream } from "effect"
import * as ByteString from "../../domain/ByteString.ts"
import { ConnectionLost, type IncomingBody, ReadTimeout } from "../Connection.ts"
import type { Connectors } from "../Connector.ts"
import { Hashing, Mismatch } from "./Hashing.ts"
import type { SaveFailed } from "./Placement.ts"
import {
  bytesRequest,
  changed,
  describe,
  digestRequest,
  exactly,
  isChanged,
  orPrefix,
  prefixOf,
  receiveBytes,
  receiveDigest,
  restarts,
  type Wanted
} from "./RemoteFile.ts"

/** A part of a file, in bytes. */
export interface Range {
  readonly start: number
  /** To the end where there is none. */
  readonly length: number | undefined
}

/** The connection was lost when some of the bytes had gone where they cannot be taken back from. */
export class StreamCut extends Data.TaggedError("StreamCut")<{ readonly cause: unknown }> {}

/** Takes bytes as they come. */
export type TakeBytes = (
  bytes: Uint8Array
) => Effect.Effect<void, PlatformError.PlatformError | SaveFailed>

/** Where bytes go that no file is made of. */
export interface Sink {
  readonly _tag: "Sink"
  /** Of a device or a FIFO; of standard output there is none. */
  readonly path: string | undefined
  /** Opens it, for one question. */
  readonly open: Effect.Effect<TakeBytes, SaveFailed, Scope.Scope>
}

/** Hands bytes on as they come. A loss before the first can be made good by asking again; one after it is final. */
export const handOn = <E, R>(
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
        (error) => begun && (error instanceof ConnectionLost || error instanceof ReadTimeout),
        (cause) => Effect.fail(new StreamCut({ cause }))
      )
    )
  })

/** All of a file. */
export const whole: Range = { start: 0, length: undefined }

/** One try at one version of the file. */
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
  const askDigest = (wanted: Wanted) => digests.ask(digestRequest(name, wanted), receiveDigest)
  const exact =
    isVerified && isWhole
      ? yield* Effect.forkScoped(Effect.result(askDigest(exactly(version))))
      : undefined
  const hash = hashing.passing()
  let position = range.start

  const receive = (wanted: Wanted) =>
    Effect.gen(function* () {
      // Without a digest of all of it, what was read at two times of a file that is not the same may be a mixture.
      if (wanted.prefix !== undefined && exact === undefined && position > range.start) {
        return yield* changed
      }
      const incoming = yield* receiveBytes(name, end - position)
      return yield* Stream.runForEach(incoming, (chunk) =>
        Effect.suspend(() => {
          position += chunk.length
          if (exact !== undefined) hash.update(chunk)
          return write(chunk)
        })
      )
    })
  yield* orPrefix(version, (wanted) =>
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
  if (exact === undefined) return
  const told = yield* Fiber.join(exact)
  const there =
    Result.isFailure(told) && isChanged(told.failure)
      ? yield* askDigest(prefixOf(version))
      : yield* Effect.fromResult(told)
  if (hash.digest() !== there) {
    return yield* new Mismatch({ name: ByteString.toTextLossy(name) })
  }
  // The question of the digest ends with the try: when bytes cannot be written, nobody calls its connection again.
}, Effect.scoped)

/**
 * Hands the bytes of a range to `write`, over as many connections as it takes but always of one version; a whole file
 * is compared with the server's digest at the end, and `Mismatch` then comes after its bytes. A file that changes
 * before the first of them is asked for anew.
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
  }).pipe(Effect.retry({ while: (error) => !begun && isChanged(error), ...restarts }))
})
