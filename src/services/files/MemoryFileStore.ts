/** A store of files in memory, for tests, and as the simplest example of a store. */
import { Effect, Layer, Stream } from "effect"
import { FileNotFound } from "../../domain/Errors.ts"
import {
  byBytes,
  type FileName,
  type FolderName,
  fromText,
  isHidden
} from "../../domain/FileName.ts"
import { sha256 } from "./Digest.ts"
import {
  countNow,
  entryKey,
  type FileDetails,
  FileStore,
  folderKeysBy,
  type FileEntry,
  type FolderEntry,
  pickFrom,
  select,
  listFilesBy,
  type Selection
} from "./FileStore.ts"

/** A file of the memory store. */
export interface MemoryFile {
  readonly bytes: Uint8Array
  /** In milliseconds since 1970 (UTC). */
  readonly modified: number
}

const detailsOf = ({ bytes, modified }: MemoryFile): FileDetails => ({
  size: bytes.length,
  modified,
  version: `${bytes.length}-${modified}`
})

/** Serves `files`, whose changes are seen at once; hidden names are not shared. */
export const layer = (files: ReadonlyMap<FileName, MemoryFile>): Layer.Layer<FileStore> =>
  Layer.sync(FileStore, () => {
    const find = (name: FileName) => {
      const file = isHidden(name) ? undefined : files.get(name)
      return file === undefined
        ? Effect.fail(new FileNotFound())
        : Effect.succeed({
            ...detailsOf(file),
            read: (start: number, length: number) =>
              Stream.succeed(file.bytes.subarray(start, start + length)),
            sha256: sha256(Stream.succeed(file.bytes))
          })
    }
    const entriesOf = (folder: FolderName): ReadonlyArray<FolderEntry> => {
      const start = folder === "" ? "" : `${folder}/`
      const entries = new Map<string, FolderEntry>()
      for (const [name, file] of files) {
        if (!name.startsWith(start) || isHidden(name)) continue
        const end = name.indexOf("/", start.length)
        const inner = end === -1 ? undefined : fromText(name.slice(0, end))
        const entry: FolderEntry =
          inner === undefined
            ? { kind: "file", name, ...detailsOf(file) }
            : {
                kind: "folder",
                name: inner,
                modified: undefined,
                id: inner,
                isListedElsewhere: false
              }
        entries.set(entryKey(entry), entry)
      }
      return [...entries].sort(([self], [that]) => byBytes(self, that)).map(([, entry]) => entry)
    }
    const folder: FileStore["Service"]["folder"] = (name, after = "") =>
      Effect.suspend(() => {
        const entries = entriesOf(name)
        return entries.length === 0 && name !== ""
          ? Effect.fail(new FileNotFound())
          : Effect.succeed(
              Stream.fromIterable(entries.filter((entry) => byBytes(entryKey(entry), after) > 0))
            )
      })
    const names = Stream.suspend(() =>
      Stream.fromIterable([...files.keys()].filter((name) => !isHidden(name)))
    )
    const count = Stream.runCount(names)
    const list = (selection: Selection) => select(names, selection)
    const fileEntry = (name: FileName): FileEntry | undefined => {
      const file = isHidden(name) ? undefined : files.get(name)
      return file && { kind: "file", name, ...detailsOf(file) }
    }
    const entriesOfFiles = (some: ReadonlyArray<FileName>) => Effect.sync(() => some.map(fileEntry))
    return {
      names,
      count,
      knownCount: countNow(count),
      pick: (draw) => pickFrom(names, draw),
      list,
      listFiles: listFilesBy(list, entriesOfFiles),
      folder,
      folderKeys: folderKeysBy(folder),
      getIfPresent: () => undefined,
      describe: find,
      open: find
    }
  })
