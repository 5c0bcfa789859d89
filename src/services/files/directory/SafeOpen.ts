/**
 * Opens a file or a folder of the shared folder and makes sure that it lies inside. Names cannot lead out (FileName),
 * but links can, and a path that was inside when it was looked at may be outside when it is opened; so what is open is
 * itself asked where it is. Nothing but a regular file is ever opened for reading bytes: opening a FIFO or a device can
 * block or act.
 *
 * Whether a name is hidden is a matter of the name that was asked for; where a link leads is only a matter of inside
 * or outside. A Kubernetes volume is so served (`app.conf -> ..data/app.conf`); SECURITY.md says what else that opens.
 *
 * All of it is synchronous, as nginx opens files: by way of the thread pool, a GET of 1 KiB took 300 µs of processor
 * time, and takes 120 with only the reading left to the pool. The bytes of the file are not read here.
 */
import { Result } from "effect"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { type FileName, type FolderName, isHidden } from "../../../domain/FileName.ts"
import {
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

/** A regular file inside the folder, open for reading; it is closed by whoever has it. */
export interface ContainedFile {
  readonly descriptor: number
  /** Where it really is, with every link resolved. */
  readonly path: string
  /** Where the folder was as the file was opened. */
  readonly root: string
}

/** What the errors of the file system mean to a client: a name that cannot lead to a file, or a store in trouble. */
const fromFileSystem = (cause: unknown): FileNotFound | StoreUnavailable => {
  if (cause instanceof FileNotFound) return cause
  return cause instanceof Error && "code" in cause && absent.has(cause.code)
    ? new FileNotFound()
    : new StoreUnavailable({ cause })
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

/** Whether the system tells of a descriptor where what it holds lies, and opens that again through it. */
const hasProcFd = existsSync(descriptors) && process.platform === "linux"

/** The name in the file system of what a descriptor holds, whatever happens to its path. */
const itself = (descriptor: number): string => `${descriptors}/${descriptor}`

/** Whether what lies at `path` may be shared under `name`. */
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
 * Where the shared folder is, if it shares under `name` what lies at `path`. A folder that was switched between the
 * opening and this look shares it too: it did when it was opened.
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

/** On Linux nothing can be swapped between looking and opening: O_PATH holds the file, which is reopened through itself. */
const openHeld = (folder: SharedFolder, name: FileName): ContainedFile => {
  const root = rootOf(folder)
  const held = openSync(`${folder.path}/${name}`, O_PATH)
  try {
    requireRegular(fstatSync(held))
    const path = readlinkSync(itself(held))
    return {
      root: requireInside(folder, root, name, path),
      descriptor: openSync(itself(held), constants.O_RDONLY),
      path
    }
  } finally {
    closeSync(held)
  }
}

const isSame = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino

/** Elsewhere the path is resolved once the file is open, and must then still lead to that very file. */
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

/** Of a folder that is gone, nobody can say what was in it. */
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
        Result.try({ try: () => openFile(folder, name), catch: fromFileSystem }),
        unlessFolderIsGone(folder)
      )

/** A folder or a file that is held, so that nothing can be put in its place: what it is, and where. */
export interface Held {
  readonly descriptor: number
  readonly stats: Stats
  /** Where it really is, with every link resolved. */
  readonly path: string
  /** How to open it, or what is in it, while it is held. */
  readonly access: string
}

/** To open anything else can block or act. */
const requireHarmless = (stats: Stats): void => {
  if (!stats.isFile() && !stats.isDirectory()) throw new FileNotFound()
}

/**
 * Holds what lies at `path`; it is let go by whoever has it, with `closeSync`. Elsewhere than on Linux what is held can
 * only be opened by its path, which is looked at before and after.
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
    throw cause
  }
}

/** Whether the path by which something was opened still leads to what is held. */
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
        Result.try({ try: () => holdInside(folder, name), catch: fromFileSystem }),
        unlessFolderIsGone(folder)
      )
