/**
 * The entries of one folder, sorted. The folder is held open, and its path was checked, before any of its names is
 * returned. The names are those of the index (index/Folders); the metadata of each (EntryStats) is read as it is pulled, so that the
 * first page of a large folder does not wait for the last. Links are followed as `open` does: a link is looked up by
 * both of its keys, as a file and as a folder, and has an entry under one.
 */
import { Cause, Effect, Stream } from "effect"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import { FileNotFound, StoreUnavailable } from "../../../domain/Errors.ts"
import { byBytes, type FolderName } from "../../../domain/FileName.ts"
import { type BigIntStats, closeSync, fstatSync } from "node:fs"
import type { FileStore, FolderEntry } from "../FileStore.ts"
import { fileEntry } from "./DirectoryDetails.ts"
import { type EntryStats, lstatEntries } from "./EntryStats.ts"
import { asName, type FolderNames } from "./index/FolderNames.ts"
import { moved } from "./index/FolderReader.ts"
import type { Folders } from "./index/Folders.ts"
import type { LogOnce } from "./LogOnce.ts"
import type { InOwnTurn } from "./OwnTurn.ts"
import { type HeldFolder, hold, holdContained } from "./SafeOpen.ts"
import { isShared, relativeTo, type SharedFolder } from "./SharedFolder.ts"

/**
 * Entries looked at before others have their turn: about 2 ms. Each link is opened, so where there are links, fewer: 10 ms where
 * all are. Smaller batches of files made a page of a thousand 5 % slower, for the way to the folder is looked at for each.
 */
const batchSize = 1024
const batchSizeWithLinks = 256

/** A folder that is being read. */
interface Reading extends HeldFolder {
  readonly folder: SharedFolder
  readonly name: FolderName
}

/** What lies under a name, as `FolderEntry` tells it. */
interface Found {
  readonly stats: BigIntStats
  readonly isListedElsewhere: boolean
}

/** What a link leads to, if it is inside. */
const follow = ({ folder, root }: Reading, path: string): Found | undefined => {
  if (!folder.links) return undefined
  const held = hold(path)
  try {
    const own = relativeTo(root, held.path)
    if (own === undefined) return undefined
    const stats = fstatSync(held.descriptor, { bigint: true })
    return { stats, isListedElsewhere: own === "" || isShared(folder, own) }
  } finally {
    closeSync(held.descriptor)
  }
}

/** What lies under this name, followed where it is a link; `undefined` where nothing does that is shared. */
const found = (reading: Reading, part: string, stats: EntryStats): Found | undefined => {
  if (stats?.isSymbolicLink() !== true) return stats && { stats, isListedElsewhere: false }
  try {
    return follow(reading, `${reading.held.access}/${part}`)
  } catch {
    // Whatever it leads to, it could not be opened either.
    return undefined
  }
}

/** What stands before the keys of a folder in whole names. */
const prefixOf = (name: FolderName): string => (name === "" ? "" : `${name}/`)

/** The index of the folder's first key that sorts after `after`, which is a whole name. */
const indexAfter = (names: FolderNames, name: FolderName, after: string): number => {
  const prefix = prefixOf(name)
  if (after.startsWith(prefix))
    return names.indexOf(encoder.encode(after.slice(prefix.length)), true)
  return byBytes(after, prefix) < 0 ? 0 : names.length
}

const encoder = new TextEncoder()

/** What a key is the key of. */
const partOf = (key: string): string => (key.endsWith("/") ? key.slice(0, -1) : key)

/** The entry of a key, if it still is what it was when the key was read. */
const entryOf = (reading: Reading, key: string, under: EntryStats): FolderEntry | undefined => {
  const part = partOf(key)
  const name = asName(prefixOf(reading.name) + part)
  const at = found(reading, part, under)
  if (at === undefined) return undefined
  const { isListedElsewhere, stats } = at
  if (key.endsWith("/")) {
    if (!stats.isDirectory()) return undefined
    const modified = Number(stats.mtimeMs)
    return { kind: "folder", name, modified, id: `${stats.dev}:${stats.ino}`, isListedElsewhere }
  }
  // A size beyond 2^53 is none that could be told, nor could the file be opened.
  return stats.isFile() && stats.size <= Number.MAX_SAFE_INTEGER
    ? fileEntry(name, stats)
    : undefined
}

/** The entries of these keys. */
const entriesOf = (reading: Reading, keys: ReadonlyArray<string>): ReadonlyArray<FolderEntry> =>
  lstatEntries(reading.held, keys.map(partOf), (stats, index) =>
    entryOf(reading, keys[index] ?? "", stats)
  ).filter((entry) => entry !== undefined)

/** Some of the keys in a folder: those from one index to another, that one not included. */
interface Some {
  readonly names: FolderNames
  readonly from: number
  readonly to: number
}

/** The keys of entries. What a link leads to, its folder does not know: each is followed. */
const entryKeysOf = (reading: Reading, { from, names, to }: Some): ReadonlyArray<string> => {
  const keys = names.keysBehind(prefixOf(reading.name), from, to, (key) => key)
  const dead = new Set<string>()
  for (let special = names.specialFrom(from); names.specialAt(special) < to; special++) {
    const index = names.specialAt(special)
    if (names.isLinkAt(special) && entriesOf(reading, [names.keyAt(index)]).length === 0)
      dead.add(keys[index - from] ?? "")
  }
  return dead.size === 0 ? keys : keys.filter((key) => !dead.has(key))
}

/** What `make` makes of the keys from an index on, some at a time. */
const streamFrom = <A>(
  names: FolderNames,
  first: number,
  make: (some: Some) => Effect.Effect<ReadonlyArray<A>>
): Stream.Stream<A, StoreUnavailable> =>
  Stream.fromPull(
    Effect.sync(() => {
      let next = first
      return Effect.gen(function* () {
        while (next < names.length) {
          const from = next
          next = Math.min(names.length, from + (names.hasLinks ? batchSizeWithLinks : batchSize))
          const some = { names, from, to: next }
          const made = yield* make(some)
          // What is made of them is another turn's: the first time, each of the two takes 15 ms.
          if (isReadonlyArrayNonEmpty(made)) return yield* Effect.as(Effect.yieldNow, made)
        }
        return yield* Cause.done()
      })
    })
  )

/** The names in the folder that is held, as it is now. */
const namesIn = (folders: Folders, { held, name }: Reading) =>
  Effect.suspend(() => {
    const failed = (cause: unknown) =>
      cause === moved
        ? new FileNotFound()
        : new StoreUnavailable({ cause, ...(name === "" ? {} : { file: name }) })
    try {
      const folder = folders.visit({ name, path: held.path, isRequired: true })
      return Effect.isEffect(folder)
        ? Effect.mapError(folder, ({ cause }) => failed(cause))
        : Effect.succeed(folder)
    } catch (cause) {
      return Effect.fail(failed(cause))
    }
  })

/** Entries that were looked at. */
interface Looked extends Some {
  readonly folder: FolderName
  /** Of the folder itself (inode(7)): another may have come to its name meanwhile, by a rename around it. */
  readonly dev: number
  readonly ino: number
  /** Questions and looks are numbered in the order in which they begin. */
  readonly number: number
  readonly entries: ReadonlyArray<FolderEntry>
}

/**
 * Looks at entries, in a turn of its own; who asked for the same before the look began has its result too, which is as
 * new as it could wish: a page of a thousand, asked for by eight again and again, took a sixth of the processor's time.
 */
const makeLook = (inOwnTurn: InOwnTurn) => {
  let count = 0
  let waiting = 0
  /** Kept as long as anybody waits. */
  let last: Looked | undefined
  const ask = Effect.sync(() => {
    waiting += 1
    return ++count
  })
  const leave = Effect.sync(() => {
    waiting -= 1
    if (waiting === 0) last = undefined
  })
  return (reading: Reading, some: Some): Effect.Effect<ReadonlyArray<FolderEntry>> => {
    const { from, names, to } = some
    const folder = reading.name
    const { dev, ino } = reading.held.stats
    const look = (asked: number): ReadonlyArray<FolderEntry> => {
      if (
        last !== undefined
        && last.number > asked
        && last.folder === folder
        && last.dev === dev
        && last.ino === ino
        // The very names, which only the folder has that was read, as long as it does not change.
        && last.names === names
        && last.from === from
      )
        return last.entries
      const number = ++count
      const keys = names.keysBehind("", from, to, (key) => key)
      last = { ...some, folder, dev, ino, number, entries: entriesOf(reading, keys) }
      return last.entries
    }
    return Effect.acquireUseRelease(
      ask,
      (asked) => inOwnTurn(() => look(asked)),
      () => leave
    )
  }
}

/** The questions of a store about one folder. */
export type DirectoryEntries = Pick<FileStore["Service"], "folder" | "folderKeys">

/** The entries of the folders inside `folder`, whose names are those of `folders`; `log` is told of unreadable ones. */
export const makeDirectoryEntries = (
  folder: SharedFolder,
  folders: Folders,
  log: LogOnce,
  inOwnTurn: InOwnTurn
): DirectoryEntries => {
  const look = makeLook(inOwnTurn)
  /** Holds a folder until the scope closes, and finds the first of its keys that is wanted. */
  const open = Effect.fnUntraced(function* (name: FolderName, after: string) {
    const opened = yield* Effect.acquireRelease(
      Effect.suspend(() => Effect.fromResult(holdContained(folder, name))),
      ({ held }) => Effect.sync(() => closeSync(held.descriptor))
    )
    const reading: Reading = { ...opened, folder, name }
    const { names } = yield* namesIn(folders, reading).pipe(
      Effect.tapErrorTag("StoreUnavailable", ({ cause }) =>
        Effect.sync(() => {
          if (cause instanceof Error && "code" in cause && cause.code === "EACCES")
            log.add("folder.forbidden", name)
        })
      ),
      Effect.ensuring(log.flush)
    )
    return { reading, names, first: indexAfter(names, name, after) }
  })
  return {
    folder: (name, after = "") =>
      Effect.map(open(name, after), ({ first, names, reading }) =>
        streamFrom(names, first, (some) => look(reading, some))
      ),
    folderKeys: (name, after = "") =>
      Effect.map(open(name, after), ({ first, names, reading }) =>
        streamFrom(names, first, (some) => inOwnTurn(() => entryKeysOf(reading, some)))
      )
  }
}
