/** SHA-256 as a download needs it. How it is computed is the platform's affair. */
import { Context, Data, Effect, type Scope } from "effect"

/** The digest of a file that is still growing. */
export interface GrowingDigest {
  /** Says that the file's bytes up to `end` are there, to be hashed meanwhile. */
  readonly advance: (end: number) => void
  /** The SHA-256 of the file, 64 lower-case hexadecimal digits, once all of it is there and hashed. */
  readonly digest: Effect.Effect<string, HashUnavailable>
}

/** The digest of bytes that pass by. */
export interface PassingDigest {
  readonly update: (bytes: Uint8Array) => void
  /** The SHA-256 of all the bytes, 64 lower-case hexadecimal digits. To be called once. */
  readonly digest: () => string
}

/** The file could not be read back. */
export class HashUnavailable extends Data.TaggedError("HashUnavailable")<{
  readonly cause: unknown
}> {}

/** What arrived has another digest than what the server has; nothing of it is kept. */
export class Mismatch extends Data.TaggedError("Mismatch")<{ readonly name: string }> {}

/** SHA-256. */
export class Hashing extends Context.Service<
  Hashing,
  {
    /** Follows the file at `path` until it has `size` bytes. */
    readonly follow: (
      path: string,
      size: number
    ) => Effect.Effect<GrowingDigest, HashUnavailable, Scope.Scope>
    readonly passing: () => PassingDigest
  }
>()("sockets/client/Hashing") {}

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
