/**
 * The entries of one folder, sorted. The folder is held open, and its path was checked, before any of its names is
 * returned. The names are those of the index (index/Folders); the metadata of each is read as it is pulled, so that the
 * first page of a large folder does not wait for the last. Links are followed as `open` does: a link is looked up by
 * both of its keys, as a file and as a folder, and has an entry under one.
 */
import { Cause, Effect, Stream } from "effect"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { byBytes, type FolderName, fromText, lastPart } from "../../../domain/FileName.ts"
import { type BigIntStats, closeSync, fstatSync, lstatSync } from "node:fs"
import type { FileStore, FolderEntry } from "../FileStore.ts"
import { detailsOf } from "./DirectoryDetails.ts"
import type { FolderNames } from "./index/FolderNames.ts"
import { moved } from "./index/FolderReader.ts"
import type { Folders } from "./index/Folders.ts"
import type { LogOnce } from "./LogOnce.ts"
import { type HeldFolder, hold, holdContained } from "./SafeOpen.ts"
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

/** What stands before the keys of a folder in whole names. */
const prefixOf = (name: FolderName): string => (name === "" ? "" : `${name}/`)

/** The index of the folder's first key that sorts after `after`, which is a whole name. */
const indexAfter = (names: FolderNames, name: FolderName, after: string): number => {
  const prefix = prefixOf(name)
  if (after.startsWith(prefix))
    return names.indexOf(encoder.encode(after.slice(prefix.length)), true)
  return byBytes(after, prefix) < 0 ? 0 : names.length
}

const encoder = new TextEncoder()

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

/** The entries from an index on, some at a time; yields to other fibers in between. */
const entriesFrom = (
  reading: Reading,
  names: FolderNames,
  first: number
): Stream.Stream<FolderEntry, StoreUnavailable> =>
  Stream.fromPull(
    Effect.sync(() => {
      let next = first
      return Effect.gen(function* () {
        while (next < names.length) {
          if (next > first) yield* Effect.yieldNow
          const end = Math.min(names.length, next + batchSize)
          const entries = names
            .keysBehind(prefixOf(reading.name), next, end, (key) => entryOf(reading, key))
            .filter((entry) => entry !== undefined)
          next = end
          if (isReadonlyArrayNonEmpty(entries)) return entries
        }
        return yield* Cause.done()
      })
    })
  )

/** The names in the folder that is held, as it is now. */
const namesIn = (folders: Folders, { held, name }: Reading) =>
  Effect.suspend(() => {
    const failed = (cause: unknown) =>
      cause === moved ? new FileNotFound() : new StoreUnavailable({ cause })
    try {
      const folder = folders.visit({ name, path: held.path, isRequired: true })
      return Effect.isEffect(folder)
        ? Effect.mapError(folder, ({ cause }) => failed(cause))
        : Effect.succeed(folder)
    } catch (cause) {
      return Effect.fail(failed(cause))
    }
  })

/** The entries of a folder inside `folder`, whose names are those of `folders`; `log` is told of unreadable folders. */
export const makeDirectoryEntries = (
  folder: SharedFolder,
  folders: Folders,
  log: LogOnce
): FileStore["Service"]["folder"] =>
  Effect.fnUntraced(function* (name: FolderName, after: string = "") {
    const found = yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(holdContained(folder, name))),
      ({ held }) => Effect.sync(() => closeSync(held.descriptor))
    )
    const reading: Reading = { ...found, folder, name }
    const { names } = yield* namesIn(folders, reading).pipe(
      Effect.tapErrorTag("StoreUnavailable", ({ cause }) =>
        Effect.sync(() => {
          if (cause instanceof Error && "code" in cause && cause.code === "EACCES")
            log.add("folder.forbidden", name)
        })
      ),
      Effect.ensuring(log.flush)
    )
    return entriesFrom(reading, names, indexAfter(names, name, after))
  })
