/** SHA-256 of shared files, computed once a version: remembered, and shared by all who ask while it is computed. */
import { Cache, Context, Data, Duration, Effect, Exit, Layer } from "effect"
import { FileChanged, type FileNotFound, type StoreUnavailable } from "../../domain/Errors.ts"
import type { FileName } from "../../domain/FileName.ts"
import { FileStore } from "./FileStore.ts"

type DigestError = FileNotFound | FileChanged | StoreUnavailable

/** One version of one file, or as much of it as an earlier version had. */
class Version extends Data.Class<{
  readonly name: FileName
  readonly version: string
  readonly earlier: string | undefined
}> {}

/** A digest. */
interface Digest {
  /** None where the earlier version cannot be part of the file. */
  readonly sha256: string | undefined
  /** Whether the file stayed as it was while it was read; what only grew has the same first bytes. */
  readonly isExact: boolean
}

/** How many digests are remembered; one takes about 300 bytes. */
const capacity = 10_000

/** How often a file that changes all the time is looked at again. */
const mostLooks = 10

/** What is asked for. */
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
     * The SHA-256 in 64 lower-case hexadecimal digits; where no version is named, of the file as it is now. A prefix
     * is read no earlier than the file had its version of now: whoever asks when he has got these bytes, and has the
     * same digest, knows that they were the file's at one moment, and are no mixture of two.
     */
    readonly of: (name: FileName, wanted?: Wanted) => Effect.Effect<string, DigestError>
  }
>()("sockets/services/DigestCache") {
  /** DigestCache of the store's files. */
  static readonly layer = Layer.effect(
    DigestCache,
    Effect.gen(function* () {
      const store = yield* FileStore
      const compute = Effect.fnUntraced(function* ({ earlier, name, version }: Version) {
        const file = yield* store.open(name)
        if (file.version !== version) return yield* new FileChanged()
        const read = earlier === undefined ? file : file.prefix?.(earlier)
        const unchanged = file.isUnchanged ?? Effect.succeed(true)
        // Bytes that cannot be had because they were written over are no fault of the store.
        const sha256 = yield* Effect.catch(read?.sha256 ?? Effect.undefined, (error) =>
          Effect.flatMap(unchanged, (is) => Effect.fail(is ? error : new FileChanged()))
        )
        const digest: Digest = { sha256, isExact: yield* unchanged }
        return digest
      }, Effect.scoped)
      const cache = yield* Cache.makeWith(compute, {
        capacity,
        timeToLive: (exit) =>
          Exit.isSuccess(exit) && exit.value.isExact ? Duration.infinity : Duration.zero
      })
      const current = Effect.fnUntraced(function* (name: FileName, { prefix, version }: Wanted) {
        const details = yield* store.describe(name)
        if (version !== undefined && version !== details.version) return yield* new FileChanged()
        const earlier = prefix === details.version ? undefined : prefix
        return yield* Cache.get(cache, new Version({ name, version: details.version, earlier }))
      })
      return {
        of: Effect.fnUntraced(function* (name, wanted = {}) {
          const { version } = wanted
          const { isExact, sha256 } = yield* Effect.retry(current(name, wanted), {
            // Whoever names no version takes any: that it changed between two looks is not told.
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
