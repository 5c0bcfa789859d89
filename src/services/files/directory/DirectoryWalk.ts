/** Finds every file that a folder shares, however deep and however many, a handful of entries at a time. */
import { Effect, Semaphore, Stream } from "effect"
import { isReadonlyArrayNonEmpty, type NonEmptyReadonlyArray } from "effect/Array"
import { StoreUnavailable } from "../../../domain/Errors.ts"
import { type FileName, isHidden, join } from "../../../domain/FileName.ts"
import * as ByteString from "../../../domain/ByteString.ts"
import type { Dirent } from "node:fs"
import { opendir, realpath, stat } from "node:fs/promises"
import { type Folder, isInside } from "./SafeOpen.ts"

/** Entries read at a time; the event loop turns between two readings. A thousand take about 1 ms. */
const batchSize = 1024

/** Walks under way at once; further ones wait. More would only have the disk seek to and fro. */
const mostWalks = 2

/** A folder to be walked: its name in the store, and where it and those around it really are, itself last. */
interface Walk {
  readonly name: string
  readonly path: ReadonlyArray<string>
}

/** What an entry turned out to be. */
type Found = { readonly file: FileName } | { readonly folder: Walk } | undefined

/** Follows a link to where it leads, if `folder` shares that; a link back to a folder around it would never end. */
const follow = async (folder: Folder, name: FileName, { path }: Walk): Promise<Found> => {
  const target = await realpath(`${folder.root}/${name}`)
  if (!isInside(folder, target)) return undefined
  const stats = await stat(target)
  if (stats.isFile()) return { file: name }
  return stats.isDirectory() && !path.includes(target)
    ? { folder: { name, path: [...path, target] } }
    : undefined
}

/** Names that cannot be shared, for they are not UTF-8. */
interface Skipped {
  count: number
}

/**
 * What an entry is, if it is shared; a promise only where it is a link, for one of each entry would take longer than all
 * else.
 */
const look = (
  folder: Folder,
  walk: Walk,
  entry: Dirent,
  skipped: Skipped
): Found | Promise<Found> => {
  const part = ByteString.toText(ByteString.unsafe(entry.name))
  if (part === undefined) {
    skipped.count += 1
    return undefined
  }
  const name = join(walk.name, part)
  if (name === undefined || (isHidden(name) && !folder.hidden)) return undefined
  if (entry.isFile()) return { file: name }
  if (entry.isDirectory()) {
    return { folder: { name, path: [...walk.path, `${walk.path.at(-1) ?? ""}/${part}`] } }
  }
  return entry.isSymbolicLink() ? follow(folder, name, walk).catch(() => undefined) : undefined
}

/** The entries of a folder, a batch at a time. Names are read as latin1, one character a byte, for they may not be UTF-8. */
async function* entriesOf(path: string): AsyncGenerator<ReadonlyArray<Dirent>> {
  const directory = await opendir(path, { encoding: "latin1", bufferSize: batchSize })
  try {
    for (;;) {
      const first = await directory.read()
      if (first === null) return
      const batch = [first]
      // The first came from the disk with a batch of others, which are taken without waiting for each.
      while (batch.length < batchSize) {
        const next = directory.readSync()
        if (next === null) break
        batch.push(next)
      }
      yield batch
    }
  } finally {
    await directory.close()
  }
}

/** The shared names, in no order. */
async function* namesOf(
  folder: Folder,
  skipped: Skipped
): AsyncGenerator<NonEmptyReadonlyArray<FileName>> {
  const folders: Array<Walk> = [{ name: "", path: [folder.root] }]
  for (let walk = folders.pop(); walk !== undefined; walk = folders.pop()) {
    try {
      for await (const entries of entriesOf(walk.path.at(-1) ?? folder.root)) {
        const names: Array<FileName> = []
        for (const entry of entries) {
          const looked = look(folder, walk, entry, skipped)
          const found = looked instanceof Promise ? await looked : looked
          if (found === undefined) continue
          if ("file" in found) names.push(found.file)
          else folders.push(found.folder)
        }
        if (isReadonlyArrayNonEmpty(names)) yield names
      }
    } catch (cause) {
      // The shared folder itself must be there; one inside it may vanish during the walk, or be forbidden.
      if (walk.name === "") throw cause
    }
  }
}

/** Walks of one folder. */
export interface DirectoryWalk {
  /** Every shared name, once and in no order. What vanishes or cannot be read during the walk is left out. */
  readonly names: Stream.Stream<FileName, StoreUnavailable>
}

/** Walks of `folder`, a few at a time. */
export const makeDirectoryWalk = (folder: Folder): DirectoryWalk => {
  const walks = Semaphore.makeUnsafe(mostWalks)
  const warn = (skipped: Skipped) =>
    skipped.count === 0
      ? Effect.void
      : Effect.logWarning("names that are not UTF-8 were left out").pipe(
          Effect.annotateLogs("count", skipped.count)
        )
  const walk = Stream.suspend(() => {
    const skipped: Skipped = { count: 0 }
    return Stream.fromAsyncIterable(
      namesOf(folder, skipped),
      (cause) => new StoreUnavailable({ cause })
    ).pipe(Stream.flattenArray, Stream.onEnd(Effect.suspend(() => warn(skipped))))
  })
  return { names: Stream.unwrap(Effect.as(Semaphore.takeScoped(walks, 1), walk)) }
}
