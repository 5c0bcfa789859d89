/**
 * A store that shares a folder of this machine. It uses `node:fs` itself, for what effect's FileSystem cannot say:
 * how a file is opened (Containment), names as bytes, times in nanoseconds, and reads into buffers of its own.
 */
import { Cause, Effect, Layer, Schema, Stream } from "effect"
import { StoreUnavailable } from "../domain/Errors.ts"
import { type FileName, isHidden, join } from "../domain/FileName.ts"
import type { BigIntStats, Dirent } from "node:fs"
import { type FileHandle, readdir, realpath, stat } from "node:fs/promises"
import { type Folder, isInside, openContained } from "./Containment.ts"
import { type FileDetails, FileStore, type OpenFile, select } from "./FileStore.ts"

/** The folder cannot be shared: it does not exist, is no folder, or may not be read. */
export class FolderUnusable extends Schema.TaggedError<FolderUnusable>()("FolderUnusable", {
  folder: Schema.String,
  cause: Schema.Defect()
}) {}

/** What to share. */
export interface Options {
  /** Relative to the working directory, or absolute. */
  readonly folder: string
  /** Whether names with a part that begins with a dot are shared. */
  readonly hidden: boolean
}

/**
 * Larger reads gain nothing, and two such buffers, one being read while the other is written, came within 8 % of
 * nginx's sendfile; more buffers gained nothing either.
 */
const chunkSize = 512 * 1024

const version = (stats: BigIntStats): string =>
  [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs]
    .map((value) => value.toString(36))
    .join("-")

const details = (stats: BigIntStats): FileDetails => ({
  size: Number(stats.size),
  modified: Number(stats.mtimeNs / 1_000_000n),
  version: version(stats)
})

const unavailable = (reason: string) => new StoreUnavailable({ cause: new Error(reason) })

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, StoreUnavailable> =>
  Effect.tryPromise({ try: run, catch: (cause) => new StoreUnavailable({ cause }) })

/**
 * Fails if the open file is no longer the one whose size was announced. It may have grown, or have been renamed or
 * unlinked (which changes its ctime): the bytes asked for are still there then.
 */
const requireUnchanged = (
  handle: FileHandle,
  before: BigIntStats
): Effect.Effect<void, StoreUnavailable> =>
  Effect.flatMap(
    attempt(() => handle.stat({ bigint: true })),
    (now) =>
      now.size < before.size
        ? Effect.fail(unavailable("the file shrank while it was sent"))
        : now.size === before.size && now.mtimeNs !== before.mtimeNs
          ? Effect.fail(unavailable("the file was overwritten while it was sent"))
          : Effect.void
  )

/**
 * The bytes of a range through two buffers: while one chunk is being written, the next is read into the other. The
 * buffer of a chunk is used again only after the next chunk was asked for, that is, when its write is over.
 */
const readRange = (handle: FileHandle, stats: BigIntStats, start: number, length: number) =>
  Stream.fromPull(
    Effect.sync(() => {
      const end = start + length
      const buffers = [0, chunkSize].map((before) =>
        Buffer.allocUnsafeSlow(Math.max(0, Math.min(chunkSize, length - before)))
      )
      let position = start
      let turn = 0
      const read = (): Promise<Uint8Array> => {
        const buffer = buffers[turn++ % 2] ?? Buffer.alloc(0)
        const size = Math.min(buffer.length, end - position)
        const reading = handle
          .read(buffer, 0, size, position)
          .then(({ bytesRead }) => buffer.subarray(0, bytesRead))
        // A failure waits for whoever asks for the chunk; if nobody does any more, it is nobody's.
        reading.catch(() => undefined)
        return reading
      }
      let ahead = length > 0 ? read() : undefined
      return Effect.gen(function* () {
        if (ahead === undefined) return yield* Cause.done()
        const reading = ahead
        const chunk = yield* attempt(() => reading)
        if (chunk.length === 0) return yield* unavailable("the file shrank while it was sent")
        position += chunk.length
        if (position === end) yield* requireUnchanged(handle, stats)
        ahead = position < end ? read() : undefined
        return [chunk] as const
      })
    })
  )

const open = (folder: Folder) =>
  Effect.fnUntraced(function* (name: FileName) {
    const { handle, stats } = yield* openContained(folder, name)
    const file: OpenFile = {
      ...details(stats),
      read: (start, length) => readRange(handle, stats, start, length)
    }
    return file
  })

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The name of an entry inside `parent`, or `undefined` where it is not UTF-8. */
const entryName = (parent: string, entry: Dirent<Buffer<ArrayBuffer>>): FileName | undefined => {
  try {
    return join(parent, utf8.decode(entry.name))
  } catch {
    return undefined
  }
}

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

/** Every shared name, in no order. What vanishes or cannot be read during the walk is left out. */
const walk = async (folder: Folder): Promise<ReadonlyArray<FileName>> => {
  const names: Array<FileName> = []
  const folders: Array<Walk> = [{ name: "", path: [folder.root] }]
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    const here = current.path.at(-1) ?? folder.root
    const reading = readdir(here, { encoding: "buffer", withFileTypes: true })
    const entries = await (current.name === "" ? reading : reading.catch(() => []))
    for (const entry of entries) {
      const name = entryName(current.name, entry)
      if (name === undefined || (isHidden(name) && !folder.hidden)) continue
      if (entry.isFile()) names.push(name)
      else if (entry.isDirectory()) {
        folders.push({ name, path: [...current.path, `${here}/${utf8.decode(entry.name)}`] })
      } else if (entry.isSymbolicLink()) {
        const found = await follow(folder, name, current).catch(() => undefined)
        if (found === undefined) continue
        if ("file" in found) names.push(found.file)
        else folders.push(found.folder)
      }
    }
  }
  return names
}

const openFolder = ({ folder, hidden }: Options): Effect.Effect<Folder, FolderUnusable> =>
  Effect.tryPromise({
    try: async () => {
      const root = await realpath(folder)
      // Reading the folder tells apart what is no folder (ENOTDIR) from what may not be read (EACCES).
      await readdir(root)
      return { root, hidden }
    },
    catch: (cause) => new FolderUnusable({ folder, cause })
  })

/** Shares a folder as it is at each question: nothing is cached, so nothing is ever stale. */
export const layer = (options: Options): Layer.Layer<FileStore, FolderUnusable> =>
  Layer.effect(
    FileStore,
    Effect.map(openFolder(options), (folder) => {
      const openFile = open(folder)
      return {
        list: (selection) =>
          Effect.map(
            attempt(() => walk(folder)),
            (names) => select(names, selection)
          ),
        describe: (name) => Effect.scoped(openFile(name)),
        open: openFile
      }
    })
  )
