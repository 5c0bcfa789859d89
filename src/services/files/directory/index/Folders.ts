/**
 * The names in each folder, held in memory and believed after one `lstat` of the folder each time: whatever a system call
 * had done before a question came is in the answer. Adding, removing or renaming an entry sets the folder's mtime and
 * ctime, and no program can set the ctime. No watcher is used: its news comes after the change. File systems of the
 * network may answer `lstat` from a memory of their own, some seconds old.
 *
 * Of what was read, only that is looked at: whoever asks comes by the folders around it, each looked at in turn, so that
 * one that was exchanged for a link is no folder any more. Which folders belong to a question: IndexWalk.
 */
import { Deferred, Effect } from "effect"
import { lstatSync, type Stats } from "node:fs"
import type { StoreUnavailable } from "../../../../domain/Errors.ts"
import { makeLruCache } from "../../LruCache.ts"
import type { Folder, FolderReader, Place } from "./FolderReader.ts"

/**
 * The clock that stamps files ticks every 1 to 10 ms: two changes within one tick have one ctime. What changed longer
 * ago than this will have another ctime after its next change. In milliseconds.
 */
const settled = 100
/** The same where the file system keeps whole seconds, or two of them, as FAT does. */
const settledBySeconds = 2000

const isWholeSecond = (milliseconds: number): boolean => milliseconds % 1000 === 0

/** Whether a folder will have other times after its next change. */
const isSettled = ({ ctimeMs, mtimeMs }: Stats, now: number): boolean =>
  now - Math.max(ctimeMs, mtimeMs)
  > (isWholeSecond(ctimeMs) && isWholeSecond(mtimeMs) ? settledBySeconds : settled)

const isSame = (one: Stats, other: Stats): boolean =>
  one.ino === other.ino
  && one.ctimeMs === other.ctimeMs
  && one.mtimeMs === other.mtimeMs
  && one.dev === other.dev

/** What there is at a path, without following it. */
const look = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** A read of a large folder, for all who asked before it began. */
interface Reading {
  /** Questions and readings are numbered as they begin. */
  readonly number: number
  readonly folder: Deferred.Deferred<Folder, StoreUnavailable>
}

/** The folders of a shared folder. */
export interface Folders {
  /** The folder at a place as it is now, with an effect where that takes long. Throws and fails as FolderReader's `read`. */
  readonly visit: (place: Place) => Folder | Effect.Effect<Folder, StoreUnavailable>
}

/** Holds folders of `capacity` bytes together, those that were asked for last; with 0 each is read at each question. */
export const makeFolders = (reader: FolderReader, capacity: number): Folders => {
  const held = makeLruCache<Folder>(capacity)
  const underWay = new Map<string, Reading>()
  let last = 0

  /** What is held of the folder, if it is still so. */
  const believed = ({ path }: Place): Folder | undefined => {
    const folder = held.get(path)
    if (folder?.stats === undefined) return undefined
    const stats = look(path)
    if (stats !== undefined && isSame(stats, folder.stats)) return folder
    held.delete(path)
    return undefined
  }

  /** `began`: the time before the folder was read, by the clock that stamps files. */
  const keep = ({ path }: Place, folder: Folder, began: number): Folder => {
    if (folder.stats !== undefined && isSettled(folder.stats, began)) {
      held.set(path, folder, folder.names.size)
    }
    return folder
  }

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
        }),
        Effect.uninterruptible
      )
    })

  /** Waits for a read that has begun since the question came, or for what an earlier one brought, if it is still so. */
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
        const folder = believed(place)
        return folder === undefined ? join(place, read, asked) : Effect.succeed(folder)
      })
    })

  return {
    visit: (place) => {
      const folder = believed(place)
      if (folder !== undefined) return folder
      const began = Date.now()
      const read = reader.read(place)
      if (!Effect.isEffect(read)) return keep(place, read, began)
      last += 1
      return join(place, read, last)
    }
  }
}
