/** SHA-256 of bytes. */
import { Effect, Stream } from "effect"
import { createHash, hash } from "node:crypto"

/** The SHA-256 of bytes in memory, 64 lower-case hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => hash("sha256", bytes)

/** How many characters are hashed at a time: a call for each short text takes more time than hashing them. */
const leastHashed = 16 * 1024

/** A SHA-256 of texts that come one after the other, in UTF-8; none may end within a surrogate pair. */
export const createSha256 = () => {
  const sum = createHash("sha256")
  let waiting = ""
  return {
    update: (text: string): void => {
      waiting += text
      if (waiting.length < leastHashed) return
      sum.update(waiting)
      waiting = ""
    },
    digest: () => sum.update(waiting).digest("hex")
  }
}

/** The SHA-256 of a stream's bytes, 64 lower-case hexadecimal digits; fails as the stream fails. */
export const sha256 = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<string, E, R> =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    return bytes.pipe(
      Stream.runForEach((chunk) => Effect.sync(() => hash.update(chunk))),
      Effect.map(() => hash.digest("hex"))
    )
  })
