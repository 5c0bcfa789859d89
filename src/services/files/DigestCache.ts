/** SHA-256 of shared files, computed once a version: remembered, and shared by all who ask while it is computed. */
import { Cache, Context, Data, Duration, Effect, Exit, Layer } from "effect"
import { FileChanged, type FileNotFound, type StoreUnavailable } from "../../domain/Errors.ts"
import type { FileName } from "../../domain/FileName.ts"
import { FileStore } from "./FileStore.ts"

type DigestError = FileNotFound | FileChanged | StoreUnavailable

/** One version of one file. */
class Version extends Data.Class<{ readonly name: FileName; readonly version: string }> {}

/** How many digests are remembered; one takes about 300 bytes. */
const capacity = 10_000

/** How often a file that changes all the time is looked at again. */
const mostLooks = 10

/** The digests of the shared files. */
export class DigestCache extends Context.Service<
  DigestCache,
  {
    /** The SHA-256 of the file in 64 lower-case hexadecimal digits; of `version` alone, if that is given. */
    readonly of: (name: FileName, version: string | undefined) => Effect.Effect<string, DigestError>
  }
>()("sockets/services/DigestCache") {
  /** DigestCache of the store's files. */
  static readonly layer = Layer.effect(
    DigestCache,
    Effect.gen(function* () {
      const store = yield* FileStore
      const cache = yield* Cache.makeWith(
        ({ name, version }: Version): Effect.Effect<string, DigestError> =>
          Effect.scoped(
            Effect.gen(function* () {
              const file = yield* store.open(name)
              if (file.version !== version) return yield* new FileChanged()
              return yield* file.sha256
            })
          ),
        {
          capacity,
          timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
        }
      )
      const current = Effect.fnUntraced(function* (name: FileName, version: string | undefined) {
        const details = yield* store.describe(name)
        if (version !== undefined && version !== details.version) return yield* new FileChanged()
        return yield* Cache.get(cache, new Version({ name, version: details.version }))
      })
      return {
        of: (name, version) =>
          version === undefined
            ? // Whoever names no version takes any: that it changed between two looks is not told.
              Effect.retry(current(name, version), {
                while: ({ _tag }) => _tag === "FileChanged",
                times: mostLooks
              })
            : current(name, version)
      }
    })
  )
}
