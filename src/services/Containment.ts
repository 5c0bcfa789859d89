/**
 * Opens a file of a folder and makes sure that it lies inside. Names cannot lead out (FileName), but links can, and a
 * path that was inside when it was looked at may be outside when it is opened; so the open file itself is asked where
 * it is. Nothing but a regular file is ever opened for reading: opening a FIFO or a device can block or act.
 */
import { Effect, Scope } from "effect"
import { FileNotFound, StoreUnavailable } from "../domain/Errors.ts"
import { type FileName, fromText, isHidden } from "../domain/FileName.ts"
import { type BigIntStats, constants, existsSync } from "node:fs"
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises"
import { sep } from "node:path"

/** Linux's O_PATH (fcntl.h, the same on every architecture Node runs on), which Node does not name: a handle that cannot read. */
const O_PATH = 0o10000000

/** A regular file inside the folder, open for reading. */
export interface ContainedFile {
  readonly handle: FileHandle
  readonly stats: BigIntStats
}

/** The folder, and whether names with a part that begins with a dot are shared. */
export interface Folder {
  /** Absolute, with every link resolved. */
  readonly root: string
  readonly hidden: boolean
}

/** What the errors of the file system mean to a client: a name that cannot lead to a file, or a store in trouble. */
const fromFileSystem = (cause: unknown): FileNotFound | StoreUnavailable =>
  cause instanceof Error && "code" in cause && absent.has(cause.code)
    ? new FileNotFound()
    : new StoreUnavailable({ cause })

const absent: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ENAMETOOLONG",
  "ELOOP",
  "EISDIR",
  "ENXIO"
])

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, FileNotFound | StoreUnavailable> =>
  Effect.tryPromise({ try: run, catch: fromFileSystem })

/** A handle that is closed with the scope; closing waits for reads that are under way. */
const openHandle = (path: string, flags: number) =>
  Effect.acquireRelease(
    attempt(() => open(path, flags)),
    (handle) => Effect.ignore(attempt(() => handle.close()))
  )

/** Whether `folder` shares what lies at `path`, an absolute path with every link resolved. */
export const isInside = ({ hidden, root }: Folder, path: string): boolean => {
  const prefix = root.endsWith(sep) ? root : root + sep
  if (path === root) return true
  const name = path.startsWith(prefix) ? fromText(path.slice(prefix.length)) : undefined
  return name !== undefined && (hidden || !isHidden(name))
}

const requireInside = (folder: Folder, path: string): Effect.Effect<void, FileNotFound> =>
  isInside(folder, path) ? Effect.void : Effect.fail(new FileNotFound())

const requireRegular = (stats: BigIntStats): Effect.Effect<void, FileNotFound> =>
  stats.isFile() ? Effect.void : Effect.fail(new FileNotFound())

const descriptors = "/proc/self/fd"

/** On Linux nothing can be swapped between looking and opening: O_PATH holds the file, which is reopened through itself. */
const openHeld = (folder: Folder, name: FileName) =>
  Effect.scopedWith((brief) =>
    Effect.gen(function* () {
      const held = yield* openHandle(`${folder.root}/${name}`, O_PATH).pipe(Scope.provide(brief))
      const itself = `${descriptors}/${held.fd}`
      yield* requireRegular(yield* attempt(() => held.stat({ bigint: true })))
      yield* requireInside(folder, yield* attempt(() => readlink(itself)))
      return yield* openHandle(itself, constants.O_RDONLY)
    })
  )

/** Elsewhere the path is resolved once the file is open, and must then still lead to that very file. */
const openResolved = (folder: Folder, name: FileName) =>
  Effect.gen(function* () {
    const path = `${folder.root}/${name}`
    yield* requireRegular(yield* attempt(() => stat(path, { bigint: true })))
    const handle = yield* openHandle(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const resolved = yield* attempt(() => realpath(path))
    yield* requireInside(folder, resolved)
    const opened = yield* attempt(() => handle.stat({ bigint: true }))
    const found = yield* attempt(() => stat(resolved, { bigint: true }))
    return opened.dev === found.dev && opened.ino === found.ino ? handle : yield* new FileNotFound()
  })

const openFile = existsSync(descriptors) && process.platform === "linux" ? openHeld : openResolved

/** Opens the file of this name until the scope closes; `FileNotFound` unless it is a regular file that `folder` shares. */
export const openContained: (
  folder: Folder,
  name: FileName
) => Effect.Effect<ContainedFile, FileNotFound | StoreUnavailable, Scope.Scope> = Effect.fnUntraced(
  function* (folder, name) {
    // A hidden link may lead to what is not hidden.
    if (isHidden(name) && !folder.hidden) return yield* new FileNotFound()
    const handle = yield* openFile(folder, name)
    const stats = yield* attempt(() => handle.stat({ bigint: true }))
    yield* requireRegular(stats)
    return { handle, stats }
  }
)
