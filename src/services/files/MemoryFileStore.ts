/** A store whose files are given to it: for tests, and as the plainest example of what a store must do. */
import { Effect, Layer, Stream } from "effect"
import { FileNotFound } from "../../domain/Errors.ts"
import { type FileName, isHidden } from "../../domain/FileName.ts"
import { sha256 } from "./Digest.ts"
import { FileStore, select } from "./FileStore.ts"

/** A file of the memory store. */
export interface MemoryFile {
  readonly bytes: Uint8Array
  /** In milliseconds since 1970 (UTC). */
  readonly modified: number
}

/** Serves `files`, read anew at each question; hidden names are not shared. */
export const layer = (files: ReadonlyMap<FileName, MemoryFile>): Layer.Layer<FileStore> =>
  Layer.sync(FileStore, () => {
    const find = (name: FileName) => {
      const file = isHidden(name) ? undefined : files.get(name)
      return file === undefined
        ? Effect.fail(new FileNotFound())
        : Effect.succeed({
            size: file.bytes.length,
            modified: file.modified,
            version: `${file.bytes.length}-${file.modified}`,
            read: (start: number, length: number) =>
              Stream.succeed(file.bytes.subarray(start, start + length)),
            sha256: sha256(Stream.succeed(file.bytes))
          })
    }
    const names = Stream.suspend(() =>
      Stream.fromIterable([...files.keys()].filter((name) => !isHidden(name)))
    )
    return {
      names,
      list: (selection) => select(names, selection),
      getIfPresent: () => undefined,
      describe: find,
      open: find
    }
  })
