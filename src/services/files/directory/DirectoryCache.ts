/**
 * Keeps small files of a folder in memory, and checks with one `lstat` at each use that the file is still the same. A GET
 * of 1 KiB then takes 27 µs of processor time (a PING 18; opening and reading each time, 60; in the thread pool, 120). No
 * file watcher is used: its events came after the rename had returned. Opening files: SafeOpen.
 *
 * A file is the same while device, inode, size, mtime and ctime are: every write, rename, link and change of permission
 * sets the ctime (Timestamps).
 *
 * Only a file whose path has no link inside the shared folder is kept, and each folder of its path is checked to be no
 * link at each use: a folder that was moved out and linked back is noticed. Paths begin with the shared folder's as it
 * was given: if that is a link that was switched, the check finds the other file.
 *
 * Reading is synchronous: 1 µs from the page cache, up to some 10 ms from a slow disk, which block the event loop. For
 * folders on such disks there is `--cache 0`, with which everything is read in the thread pool.
 */
import { Result } from "effect"
import { closeSync, fstatSync, readSync, type Stats, statSync } from "node:fs"
import type { FileName } from "../../../domain/FileName.ts"
import { bufferSize } from "../../../domain/BufferSize.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import { type ContainedFile, openContained } from "./SafeOpen.ts"
import type { SharedFolder } from "./SharedFolder.ts"
import { sha256Of } from "../Digest.ts"
import { detailsOf } from "./DirectoryDetails.ts"
import { isOldEnough, isUnchanged, lstatOrUndefined } from "./Timestamps.ts"
import type { FileDetails, WholeFile } from "../FileStore.ts"
import { makeLruCache } from "../LruCache.ts"

const isSame = (one: Stats, other: Stats): boolean =>
  one.size === other.size && isUnchanged(one, other)

/** A small file in memory. */
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

/** A cached file, and what is compared to know whether it is still the same. */
interface Entry {
  readonly file: SmallFile
  readonly path: string
  readonly stats: Stats
  /** The folders between the shared one and the file. */
  readonly folders: ReadonlyArray<string>
}

const isCurrent = ({ folders, path, stats }: Entry): boolean => {
  const now = lstatOrUndefined(path)
  if (now === undefined || !isSame(now, stats)) return false
  for (const folder of folders) if (lstatOrUndefined(folder)?.isDirectory() !== true) return false
  return true
}

/**
 * Below more folders nothing is kept: to look at each at every use takes longer than to read the file anew. Below a
 * thousand it took 30 ms, in which nobody else was answered.
 */
const mostFolders = 64

/** The paths of the folders in a name. */
const foldersOf = ({ path }: SharedFolder, name: FileName): ReadonlyArray<string> => {
  const parts = name.split("/")
  return parts.slice(1).map((_, index) => `${path}/${parts.slice(0, index + 1).join("/")}`)
}

/** Reads the file into the buffer, up to the end of either; returns the number of bytes. */
const readWhole = (descriptor: number, buffer: Buffer): number => {
  for (let filled = 0; ;) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, filled)
    filled += count
    if (count === 0 || filled === buffer.length) return filled
  }
}

/** The small files of a folder. */
export interface DirectoryCache {
  /** The file, if it has at most `bufferSize` bytes and can be read; else `undefined`. */
  readonly getIfPresent: (name: FileName) => WholeFile | undefined
}

/** A cache of up to `capacity` bytes; with 0, `getIfPresent` always returns `undefined`. */
export const makeDirectoryCache = (folder: SharedFolder, capacity: number): DirectoryCache => {
  const entries = makeLruCache<Entry>(capacity)
  /** Used for one file after the other, each of which is copied out of it. */
  const buffer = Buffer.allocUnsafeSlow(capacity === 0 ? 0 : bufferSize)

  /** Reads a file; `undefined` if it changes meanwhile. */
  const read = (
    name: FileName,
    { descriptor, path: found, root }: ContainedFile
  ): SmallFile | undefined => {
    const path = `${folder.path}/${name}`
    // `Date.now`, because the ctime is of the machine's clock, which a TestClock does not replace.
    const began = Date.now()
    const before = fstatSync(descriptor)
    const details = detailsOf(fstatSync(descriptor, { bigint: true }))
    const size = readWhole(descriptor, buffer)
    const stats = fstatSync(descriptor)
    if (size !== stats.size || !isSame(before, stats)) return undefined
    const file = new SmallFile(details, buffer.subarray(0, size))
    if (name.split("/").length - 1 > mostFolders) return file
    const entry: Entry = { file, path, stats, folders: foldersOf(folder, name) }
    if (found === `${root}/${name}` && isOldEnough(stats, began) && isCurrent(entry)) {
      // The key is a slice of the path: `name` may be a slice of the client's input, and keep that in memory.
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

  /** Whether the path leads to a regular file of at most `bufferSize` bytes. */
  const isSmall = (name: FileName): boolean => {
    try {
      const stats = statSync(`${folder.path}/${name}`, { throwIfNoEntry: false })
      return stats !== undefined && stats.isFile() && stats.size <= bufferSize
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
