/** Fetches a file, or a part of one, straight to where its bytes go: nothing is kept, so nothing can be taken back. */
import { Data, Effect, Fiber, Stream } from "effect"
import * as Grammar from "../commands/Parser.ts"
import * as ByteString from "../domain/ByteString.ts"
import { ConnectionLost, type IncomingBody, ReadTimeout } from "./Connection.ts"
import type { Connectors } from "./Connector.ts"
import { Hashing, Mismatch } from "./Hashing.ts"
import { describe, digestRequest, receiveBytes, receiveDigest } from "./RemoteFile.ts"

/** A part of a file, in bytes. */
export interface Range {
  readonly start: number
  /** To the end where there is none. */
  readonly length: number | undefined
}

/** The connection was lost when some of the bytes had gone where they cannot be taken back from. */
export class StreamCut extends Data.TaggedError("StreamCut")<{ readonly cause: unknown }> {}

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

/**
 * Hands the bytes of a range to `write`, over as many connections as it takes but always of one version; a whole file
 * is compared with the server's digest at the end, and `Mismatch` then comes after its bytes.
 */
export const streamFile = Effect.fn("streamFile")(function* <E, R>(
  name: ByteString.ByteString,
  range: Range,
  verify: boolean,
  { bytes, digests }: Connectors,
  write: (chunk: Uint8Array) => Effect.Effect<void, E, R>
) {
  const hashing = yield* Hashing
  const { size, version } = yield* describe(name, bytes)
  const end = Math.max(range.start, Math.min(size, range.start + (range.length ?? size)))
  const isWhole = range.start === 0 && end === size
  const there =
    verify && isWhole
      ? yield* Effect.forkChild(digests.ask(digestRequest(name, version), receiveDigest))
      : undefined
  const hash = hashing.passing()
  let position = range.start

  const receive = Effect.gen(function* () {
    const incoming = yield* receiveBytes(name, end - position)
    return yield* Stream.runForEach(incoming, (chunk) =>
      Effect.suspend(() => {
        position += chunk.length
        if (there !== undefined) hash.update(chunk)
        return write(chunk)
      })
    )
  })
  yield* bytes.ask(
    () =>
      Grammar.print({ _tag: "SendFile", name, start: position, length: end - position, version }),
    receive
  )
  if (there !== undefined && hash.digest() !== (yield* Fiber.join(there))) {
    return yield* new Mismatch({ name: ByteString.toTextLossy(name) })
  }
})
