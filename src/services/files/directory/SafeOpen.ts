/**
 * Opens a file of a folder and makes sure that it lies inside. Names cannot lead out (FileName), but links can, and a
 * path that was inside when it was looked at may be outside when it is opened; so the open file itself is asked where
 * it is. Nothing but a regular file is ever opened for reading: opening a FIFO or a device can block or act.
 *
 * All of it is synchronous, as nginx opens files: by way of the thread pool, a GET of 1 KiB took 300 µs of processor
 * time, and takes 120 with only the reading left to the pool. The bytes of the file are not read here.
 */
import { Result } from "effect"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { type FileName, fromText, isHidden } from "../../../domain/FileName.ts"
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
import { sep } from "node:path"

/** Linux's O_PATH (fcntl.h, the same on every architecture Node runs on), which Node does not name: a handle that cannot read. */
const O_PATH = 0o10000000

/** A regular file inside the folder, open for reading; it is closed by whoever has it. */
export interface ContainedFile {
  readonly descriptor: number
  /** Where it really is, with every link resolved. */
  readonly path: string
}

/** The folder, and whether names with a part that begins with a dot are shared. */
export interface Folder {
  /** Absolute, with every link resolved. */
  readonly root: string
  readonly hidden: boolean
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

/** Whether `folder` shares what lies at `path`, an absolute path with every link resolved. */
export const isInside = ({ hidden, root }: Folder, path: string): boolean => {
  const prefix = root.endsWith(sep) ? root : root + sep
  if (path === root) return true
  const name = path.startsWith(prefix) ? fromText(path.slice(prefix.length)) : undefined
  return name !== undefined && (hidden || !isHidden(name))
}

const requireInside = (folder: Folder, path: string): void => {
  if (!isInside(folder, path)) throw new FileNotFound()
}

const requireRegular = (stats: Stats): void => {
  if (!stats.isFile()) throw new FileNotFound()
}

const descriptors = "/proc/self/fd"

/** On Linux nothing can be swapped between looking and opening: O_PATH holds the file, which is reopened through itself. */
const openHeld = (folder: Folder, name: FileName): ContainedFile => {
  const held = openSync(`${folder.root}/${name}`, O_PATH)
  try {
    const itself = `${descriptors}/${held}`
    requireRegular(fstatSync(held))
    const path = readlinkSync(itself)
    requireInside(folder, path)
    return { descriptor: openSync(itself, constants.O_RDONLY), path }
  } finally {
    closeSync(held)
  }
}

/** Elsewhere the path is resolved once the file is open, and must then still lead to that very file. */
const openResolved = (folder: Folder, name: FileName): ContainedFile => {
  const path = `${folder.root}/${name}`
  requireRegular(statSync(path))
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const resolved = realpathSync.native(path)
    requireInside(folder, resolved)
    const opened = fstatSync(descriptor)
    const found = statSync(resolved)
    requireRegular(opened)
    if (opened.dev !== found.dev || opened.ino !== found.ino) throw new FileNotFound()
    return { descriptor, path: resolved }
  } catch (cause) {
    closeSync(descriptor)
    throw cause
  }
}

const openFile = existsSync(descriptors) && process.platform === "linux" ? openHeld : openResolved

/** Of a folder that is gone, nobody can say what was in it. */
const unlessFolderIsGone =
  ({ root }: Folder) =>
  (error: FileNotFound | StoreUnavailable): FileNotFound | StoreUnavailable => {
    if (error._tag === "StoreUnavailable" || existsSync(root)) return error
    return new StoreUnavailable({ cause: new Error("the shared folder is gone") })
  }

/**
 * Opens the file of this name; `FileNotFound` unless it is a regular file that `folder` shares, `StoreUnavailable`
 * where the folder itself is not there.
 */
export const openContained = (
  folder: Folder,
  name: FileName
): Result.Result<ContainedFile, FileNotFound | StoreUnavailable> =>
  // A hidden link may lead to what is not hidden.
  isHidden(name) && !folder.hidden
    ? Result.fail(new FileNotFound())
    : Result.mapError(
        Result.try({ try: () => openFile(folder, name), catch: fromFileSystem }),
        unlessFolderIsGone(folder)
      )
