/**
 * The entries of one folder, sorted. The folder is held open while it is read, and has been asked where it lies before
 * any of its names is told. All names are read at once, which takes about 1 µs each; what they are is looked at as it is
 * asked for, so that the first page of a large folder does not wait for the last. Links are followed as `open` does.
 */
import { Cause, Effect, Stream } from "effect"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { byBytes, type FolderName, fromText, lastPart } from "../../../domain/FileName.ts"
import { type BigIntStats, closeSync, type Dirent, fstatSync, lstatSync } from "node:fs"
import { opendir } from "node:fs/promises"
import { entryKey, type FileStore, type FolderEntry } from "../FileStore.ts"
import { makeTopNames } from "../TopNames.ts"
import { detailsOf } from "./DirectoryDetails.ts"
import { entryName } from "./DirectoryEntryName.ts"
import type { LogOnce } from "./LogOnce.ts"
import { type HeldFolder, hold, holdContained, isStillHeld } from "./SafeOpen.ts"
import { isShared, relativeTo, type SharedFolder } from "./SharedFolder.ts"

/** Entries looked at before others have their turn: about 3 ms, or 10 where all are links. */
const batchSize = 256

/** A folder that is being read. */
interface Reading extends HeldFolder {
  readonly folder: SharedFolder
  readonly name: FolderName
}

/** What lies under a name, as `FolderEntry` tells it. */
interface Found {
  readonly stats: BigIntStats
  readonly isListedElsewhere: boolean
}

/** What a link leads to, if it is inside. */
const follow = ({ folder, root }: Reading, path: string): Found | undefined => {
  if (!folder.links) return undefined
  const held = hold(path)
  try {
    const own = relativeTo(root, held.path)
    if (own === undefined) return undefined
    const stats = fstatSync(held.descriptor, { bigint: true })
    return { stats, isListedElsewhere: own === "" || isShared(folder, own) }
  } finally {
    closeSync(held.descriptor)
  }
}

/** What lies under this name, followed where it is a link; `undefined` where nothing does that is shared. */
const look = (reading: Reading, part: string): Found | undefined => {
  const path = `${reading.held.access}/${part}`
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats?.isSymbolicLink() === true) return follow(reading, path)
    return stats && { stats, isListedElsewhere: false }
  } catch {
    // Whatever it is, it could not be opened either.
    return undefined
  }
}

/** The key of an entry, by what the folder says that it is; a link is looked at. */
const keyOf = (reading: Reading, log: LogOnce, entry: Dirent): string | undefined => {
  const name = entryName(reading.folder, log, reading.name, entry.name)
  if (name === undefined) return undefined
  const found = entry.isSymbolicLink() ? look(reading, lastPart(name))?.stats : entry
  if (found?.isFile() === true) return name
  return found?.isDirectory() === true ? entryKey({ kind: "folder", name }) : undefined
}

/** All keys that sort after `after`, sorted. The event loop turns each time that entries are read by the thread pool. */
const readKeys = async (
  reading: Reading,
  log: LogOnce,
  after: string
): Promise<ReadonlyArray<string>> => {
  const directory = await opendir(reading.held.access, {
    encoding: "latin1",
    bufferSize: batchSize
  })
  try {
    if (!isStillHeld(reading.held)) throw new FileNotFound()
    const keys = makeTopNames<string>(Number.POSITIVE_INFINITY)
    for (let read = 0; ; read++) {
      // The first of a batch comes by the thread pool, the others with it.
      const entry = read % batchSize === 0 ? await directory.read() : directory.readSync()
      if (entry === null) return keys.take()
      const key = keyOf(reading, log, entry)
      if (key !== undefined && byBytes(key, after) > 0) keys.add(key)
    }
  } finally {
    await directory.close()
  }
}

/** The entry of a key, if it still is what it was when the key was read. */
const entryOf = (reading: Reading, key: string): FolderEntry | undefined => {
  const isFolder = key.endsWith("/")
  const name = fromText(isFolder ? key.slice(0, -1) : key)
  const found = name === undefined ? undefined : look(reading, lastPart(name))
  if (name === undefined || found === undefined) return undefined
  const { isListedElsewhere, stats } = found
  if (isFolder) {
    if (!stats.isDirectory()) return undefined
    const modified = Number(stats.mtimeNs / 1_000_000n)
    return { kind: "folder", name, modified, id: `${stats.dev}:${stats.ino}`, isListedElsewhere }
  }
  // A size beyond 2^53 is none that could be told, nor could the file be opened.
  return stats.isFile() && stats.size <= Number.MAX_SAFE_INTEGER
    ? { kind: "file", name, ...detailsOf(stats) }
    : undefined
}

/** Entries by their keys, some at a time; others have their turn in between. */
const entriesOf = (
  reading: Reading,
  keys: ReadonlyArray<string>
): Stream.Stream<FolderEntry, StoreUnavailable> =>
  Stream.fromPull(
    Effect.sync(() => {
      let next = 0
      return Effect.gen(function* () {
        while (next < keys.length) {
          if (next > 0) yield* Effect.yieldNow
          const batch = keys.slice(next, next + batchSize)
          next += batchSize
          const entries = batch
            .map((key) => entryOf(reading, key))
            .filter((entry) => entry !== undefined)
          if (isReadonlyArrayNonEmpty(entries)) return entries
        }
        return yield* Cause.done()
      })
    })
  )

/** The entries of a folder inside `folder`; `log` is told of names that nobody could ask for. */
export const makeDirectoryEntries = (
  folder: SharedFolder,
  log: LogOnce
): FileStore["Service"]["folder"] =>
  Effect.fnUntraced(function* (name: FolderName, after: string = "") {
    const found = yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(holdContained(folder, name))),
      ({ held }) => Effect.sync(() => closeSync(held.descriptor))
    )
    const reading: Reading = { ...found, folder, name }
    // Uninterruptible, for the folder must be held as long as it is read, and reading cannot be broken off.
    const keys = yield* Effect.uninterruptible(
      Effect.tryPromise({
        try: () => readKeys(reading, log, after),
        catch: (cause) => (cause instanceof FileNotFound ? cause : new StoreUnavailable({ cause }))
      })
    ).pipe(
      Effect.tapErrorTag("StoreUnavailable", ({ cause }) =>
        Effect.sync(() => {
          if (cause instanceof Error && "code" in cause && cause.code === "EACCES")
            log.add("folder.forbidden", name)
        })
      ),
      Effect.ensuring(log.flush)
    )
    return entriesOf(reading, keys)
  })
