/**
 * A store one layer above the bytes: one file whose chunks are made when they are asked for and, where the test says
 * so, held back or replaced by a failure. It tells how much was asked for and when the file was let go of.
 */
import { Cause, Deferred, Effect, Layer, Stream } from "effect"
import { FileNotFound, StoreUnavailable } from "../../../src/domain/Errors.ts"
import { FileStore } from "../../../src/services/files/FileStore.ts"

/** What a chunk holds, one kibibyte short of what is read whole. */
const chunk = Buffer.alloc(63 * 1024, "x")

/** The one file of the store. */
export interface SlowFile {
  readonly layer: Layer.Layer<FileStore>
  readonly size: number
  /** How many bytes were asked for so far. */
  readonly taken: () => number
  /** Done when the file has been opened, when its last byte was asked for, and when it was let go of. */
  readonly opened: Effect.Effect<void>
  readonly exhausted: Effect.Effect<void>
  readonly released: Effect.Effect<void>
}

/** How the file behaves; all bytes are there at once unless said otherwise. */
export interface Options {
  readonly size: number
  /** Before the byte at this place, the store runs this; a failure is one of the store's. */
  readonly before?: { readonly byte: number; readonly run: Effect.Effect<void, StoreUnavailable> }
}

/** A failure of the store, in the middle of a file. */
export const shrank = new StoreUnavailable({ cause: new Error("the file shrank") })

/** A store with this one file, under any name but `nada`. */
export const make = ({ before, size }: Options): Effect.Effect<SlowFile> =>
  Effect.gen(function* () {
    const opened = yield* Deferred.make<void>()
    const exhausted = yield* Deferred.make<void>()
    const released = yield* Deferred.make<void>()
    let taken = 0
    const read = (start: number, length: number) => {
      let position = start
      const end = start + length
      return Stream.fromPull(
        Effect.succeed(
          Effect.gen(function* () {
            if (position === end) return yield* Cause.done()
            if (
              before !== undefined
              && position <= before.byte
              && before.byte < position + chunk.length
            ) {
              yield* before.run
            }
            const next = chunk.subarray(0, Math.min(chunk.length, end - position))
            position += next.length
            taken += next.length
            if (position === end) yield* Deferred.succeed(exhausted, undefined)
            return [next] as const
          })
        )
      )
    }
    const details = { size, modified: 0, version: "1" }
    const open = Effect.acquireRelease(
      Effect.as(Deferred.succeed(opened, undefined), {
        ...details,
        read,
        sha256: Effect.succeed("")
      }),
      () => Deferred.succeed(released, undefined)
    )
    return {
      layer: Layer.succeed(FileStore, {
        names: Stream.empty,
        count: Effect.succeed(0),
        knownCount: Effect.undefined,
        pick: () => Effect.succeed(undefined),
        list: () => Effect.succeed([]),
        listFiles: () => Effect.succeed([]),
        folder: () => Effect.succeed(Stream.empty),
        folderKeys: () => Effect.succeed(Stream.empty),
        getIfPresent: () => undefined,
        describe: (name) =>
          name === "nada" ? Effect.fail(new FileNotFound()) : Effect.succeed(details),
        open: (name) => (name === "nada" ? Effect.fail(new FileNotFound()) : open)
      }),
      size,
      taken: () => taken,
      opened: Deferred.await(opened),
      exhausted: Deferred.await(exhausted),
      released: Deferred.await(released)
    }
  })
