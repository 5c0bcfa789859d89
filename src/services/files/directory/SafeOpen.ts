/**
 * Opens a file or a folder inside the shared folder, and checks that it is inside. Names cannot lead out (FileName), but
 * links can, and a path that is inside when it is checked may be outside when it is opened; so the real path is taken
 * from the open descriptor. Only regular files are opened for reading bytes: opening a FIFO or a device can block or
 * have effects.
 *
 * Whether a name is hidden depends on the requested name only; where a link leads must only be inside. A Kubernetes
 * volume can be served because of that (`app.conf -> ..data/app.conf`); SECURITY.md says what else follows from it.
 *
 * All of it is synchronous, as nginx opens files: in the thread pool, a GET of 1 KiB took 300 µs of processor time, and
 * takes 120 with only the reading left to the pool. Reading the bytes: DirectoryFileStore, DirectoryCache.
 */
import { Result } from "effect"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { type FileName, type FolderName, isHidden } from "../../../domain/FileName.ts"
import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync
} from "node:fs"
import { isThere, relativeTo, rootOf, type SharedFolder } from "./SharedFolder.ts"

/** Linux's O_PATH (fcntl.h, the same on every architecture Node runs on), which Node does not name: a handle that cannot read. */
const O_PATH = 0o10000000

/** A regular file inside the folder, open for reading; the caller must close it. */
export interface ContainedFile {
  readonly descriptor: number
  /** Its real path, with every link resolved. */
  readonly path: string
  /** The real path of the shared folder when the file was opened. */
  readonly root: string
}

/** FileNotFound for the errors of a path that leads to no file, StoreUnavailable for all others. */
const fromFileSystem =
  (file: FolderName) =>
  (cause: unknown): FileNotFound | StoreUnavailable => {
    if (cause instanceof FileNotFound) return cause
    return cause instanceof Error && "code" in cause && absent.has(cause.code)
      ? new FileNotFound()
      : new StoreUnavailable({ cause, ...(file === "" ? {} : { file }) })
  }

const absent: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ENAMETOOLONG",
  "ELOOP",
  "EISDIR",
  "ENXIO"
])

const descriptors = "/proc/self/fd"

/** Whether the system gives the path of a descriptor and opens it again through /proc, as Linux does. */
const hasProcFd = existsSync(descriptors) && process.platform === "linux"

/** The path through which the system opens a descriptor's file again, whatever happens to the file's own path. */
const itself = (descriptor: number): string => `${descriptors}/${descriptor}`

/** A descriptor's path as the system's messages quote it. */
const quotedDescriptor = /'\/proc\/self\/fd\/\d+/

/** What the system threw, with `path` in its message where it names a descriptor, which tells nobody which file it was. */
export const namingPath = (cause: unknown, path: string): unknown =>
  cause instanceof Error && quotedDescriptor.test(cause.message)
    ? Object.assign(
        new Error(cause.message.replace(quotedDescriptor, () => `'${path}`)),
        "code" in cause ? { code: cause.code } : {}
      )
    : cause

/** Whether the file or folder whose real path is `path` may be shared under `name`. */
const mayBeShared = (
  { links }: SharedFolder,
  root: string,
  name: FolderName,
  path: string
): boolean => {
  const relative = relativeTo(root, path)
  return relative !== undefined && (links || relative === name)
}

/**
 * The real path of the shared folder, if the file at `path` may be sent under `name`; throws FileNotFound if not. Checks
 * with the folder's path before and after the opening, because its link may be switched in between.
 */
const requireInside = (
  folder: SharedFolder,
  before: string,
  name: FolderName,
  path: string
): string => {
  if (mayBeShared(folder, before, name, path)) return before
  const now = rootOf(folder)
  if (now !== before && mayBeShared(folder, now, name, path)) return now
  throw new FileNotFound()
}

const requireRegular = (stats: Stats): void => {
  if (!stats.isFile()) throw new FileNotFound()
}

/** On Linux nothing can be swapped between check and opening: an O_PATH descriptor holds the file, which is opened through it. */
const openHeld = (folder: SharedFolder, name: FileName): ContainedFile => {
  const root = rootOf(folder)
  let path = `${folder.path}/${name}`
  const held = openSync(path, O_PATH)
  try {
    requireRegular(fstatSync(held))
    path = readlinkSync(itself(held))
    return {
      root: requireInside(folder, root, name, path),
      descriptor: openSync(itself(held), constants.O_RDONLY),
      path
    }
  } catch (cause) {
    throw namingPath(cause, path)
  } finally {
    closeSync(held)
  }
}

const isSame = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino

/** On other systems the path is resolved once the file is open, and must then still lead to the same file. */
const openResolved = (folder: SharedFolder, name: FileName): ContainedFile => {
  const root = rootOf(folder)
  const path = `${folder.path}/${name}`
  requireRegular(statSync(path))
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const resolved = realpathSync.native(path)
    const opened = fstatSync(descriptor)
    requireRegular(opened)
    if (!isSame(opened, statSync(resolved))) throw new FileNotFound()
    return { descriptor, path: resolved, root: requireInside(folder, root, name, resolved) }
  } catch (cause) {
    closeSync(descriptor)
    throw cause
  }
}

const openFile = hasProcFd ? openHeld : openResolved

/** Where the shared folder itself is gone, a missing file is an unavailable store. */
const unlessFolderIsGone =
  (folder: SharedFolder) =>
  (error: FileNotFound | StoreUnavailable): FileNotFound | StoreUnavailable =>
    error._tag === "StoreUnavailable" || isThere(folder)
      ? error
      : new StoreUnavailable({ cause: new Error("the shared folder is gone") })

/**
 * Opens the file of this name; `FileNotFound` unless it is a regular file that `folder` shares, `StoreUnavailable`
 * where the folder itself is not there.
 */
export const openContained = (
  folder: SharedFolder,
  name: FileName
): Result.Result<ContainedFile, FileNotFound | StoreUnavailable> =>
  isHidden(name) && !folder.hidden
    ? Result.fail(new FileNotFound())
    : Result.mapError(
        Result.try({ try: () => openFile(folder, name), catch: fromFileSystem(name) }),
        unlessFolderIsGone(folder)
      )

/** A folder or a file held by a descriptor, so that nothing can be put in its place. */
export interface Held {
  readonly descriptor: number
  readonly stats: Stats
  /** Its real path, with every link resolved. */
  readonly path: string
  /** The path by which to open it, or what is in it, while it is held. */
  readonly access: string
}

/** The metadata of the file of this name, without opening it; fails as `openContained` does, but not if it is unreadable. */
export const statContained = (
  folder: SharedFolder,
  name: FileName
): Result.Result<BigIntStats, FileNotFound | StoreUnavailable> =>
  isHidden(name) && !folder.hidden
    ? Result.fail(new FileNotFound())
    : Result.mapError(
        Result.try({ try: () => statFile(folder, name), catch: fromFileSystem(name) }),
        unlessFolderIsGone(folder)
      )

const statFile = (folder: SharedFolder, name: FileName): BigIntStats => {
  const root = rootOf(folder)
  const held = hold(`${folder.path}/${name}`)
  try {
    requireRegular(held.stats)
    requireInside(folder, root, name, held.path)
    return fstatSync(held.descriptor, { bigint: true })
  } finally {
    closeSync(held.descriptor)
  }
}

/** Opening a FIFO or a device can block or have effects. */
const requireHarmless = (stats: Stats): void => {
  if (!stats.isFile() && !stats.isDirectory()) throw new FileNotFound()
}

/**
 * Holds what is at `path`; the caller must close the descriptor. Throws what the system throws. On other systems than
 * Linux it can only be opened by its path, so the caller must check `isStillHeld` after that.
 */
export const hold = (path: string): Held => {
  if (!hasProcFd) requireHarmless(statSync(path))
  const descriptor = openSync(path, hasProcFd ? O_PATH : constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(descriptor)
    if (hasProcFd) {
      const access = itself(descriptor)
      return { descriptor, stats, path: readlinkSync(access), access }
    }
    const resolved = realpathSync.native(path)
    if (!isSame(stats, statSync(resolved))) throw new FileNotFound()
    return { descriptor, stats, path: resolved, access: resolved }
  } catch (cause) {
    closeSync(descriptor)
    throw namingPath(cause, path)
  }
}

/** Whether the path still leads to what is held; on Linux always, because `access` does not depend on the path. */
export const isStillHeld = ({ path, stats }: Held): boolean => {
  if (hasProcFd) return true
  try {
    return realpathSync.native(path) === path && isSame(stats, statSync(path))
  } catch {
    return false
  }
}

/** A folder that is held, and where the shared folder was as it was opened. */
export interface HeldFolder {
  readonly held: Held
  readonly root: string
}

const holdInside = (folder: SharedFolder, name: FolderName): HeldFolder => {
  const root = rootOf(folder)
  const held = hold(name === "" ? root : `${folder.path}/${name}`)
  try {
    if (!held.stats.isDirectory()) throw new FileNotFound()
    return { held, root: requireInside(folder, root, name, held.path) }
  } catch (cause) {
    closeSync(held.descriptor)
    throw cause
  }
}

/**
 * Holds the folder of this name; it is let go by whoever has it. Fails as `openContained` does, with `FileNotFound`
 * unless it is a folder.
 */
export const holdContained = (
  folder: SharedFolder,
  name: FolderName
): Result.Result<HeldFolder, FileNotFound | StoreUnavailable> =>
  isHidden(name) && !folder.hidden
    ? Result.fail(new FileNotFound())
    : Result.mapError(
        Result.try({ try: () => holdInside(folder, name), catch: fromFileSystem(name) }),
        unlessFolderIsGone(folder)
      )
