/**
 * The calls on the file system that the client makes for each of many files. They are synchronous: for 10,000 small files
 * they took a third of the time of those that Node hands to its threads. Syncing waits for the disk, so it is left to the
 * threads, many files at a time, which lets a journaling file system write them together.
 */
import * as fs from "node:fs"
import { dirname } from "node:path"
import { promisify } from "node:util"
import { toSeconds } from "../files/placing/WholeFile.ts"
import type { LocalEntry } from "../mirror/Entries.ts"
import { systemError } from "../SystemError.ts"

// Windows has no O_NOFOLLOW; what is undefined adds no bit.
const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } =
  fs.constants

/** Error codes by which file systems say that there is nothing to sync, or that they do not keep times. */
const unsupported = new Set([
  "EINVAL",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "EPERM",
  "EISDIR",
  "EBADF"
])

/** The code of a system's error. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined

/** Runs a call that a file system need not support; whether it does. */
const ifSupported = (call: () => void): boolean => {
  try {
    call()
    return true
  } catch (error) {
    if (!unsupported.has(codeOf(error) ?? "")) throw error
    return false
  }
}

/** What stands at the path, no link followed; `undefined` where nothing does. */
export const entryAt = (path: string): LocalEntry | undefined => {
  let stats: fs.Stats | undefined
  try {
    stats = fs.lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // A part of the path is no folder, or the name is longer than the file system's.
    if (["ENOTDIR", "ENAMETOOLONG", "ELOOP"].includes(codeOf(error) ?? "")) return undefined
    throw error
  }
  if (stats === undefined) return undefined
  if (stats.isFile()) return { kind: "file", size: stats.size, modified: Math.floor(stats.mtimeMs) }
  return stats.isDirectory() ? { kind: "folder" } : { kind: "other" }
}

/** Whether two looks at a path saw the same. */
export const isSameEntry = (one: LocalEntry | undefined, other: LocalEntry | undefined): boolean =>
  one?.kind === "file" && other?.kind === "file"
    ? one.size === other.size && one.modified === other.modified
    : one?.kind === other?.kind

/** Sets the time of modification, where the file system keeps one; whether it does. */
export const setTimeOf = (file: string | number, milliseconds: number): boolean =>
  ifSupported(() => {
    const seconds = toSeconds(milliseconds)
    if (typeof file === "number") fs.futimesSync(file, seconds, seconds)
    else fs.lutimesSync(file, seconds, seconds)
  })

/** Creates a file that is not there yet, with these bytes and this time; whether the file system keeps times. */
export const writeFile = (
  path: string,
  bytes: Iterable<Uint8Array>,
  modified: number | undefined
): boolean => {
  const file = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666)
  try {
    for (const chunk of bytes) {
      for (let done = 0; done < chunk.length;) done += fs.writeSync(file, chunk, done)
    }
    return modified === undefined || setTimeOf(file, modified)
  } finally {
    fs.closeSync(file)
  }
}

const notRegular = systemError("EFTYPE", "it is no regular file")

/** Adds text to the end of a regular file, which is made where it is not there. Opening a FIFO does not wait for its reader. */
export const append = (path: string, text: string): void => {
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK
  const file = fs.openSync(path, flags, 0o600)
  try {
    if (!fs.fstatSync(file).isFile()) throw notRegular
    const bytes = Buffer.from(text)
    for (let done = 0; done < bytes.length;) done += fs.writeSync(file, bytes, done)
  } finally {
    fs.closeSync(file)
  }
}

const open = promisify(fs.open)
const fsync = promisify(fs.fsync)
const close = promisify(fs.close)

/** Windows flushes only what is open for writing (FlushFileBuffers); elsewhere a folder can be opened for reading alone. */
const toSync = process.platform === "win32" ? O_RDWR : O_RDONLY

const syncOne = async (path: string): Promise<boolean> => {
  let file: number | undefined
  try {
    file = await open(path, toSync)
    await fsync(file)
    return true
  } catch (error) {
    if (!unsupported.has(codeOf(error) ?? "")) throw error
    return false
  } finally {
    if (file !== undefined) await close(file)
  }
}

/** tmpfs keeps nothing on a disk (statfs(2), TMPFS_MAGIC); asking it for each file took a fifth of the time. */
const tmpfs = 0x01021994

/** Whether what is written into the folder has to be synced to be safe from a crash of the machine. */
export const needsSync = (folder: string): boolean => fs.statfsSync(folder).type !== tmpfs

/** Waits until the files, or folders, are on disk; of each, whether its file system syncs. */
export const syncAll = (paths: Iterable<string>): Promise<ReadonlyArray<boolean>> =>
  Promise.all(Array.from(paths, syncOne))

const syncFolder = (folder: string): Promise<boolean> =>
  syncOne(folder).catch((error: unknown) => {
    // A folder into which this user may write, but which it may not read, cannot be opened.
    if (codeOf(error) !== "EACCES") throw error
    return false
  })

/** Waits until the entries of the folders are on disk; of each, whether its file system syncs them. */
export const syncFolders = (folders: Iterable<string>): Promise<ReadonlyArray<boolean>> =>
  Promise.all(Array.from(folders, syncFolder))

/**
 * Waits until the names of files that were renamed are on disk, each of their folders synced once (fsync(2): syncing a
 * file does not sync the entry of its folder); of each, whether its file system syncs folders. Windows opens no folder
 * for that, and nothing is said of it there.
 */
export const syncNames = async (places: ReadonlyArray<string>): Promise<ReadonlyArray<boolean>> => {
  if (process.platform === "win32") return places.map(() => true)
  const folders = [...new Set(places.map((place) => dirname(place)))].filter(needsSync)
  const synced = await syncFolders(folders)
  const results = new Map(folders.map((folder, index) => [folder, synced[index] ?? false]))
  return places.map((place) => results.get(dirname(place)) ?? true)
}

/**
 * Renames, or copies where the two are on different file systems, as where another is mounted inside the folder: first to
 * the path that `spareOf` gives, beside `to`.
 */
export const moveInto = (from: string, to: string, spareOf: () => string): void => {
  try {
    fs.renameSync(from, to)
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error
    const spare = spareOf()
    try {
      copy(from, spare)
      syncCopy(spare)
      fs.renameSync(spare, to)
    } catch (cause) {
      fs.rmSync(spare, { force: true })
      throw cause
    }
    fs.unlinkSync(from)
  }
}

/** Waits until the bytes of a file that was just copied are on disk, where its file system syncs them. */
const syncCopy = (path: string): void => {
  if (!needsSync(path)) return
  const file = fs.openSync(path, toSync)
  try {
    ifSupported(() => fs.fsyncSync(file))
  } finally {
    fs.closeSync(file)
  }
}

/** Copies a file with its time; shares its blocks where the file system can (FICLONE, ioctl_ficlonerange(2)). */
export const copy = (from: string, to: string): void => {
  const { mtimeMs } = fs.lstatSync(from)
  fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE)
  setTimeOf(to, Math.floor(mtimeMs))
}
