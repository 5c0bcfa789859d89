/**
 * Holds the small files of a folder in memory, and finds out with one `lstat` each time whether the folder still has
 * the same ones. A GET of 1 KiB takes 27 µs of processor time so, a PING 18; opening and reading each time, 60; by the
 * thread pool, 120. No watcher is used: its news came after the rename had returned. How a file is opened is
 * Containment's affair.
 *
 * A file is the same while device, inode, size, mtime and ctime are: no program can set the ctime, and every write,
 * rename, link and change of permission sets it. What is written into a memory map is the exception, for the system
 * itself takes note of it late; and file systems of the network may answer `lstat` from a memory of their own, some
 * seconds old.
 *
 * Only a file that lies in the folder under its own name, no link on the way, is held; that there is still no link is
 * looked at with each folder of its name. Somebody who has moved a folder out and linked it back so gains nothing. The
 * paths begin with the shared folder's as it was given: where that is a link that has been switched since, another file
 * lies at them.
 *
 * Reading is synchronous: a small file comes from the page cache in 1 µs, and from a disk that must look for it in up
 * to some 10 ms, in which nobody else is answered. Folders on such disks are shared with no cache, which has everything
 * read by the thread pool.
 */
import { Result } from "effect"
import { closeSync, fstatSync, lstatSync, readSync, type Stats, statSync } from "node:fs"
import type { FileName } from "../../../domain/FileName.ts"
import { oneWrite } from "../../../domain/OneWrite.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import { type ContainedFile, openContained } from "./SafeOpen.ts"
import type { SharedFolder } from "./SharedFolder.ts"
import { sha256Of } from "../Digest.ts"
import { detailsOf } from "./DirectoryDetails.ts"
import type { FileDetails, WholeFile } from "../FileStore.ts"
import { makeLruCache } from "../LruCache.ts"

/**
 * The clock that stamps files ticks every 1 to 10 ms: two changes within one tick have one ctime. What changed longer
 * ago than this will have another ctime after its next change. In milliseconds.
 */
const settled = 100

/** ObjectCache whether there is something at a path, without following it. */
const look = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

const isSame = (one: Stats, other: Stats): boolean =>
  one.ino === other.ino
  && one.ctimeMs === other.ctimeMs
  && one.mtimeMs === other.mtimeMs
  && one.size === other.size
  && one.dev === other.dev

/** A small file as it was read. */
class SmallFile implements WholeFile {
  readonly size: number
  readonly modified: number
  readonly version: string
  readonly content: ByteString.ByteString
  #sha256: string | undefined

  constructor({ modified, size, version }: FileDetails, bytes: Uint8Array) {
    this.size = size
    this.modified = modified
    this.version = version
    this.content = ByteString.fromBytes(bytes)
  }

  get sha256(): string {
    return (this.#sha256 ??= sha256Of(ByteString.toBytes(this.content)))
  }
}

/** A file that was read, and what is to be looked at to know whether it is still the one. */
interface Entry {
  readonly file: SmallFile
  readonly path: string
  readonly stats: Stats
  /** The folders between the shared one and the file. */
  readonly folders: ReadonlyArray<string>
}

const isCurrent = ({ folders, path, stats }: Entry): boolean => {
  const now = look(path)
  if (now === undefined || !isSame(now, stats)) return false
  for (const folder of folders) if (look(folder)?.isDirectory() !== true) return false
  return true
}

/** The paths of the folders in a name. */
const foldersOf = ({ path }: SharedFolder, name: FileName): ReadonlyArray<string> => {
  const parts = name.split("/")
  return parts.slice(1).map((_, index) => `${path}/${parts.slice(0, index + 1).join("/")}`)
}

/** Fills the buffer with the file, as far as both go; tells how many bytes that are. */
const readWhole = (descriptor: number, buffer: Buffer): number => {
  for (let filled = 0; ;) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, filled)
    filled += count
    if (count === 0 || filled === buffer.length) return filled
  }
}

/** The small files of a folder. */
export interface DirectoryCache {
  /** The file, if it is a small one and nothing is amiss with it. */
  readonly getIfPresent: (name: FileName) => WholeFile | undefined
}

/** Holds up to `capacity` bytes of the folder's files, those that were asked for last. */
export const makeDirectoryCache = (folder: SharedFolder, capacity: number): DirectoryCache => {
  const entries = makeLruCache<Entry>(capacity)
  /** Each file is copied out of it before the next is read into it. */
  const buffer = Buffer.allocUnsafeSlow(capacity === 0 ? 0 : oneWrite)

  /** Reads a file that is not changed meanwhile. */
  const read = (
    name: FileName,
    { descriptor, path: found, root }: ContainedFile
  ): SmallFile | undefined => {
    const path = `${folder.path}/${name}`
    const before = fstatSync(descriptor)
    const details = detailsOf(fstatSync(descriptor, { bigint: true }))
    const size = readWhole(descriptor, buffer)
    const stats = fstatSync(descriptor)
    if (size !== stats.size || !isSame(before, stats)) return undefined
    const file = new SmallFile(details, buffer.subarray(0, size))
    const entry: Entry = { file, path, stats, folders: foldersOf(folder, name) }
    // The file system's own clock is this machine's, which no test's clock can stand for.
    if (found === `${root}/${name}` && Date.now() - stats.ctimeMs > settled && isCurrent(entry)) {
      // Cut from the path, for the name that came may be a part of all that its peer sent, and keep that in memory.
      entries.set(path.slice(folder.path.length + 1), entry, size)
    }
    return file
  }

  const open = (name: FileName): SmallFile | undefined => {
    const opened = openContained(folder, name)
    if (Result.isFailure(opened)) return undefined
    try {
      return read(name, opened.success)
    } catch {
      return undefined
    } finally {
      closeSync(opened.success.descriptor)
    }
  }

  /** Whether it is worth opening: a file of the right size, as far as its path tells. */
  const isSmall = (name: FileName): boolean => {
    try {
      const stats = statSync(`${folder.path}/${name}`, { throwIfNoEntry: false })
      return stats !== undefined && stats.isFile() && stats.size <= oneWrite
    } catch {
      return false
    }
  }

  const getIfPresent = (name: FileName): SmallFile | undefined => {
    const entry = entries.get(name)
    if (entry !== undefined) {
      if (isCurrent(entry)) return entry.file
      entries.delete(name)
    }
    return isSmall(name) ? open(name) : undefined
  }

  return { getIfPresent: capacity === 0 ? () => undefined : getIfPresent }
}
