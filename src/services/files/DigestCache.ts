/**
 * SHA-256 of shared files, computed once for each version; requests during the computation share it. Kept is one digest a
 * file, that of its newest version: a file that changes again and again would push out those of all others.
 */
import { Cache, Context, Data, Duration, Effect, Layer } from "effect"
import { FileChanged, type FileNotFound, type StoreUnavailable } from "../../domain/Errors.ts"
import type { FileName } from "../../domain/FileName.ts"
import { FileStore } from "./FileStore.ts"
import { makeLruCache } from "./LruCache.ts"

type DigestError = FileNotFound | FileChanged | StoreUnavailable

/** What a digest is computed of: one version of a file, or as many of its bytes as an earlier version had. */
class Version extends Data.Class<{
  readonly name: FileName
  readonly version: string
  readonly earlier: string | undefined
}> {}

/** A digest. */
interface Digest {
  /** `undefined` where the file cannot begin with the earlier version. */
  readonly sha256: string | undefined
  /** Whether the file did not change while it was read. */
  readonly isExact: boolean
}

/** The digest of a file's newest version. */
interface Kept {
  readonly version: string
  readonly digest: Digest
}

/** How much is kept, in bytes: some 14,000 digests. */
const capacity = 16 * 1024 * 1024

/** How often the digest of a file that keeps changing is tried again. */
const mostLooks = 10

/** Which version's digest is wanted. */
export interface Wanted {
  /** The version that the file must have. */
  readonly version?: string | undefined
  /** The version that the file must have, or have grown from: the digest is that of as many bytes as it had. */
  readonly prefix?: string | undefined
}

/** The digests of the shared files. */
export class DigestCache extends Context.Service<
  DigestCache,
  {
    /**
     * The SHA-256, 64 lower-case hexadecimal digits; of the file as it is now if no version is named. Fails with
     * FileChanged where the file has another version. A prefix is read after the file had its present version: a client
     * that asks after it received the bytes, and has the same digest, has the bytes of one moment and no mixture of two.
     */
    readonly of: (name: FileName, wanted?: Wanted) => Effect.Effect<string, DigestError>
  }
>()("sockets/services/DigestCache") {
  /** The digests of the files of FileStore. */
  static readonly layer = Layer.effect(
    DigestCache,
    Effect.gen(function* () {
      const store = yield* FileStore
      const kept = makeLruCache<Kept>(capacity)
      const compute = Effect.fnUntraced(function* ({ earlier, name, version }: Version) {
        const file = yield* store.open(name)
        if (file.version !== version) return yield* new FileChanged()
        const read = earlier === undefined ? file : file.prefix?.(earlier)
        const unchanged = file.isUnchanged ?? Effect.succeed(true)
        // A read that fails because the file changed is no failure of the store.
        const sha256 = yield* Effect.catch(read?.sha256 ?? Effect.undefined, (error) =>
          Effect.flatMap(unchanged, (is) => Effect.fail(is ? error : new FileChanged()))
        )
        const digest: Digest = { sha256, isExact: yield* unchanged }
        if (digest.isExact && earlier === undefined) {
          kept.set(name, { version, digest }, version.length + 64)
        }
        return digest
      }, Effect.scoped)
      // Only what is computed now, for those who wait for it.
      const computing = yield* Cache.makeWith(compute, {
        capacity: Number.POSITIVE_INFINITY,
        timeToLive: () => Duration.zero
      })
      const current = Effect.fnUntraced(function* (name: FileName, { prefix, version }: Wanted) {
        const details = yield* store.describe(name)
        if (version !== undefined && version !== details.version) return yield* new FileChanged()
        const earlier = prefix === details.version ? undefined : prefix
        const known = earlier === undefined ? kept.get(name) : undefined
        if (known?.version === details.version) return known.digest
        return yield* Cache.get(computing, new Version({ name, version: details.version, earlier }))
      })
      return {
        of: Effect.fnUntraced(function* (name, wanted = {}) {
          const { version } = wanted
          const { isExact, sha256 } = yield* Effect.retry(current(name, wanted), {
            // If no version is named, any will do, so a change in between is no error.
            while: ({ _tag }) => version === undefined && _tag === "FileChanged",
            times: mostLooks
          })
          if (sha256 === undefined) return yield* new FileChanged()
          return version === undefined || isExact ? sha256 : yield* new FileChanged()
        })
      }
    })
  )
}
