/**
 * A store that shares a folder of this machine. It uses `node:fs` itself, for what effect's FileSystem cannot say:
 * how a file is opened (Containment), names as bytes, times in nanoseconds, and reads into buffers of its own.
 */
import { Cause, Effect, Layer, Schema, Stream } from "effect"
import { StoreUnavailable } from "../domain/Errors.ts"
import type { FileName } from "../domain/FileName.ts"
import type { BigIntStats } from "node:fs"
import { type FileHandle, opendir, realpath } from "node:fs/promises"
import { type Folder, openContained } from "./Containment.ts"
import { sha256 } from "./Digest.ts"
import { makeDirectoryWalk } from "./DirectoryWalk.ts"
import { type FileDetails, FileStore, type OpenFile, select } from "./FileStore.ts"
import { type HashThreads, makeHashThreads } from "./HashThread.ts"

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
      const size = Math.min(chunkSize, length)
      const buffers: Array<Buffer> = []
      let position = start
      let turn = 0
      const read = (): Promise<Uint8Array> => {
        // The second buffer is made when there is a second chunk.
        const buffer = (buffers[turn % 2] ??= Buffer.allocUnsafeSlow(size))
        turn += 1
        const reading = handle
          .read(buffer, 0, Math.min(size, end - position), position)
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

/** Up to this many bytes, hashing takes less time (about 0.2 ms) than handing it to a thread. */
const smallDigest = 256 * 1024

const digest = (handle: FileHandle, stats: BigIntStats, threads: HashThreads) => {
  const size = Number(stats.size)
  if (size <= smallDigest) return sha256(readRange(handle, stats, 0, size))
  return Effect.scoped(
    Effect.gen(function* () {
      const thread = yield* threads.take
      yield* thread.update(handle.fd, 0, size)
      yield* requireUnchanged(handle, stats)
      return yield* thread.digest
    })
  ).pipe(Effect.catchTag("HashFailed", ({ cause }) => new StoreUnavailable({ cause })))
}

const open = (folder: Folder, threads: HashThreads) =>
  Effect.fnUntraced(function* (name: FileName) {
    const { handle, stats } = yield* openContained(folder, name)
    const file: OpenFile = {
      ...details(stats),
      read: (start, length) => readRange(handle, stats, start, length),
      sha256: digest(handle, stats, threads)
    }
    return file
  })

const openFolder = ({ folder, hidden }: Options): Effect.Effect<Folder, FolderUnusable> =>
  Effect.tryPromise({
    try: async () => {
      const root = await realpath(folder)
      // Opening the folder tells apart what is no folder (ENOTDIR) from what may not be read (EACCES).
      await (await opendir(root)).close()
      return { root, hidden }
    },
    catch: (cause) => new FolderUnusable({ folder, cause })
  })

/** Shares a folder as it is at each question: nothing is cached, so nothing is ever stale. */
export const layer = (options: Options): Layer.Layer<FileStore, FolderUnusable> =>
  Layer.effect(
    FileStore,
    Effect.gen(function* () {
      const folder = yield* openFolder(options)
      const openFile = open(folder, yield* makeHashThreads)
      const { names } = makeDirectoryWalk(folder)
      return {
        names,
        list: (selection) => select(names, selection),
        describe: (name) => Effect.scoped(openFile(name)),
        open: openFile
      }
    })
  )
