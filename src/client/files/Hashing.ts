/** SHA-256 of files while they are received, and of bytes. Implemented by client/node. */
import { Context, Data, Effect, type Scope } from "effect"

/** The digest of a file that is still being written. */
export interface FileDigest {
  /** Says that the bytes before the position `end` are written and can be hashed. */
  readonly advance: (end: number) => void
  /** The SHA-256 of the file, 64 lower-case hexadecimal digits, once all of it is written and hashed. */
  readonly digest: Effect.Effect<string, HashUnavailable>
}

/** The digest of bytes that are given one piece after another. */
export interface Hash {
  readonly update: (bytes: Uint8Array) => void
  /** The SHA-256 of all the bytes, 64 lower-case hexadecimal digits. May be called once. */
  readonly digest: () => string
}

/** The file could not be read for hashing. */
export class HashUnavailable extends Data.TaggedError("HashUnavailable")<{
  readonly cause: unknown
}> {}

/** What was received has another digest than the server's file. Nothing of it is kept. `name` is for display. */
export class Mismatch extends Data.TaggedError("Mismatch")<{ readonly name: string }> {}

/** SHA-256. */
export class Hashing extends Context.Service<
  Hashing,
  {
    /** Hashes the file at `path`, which will have `size` bytes, as `advance` says that they are written. */
    readonly hashFile: (
      path: string,
      size: number
    ) => Effect.Effect<FileDigest, HashUnavailable, Scope.Scope>
    readonly createHash: () => Hash
    /** The SHA-256 of bytes that are there, in parts; 64 lower-case hexadecimal digits. */
    readonly digestOf: (parts: ReadonlyArray<Uint8Array>) => string
  }
>()("sockets/client/Hashing") {}

/** The digest of a whole file on this machine, which has `size` bytes. */
export const localDigestOf = (path: string, size: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const hashing = yield* Hashing
      const growing = yield* hashing.hashFile(path, size)
      growing.advance(size)
      return yield* growing.digest
    })
  )
