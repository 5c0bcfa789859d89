/**
 * Reads the names in one folder. The folder is held open meanwhile, and its real path is checked before any of its names
 * is used, so that a folder that was replaced by a link yields nothing. Small folders are read synchronously, which takes
 * less time than a message to a thread; large ones by ReadThread. Keeping the result: Folders.
 */
import { Effect } from "effect"
import { closeSync, type Dirent, opendirSync } from "node:fs"
import { StoreUnavailable } from "../../../../domain/Errors.ts"
import { type LogOnce, most as mostTold } from "../LogOnce.ts"
import { type Held, hold, isStillHeld, namingPath } from "../SafeOpen.ts"
import type { SharedFolder } from "../SharedFolder.ts"
import type { Identity } from "../Timestamps.ts"
import { FolderNames, pack, type PackedNames, type Shared } from "./FolderNames.ts"
import type { ReadThread } from "./ReadThread.ts"

/** A folder to be read: its name in the store, "" for the shared folder itself, and where it must lie. */
export interface Place {
  readonly name: string
  readonly path: string
  /** Whether the question fails if the folder cannot be read; else it is left out. The shared folder is always required. */
  readonly isRequired?: boolean
}

/** A folder as it was read. */
export interface Folder {
  readonly names: FolderNames
  /** Of the folder before it was read: as long as it is the same, it has these names. */
  readonly identity: Identity | undefined
}

/** The result for a folder that vanished or cannot be read. */
const nothing: Folder = {
  names: new FolderNames(pack([], { hidden: false, links: false, mostUnshareable: 0 })),
  identity: undefined
}

/** How many entries are read synchronously, at most: about a millisecond. */
const mostAtOnce = 1024

/** How many entries Node reads at a time. With 1,024 in place of 128, a folder of 100 entries took twice as long. */
const readTogether = 128

/** Out of descriptors or memory, a listing must fail: it would lack files that are there. */
const exhausted: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOMEM"])
const vanished: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "ELOOP"])
const forbidden: ReadonlySet<unknown> = new Set(["EACCES", "EPERM"])

/** The held folder's real path is another than the one it was opened by: it vanished, and something else may be there. */
export const moved = Object.assign(new Error("the folder has moved"), { code: "ENOENT" })

/** The bytes of a name that is no text, and a backslash, as people write them. */
const escapeBytes = (latin1: string): string =>
  latin1.replace(
    /[\\\u0080-\u00ff]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`
  )

/** The entries of a folder, `undefined` where there are more than are read at once. */
const readEntries = (access: string): ReadonlyArray<Dirent> | undefined => {
  const directory = opendirSync(access, { encoding: "latin1", bufferSize: readTogether })
  try {
    const entries: Array<Dirent> = []
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (entries.push(entry) > mostAtOnce) return undefined
    }
    return entries
  } finally {
    directory.closeSync()
  }
}

/** Reads folders. */
export interface FolderReader {
  /**
   * The folder at a place, with an effect where it is large. A folder that vanished or cannot be read has no names;
   * throws, and fails with StoreUnavailable, where that is the shared folder itself, or nothing can be read.
   */
  readonly read: (place: Place) => Folder | Effect.Effect<Folder, StoreUnavailable>
}

/** Reads folders within `folder`; what is left out is logged to `log`. Unless `atOnce`, the thread reads small ones too. */
export const makeFolderReader = (
  { hidden, links }: SharedFolder,
  log: LogOnce,
  thread: ReadThread,
  atOnce: boolean
): FolderReader => {
  const shared: Shared = { hidden, links, mostUnshareable: mostTold + 1 }

  const folderOf = ({ name }: Place, held: Held, packed: PackedNames): Folder => {
    if (!isStillHeld(held)) throw moved
    const around = name === "" ? "" : `${name}/`
    for (const part of packed.unshareable) log.add("name.unshareable", around + escapeBytes(part))
    const { ctimeMs, dev, ino, mtimeMs } = held.stats
    return { names: new FolderNames(packed), identity: { ctimeMs, dev, ino, mtimeMs } }
  }

  /** A folder inside the shared one may vanish during the walk, or not be readable; the shared one must be there. */
  const passOver = ({ isRequired = false, name, path }: Place, thrown: unknown): Folder => {
    const cause = namingPath(thrown, path)
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    if (isRequired || name === "" || exhausted.has(code)) throw cause
    if (forbidden.has(code)) log.add("folder.forbidden", name)
    else if (!vanished.has(code)) log.add("folder.unreadable", name, cause)
    return nothing
  }

  const holdAt = ({ path }: Place): Held => {
    const held = hold(path)
    if (held.path === path) return held
    closeSync(held.descriptor)
    throw moved
  }

  const readAtOnce = (place: Place): Folder | undefined => {
    try {
      const held = holdAt(place)
      try {
        const entries = readEntries(held.access)
        return entries === undefined ? undefined : folderOf(place, held, pack(entries, shared))
      } finally {
        closeSync(held.descriptor)
      }
    } catch (cause) {
      return passOver(place, cause)
    }
  }

  const attempt = (place: Place, run: () => Folder): Effect.Effect<Folder, StoreUnavailable> =>
    Effect.try({
      try: () => {
        try {
          return run()
        } catch (cause) {
          return passOver(place, cause)
        }
      },
      catch: (cause) => new StoreUnavailable({ cause })
    })

  const readByThread = (place: Place): Effect.Effect<Folder, StoreUnavailable> =>
    Effect.suspend(() => {
      let held: Held
      try {
        held = holdAt(place)
      } catch (cause) {
        return attempt(place, () => {
          throw cause
        })
      }
      return thread.read(held.access, shared).pipe(
        Effect.flatMap((done) =>
          attempt(place, () => {
            if ("packed" in done) return folderOf(place, held, done.packed)
            throw Object.assign(new Error(done.refusal.message), { code: done.refusal.code })
          })
        ),
        Effect.ensuring(Effect.sync(() => closeSync(held.descriptor)))
      )
    })

  return {
    read: (place) => (atOnce ? readAtOnce(place) : undefined) ?? readByThread(place)
  }
}
