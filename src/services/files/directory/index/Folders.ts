/**
 * Keeps the names of each folder in memory, and checks with one `lstat` at each use that the folder has not changed: what
 * a system call did before the question came is in the answer. Adding, removing or renaming an entry sets the folder's
 * mtime and ctime; what they prove: Timestamps. No file watcher is used: its events come after the change.
 *
 * The `lstat` follows no link at the path's end. Links before that are noticed too, because a walk visits every folder
 * of the path first, from the shared folder on. Which folders are visited: IndexWalk.
 */
import { Deferred, Effect } from "effect"
import type { StoreUnavailable } from "../../../../domain/Errors.ts"
import type { Numbers } from "../../../../telemetry/Stats.ts"
import { makeLruCache } from "../../LruCache.ts"
import { isOldEnough, isUnchanged, lstatOrUndefined } from "../Timestamps.ts"
import type { Folder, FolderReader, Place } from "./FolderReader.ts"

/** A read of a large folder, whose result is good for every question that came before it began. */
interface Reading {
  /** Questions and readings are numbered in the order in which they begin. */
  readonly number: number
  readonly folder: Deferred.Deferred<Folder, StoreUnavailable>
}

/** The folders of a shared folder. */
export interface Folders {
  /** The folder at a place as it is now, with an effect where that takes long. Throws and fails as FolderReader's `read`. */
  readonly visit: (place: Place) => Folder | Effect.Effect<Folder, StoreUnavailable>
}

/** What is told of the folders that are kept. */
export type Counted = Pick<Numbers, "indexFolders" | "indexBytes">

/** Keeps the most recently used folders, of `capacity` bytes together; with 0, none. */
export const makeFolders = (reader: FolderReader, capacity: number, stats: Counted): Folders => {
  const held = makeLruCache<Folder>(capacity)
  const underWay = new Map<string, Reading>()
  let last = 0

  const note = (): void => {
    stats.indexFolders = held.count()
    stats.indexBytes = held.size()
  }

  /** The kept folder, if it has not changed. */
  const currentAt = ({ path }: Place): Folder | undefined => {
    const folder = held.get(path)
    if (folder?.identity === undefined) return undefined
    const stats = lstatOrUndefined(path)
    if (stats !== undefined && isUnchanged(stats, folder.identity)) return folder
    held.delete(path)
    note()
    return undefined
  }

  /** Keeps a folder if it may be. `began`: the wall clock before it was read. */
  const keep = ({ path }: Place, folder: Folder, began: number): Folder => {
    if (folder.identity !== undefined && isOldEnough(folder.identity, began)) {
      held.set(path, folder, folder.names.size)
      note()
    }
    return folder
  }

  /** Uninterruptible as a whole: who joins a reading waits for its end, which must come even where nobody else waits. */
  const begin = (
    place: Place,
    read: Effect.Effect<Folder, StoreUnavailable>
  ): Effect.Effect<Folder, StoreUnavailable> =>
    Effect.suspend(() => {
      last += 1
      const reading: Reading = { number: last, folder: Deferred.makeUnsafe() }
      const began = Date.now()
      underWay.set(place.path, reading)
      return read.pipe(
        Effect.map((folder) => keep(place, folder, began)),
        Effect.onExit((exit) => {
          underWay.delete(place.path)
          return Deferred.done(reading.folder, exit)
        })
      )
    }).pipe(Effect.uninterruptible)

  /** The result of a reading that began after the question came, or of an earlier one if the folder has not changed since. */
  const join = (
    place: Place,
    read: Effect.Effect<Folder, StoreUnavailable>,
    asked: number
  ): Effect.Effect<Folder, StoreUnavailable> =>
    Effect.suspend(() => {
      const reading = underWay.get(place.path)
      if (reading === undefined) return begin(place, read)
      if (reading.number > asked) return Deferred.await(reading.folder)
      return Effect.flatMap(Effect.exit(Deferred.await(reading.folder)), () => {
        const folder = currentAt(place)
        return folder === undefined ? join(place, read, asked) : Effect.succeed(folder)
      })
    })

  return {
    visit: (place) => {
      const folder = currentAt(place)
      if (folder !== undefined) return folder
      const began = Date.now()
      const read = reader.read(place)
      if (!Effect.isEffect(read)) return keep(place, read, began)
      last += 1
      return join(place, read, last)
    }
  }
}
