/**
 * Lists all files that a folder shares, some entries at a time. Each folder is held open while it is read, and its real
 * path is checked before any of its names is used: a folder that was exchanged for a link meanwhile adds no names.
 *
 * However many links lead to a folder, its files are listed once: under their names without links, if those are shared.
 * A folder whose own name is hidden is listed under the first link, in the order of bytes, that leads to it or to a
 * folder that contains it; links inside such folders come after those outside. So a listing ends, and is the same each
 * time, whatever the links are. A file can still be requested through any of them.
 */
import { Effect, Semaphore, Stream } from "effect"
import { isReadonlyArrayNonEmpty, type NonEmptyReadonlyArray } from "effect/Array"
import { StoreUnavailable } from "../../../domain/Errors.ts"
import { byBytes, type FileName, lastPart } from "../../../domain/FileName.ts"
import { closeSync, type Dir, type Dirent } from "node:fs"
import { opendir } from "node:fs/promises"
import { entryName } from "./DirectoryEntryName.ts"
import type { LogOnce } from "./LogOnce.ts"
import { type Held, hold, isStillHeld } from "./SafeOpen.ts"
import { isShared, relativeTo, rootOf, type SharedFolder } from "./SharedFolder.ts"

/** Entries read at a time; the event loop turns between two readings. A thousand take about 1 ms. */
const batchSize = 1024

/** How many walks run at a time; further ones wait. More would only make the disk seek. */
const mostWalks = 2

/** A folder to be read: its name in the store, and the real path that it must have. */
interface Place {
  readonly name: string
  readonly path: string
}

/** A walk, and what it has found so far. */
interface Walk {
  readonly folder: SharedFolder
  /** The real path of the shared folder when the walk began. */
  readonly root: string
  readonly log: LogOnce
  /** The folders that are still to be read. */
  readonly folders: Array<Place>
  /** Folders whose own name is not shared, by real path, and the name of the first link to each. */
  readonly linked: Map<string, string>
}

/** Adds the folder that a link leads to, unless it is listed under its own name. */
const addLinked = ({ folder, linked, root }: Walk, name: FileName, target: string): void => {
  const own = relativeTo(root, target)
  if (own === undefined || own === "" || isShared(folder, own)) return
  const other = linked.get(target)
  if (other === undefined || byBytes(name, other) < 0) linked.set(target, name)
}

/** The file that a link leads to, if there is one inside. */
const follow = (walk: Walk, name: FileName, path: string): FileName | undefined => {
  if (!walk.folder.links) return undefined
  let held: Held
  try {
    held = hold(path)
  } catch {
    return undefined
  }
  closeSync(held.descriptor)
  if (held.stats.isDirectory()) addLinked(walk, name, held.path)
  return held.stats.isFile() && relativeTo(walk.root, held.path) !== undefined ? name : undefined
}

/** The name of an entry, if it is a shared file; a folder is added to those still to be read. */
const look = (walk: Walk, place: Place, access: string, entry: Dirent): FileName | undefined => {
  const name = entryName(walk.folder, walk.log, place.name, entry.name)
  if (name === undefined) return undefined
  if (entry.isFile()) return name
  const part = lastPart(name)
  if (entry.isDirectory()) walk.folders.push({ name, path: `${place.path}/${part}` })
  return entry.isSymbolicLink() ? follow(walk, name, `${access}/${part}`) : undefined
}

/** The next entries of a folder. Reading the first fetches a batch from the system, whose others are read synchronously. */
const readBatch = async (directory: Dir): Promise<ReadonlyArray<Dirent>> => {
  const batch: Array<Dirent> = []
  for (
    let entry = await directory.read();
    entry !== null;
    entry = batch.length < batchSize ? directory.readSync() : null
  ) {
    batch.push(entry)
  }
  return batch
}

/** The error of a folder whose real path is not the expected one. */
const moved = Object.assign(new Error("the folder has moved"), { code: "ENOENT" })

/** The names of the files of a folder, some at a time. Entries are read as latin1, for they may not be UTF-8. */
async function* filesOf(
  walk: Walk,
  place: Place,
  held: Held
): AsyncGenerator<NonEmptyReadonlyArray<FileName>> {
  if (held.path !== place.path) throw moved
  const directory = await opendir(held.access, { encoding: "latin1", bufferSize: batchSize })
  try {
    if (!isStillHeld(held)) throw moved
    for (;;) {
      const entries = await readBatch(directory)
      if (entries.length === 0) return
      const names: Array<FileName> = []
      for (const entry of entries) {
        const name = look(walk, place, held.access, entry)
        if (name !== undefined) names.push(name)
      }
      if (isReadonlyArrayNonEmpty(names)) yield names
    }
  } finally {
    await directory.close()
  }
}

/** Without descriptors or memory a listing would be incomplete, so it fails. */
const exhausted: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOMEM"])
const vanished: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "ELOOP"])
const forbidden: ReadonlySet<unknown> = new Set(["EACCES", "EPERM"])

/** Leaves out a folder that vanished during the walk or cannot be read; throws if it is the shared folder itself. */
const passOver = ({ log }: Walk, { name }: Place, cause: unknown): void => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (name === "" || exhausted.has(code)) throw cause
  if (forbidden.has(code)) log.add("folder.forbidden", name)
  else if (!vanished.has(code)) log.add("folder.unreadable", name, cause)
}

/** The names in the folders that are still to be read, and in those inside them. */
async function* namesBelow(
  walk: Walk,
  isNew: (held: Held) => boolean
): AsyncGenerator<NonEmptyReadonlyArray<FileName>> {
  for (let place = walk.folders.pop(); place !== undefined; place = walk.folders.pop()) {
    try {
      const held = hold(place.path)
      try {
        if (isNew(held)) yield* filesOf(walk, place, held)
      } finally {
        closeSync(held.descriptor)
      }
    } catch (cause) {
      passOver(walk, place, cause)
    }
  }
}

/** The shared names, in no order. */
async function* namesOf(
  folder: SharedFolder,
  log: LogOnce
): AsyncGenerator<NonEmptyReadonlyArray<FileName>> {
  const root = rootOf(folder)
  const walk: Walk = { folder, root, log, folders: [{ name: "", path: root }], linked: new Map() }
  yield* namesBelow(walk, () => true)

  const seen = new Set<string>()
  const isNew = ({ stats }: Held): boolean => {
    const size = seen.size
    return seen.add(`${stats.dev}:${stats.ino}`).size > size
  }
  while (walk.linked.size > 0) {
    const round = [...walk.linked].sort(([, self], [, that]) => byBytes(self, that))
    walk.linked.clear()
    for (const [path, name] of round) {
      walk.folders.push({ name, path })
      yield* namesBelow(walk, isNew)
    }
  }
}

/** Walks of one folder. */
export interface DirectoryWalk {
  /** Every shared name, once and in no order. What vanishes during the walk or cannot be read is left out. */
  readonly names: Stream.Stream<FileName, StoreUnavailable>
}

/** Walks of `folder`; what they leave out is logged through `log`. */
export const makeDirectoryWalk = (folder: SharedFolder, log: LogOnce): DirectoryWalk => {
  const walks = Semaphore.makeUnsafe(mostWalks)
  const walk = Stream.suspend(() =>
    Stream.fromAsyncIterable(namesOf(folder, log), (cause) => new StoreUnavailable({ cause })).pipe(
      Stream.flattenArray,
      Stream.ensuring(log.flush)
    )
  )
  return { names: Stream.unwrap(Effect.as(Semaphore.takeScoped(walks, 1), walk)) }
}
