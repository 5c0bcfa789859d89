/**
 * A store that shares a folder of this machine. Uses `node:fs` itself, for what effect's FileSystem has not: how a file
 * is opened (SafeOpen), names as bytes, times in nanoseconds, and reads into buffers of one's own.
 */
import { Cause, Effect, Layer, Schedule, Stream } from "effect"
import { StoreUnavailable } from "../../../domain/Errors.ts"
import type { FileName } from "../../../domain/FileName.ts"
import { type BigIntStats, closeSync, fstatSync, read } from "node:fs"
import { Stats } from "../../../telemetry/Stats.ts"
import { openContained } from "./SafeOpen.ts"
import { sha256 } from "../Digest.ts"
import { makeDirectoryCache } from "./DirectoryCache.ts"
import { detailsOf, earlierSize } from "./DirectoryDetails.ts"
import { makeFileIndex } from "./index/FileIndex.ts"
import { type LogOnce, makeLogOnce } from "./LogOnce.ts"
import * as SharedFolder from "./SharedFolder.ts"
import { FileStore, type OpenFile } from "../FileStore.ts"
import { type HashThreads, makeHashThreads } from "../../../hashing/HashThread.ts"

/** What to share. */
export interface Options extends SharedFolder.Options {
  /** How much of small files is held in memory, in bytes, 0 for nothing; 64 MiB unless given. */
  readonly cache?: number | undefined
  /** How much of names is held in memory, in bytes, 0 for nothing; 256 MiB unless given. */
  readonly index?: number | undefined
}

/** Room for some 30,000 files of a kilobyte. */
const defaultCache = 64 * 1024 * 1024

/** Room for some ten million names. */
const defaultIndex = 256 * 1024 * 1024

/**
 * Larger reads gain nothing, and two such buffers, one being read while the other is written, came within 8 % of
 * nginx's sendfile; more buffers gained nothing either.
 */
const chunkSize = 512 * 1024

const unavailable = (reason: string) => new StoreUnavailable({ cause: new Error(reason) })

const attempt = <A>(run: () => A): Effect.Effect<A, StoreUnavailable> =>
  Effect.try({ try: run, catch: (cause) => new StoreUnavailable({ cause }) })

/** The `stat`; throws for sizes beyond 2^53, which a number does not hold exactly: 9 PiB, as a sparse file may have. */
const statOf = (descriptor: number): BigIntStats => {
  const stats = fstatSync(descriptor, { bigint: true })
  if (stats.size > Number.MAX_SAFE_INTEGER) throw new Error(`${stats.size} bytes are too many`)
  return stats
}

/** An open file. */
interface Source {
  readonly descriptor: number
  readonly stats: BigIntStats
  /** Reads in the thread pool that are not finished. */
  readonly underWay: Set<Promise<unknown>>
}

/** Opens a file until the scope closes. It is closed after the last read: the system may give its number to another file. */
const openSource = (folder: SharedFolder.SharedFolder, name: FileName) =>
  Effect.acquireRelease(
    Effect.map(
      Effect.suspend(() => Effect.fromResult(openContained(folder, name))),
      ({ descriptor }) => ({ descriptor, underWay: new Set<Promise<unknown>>() })
    ),
    ({ descriptor, underWay }) =>
      Effect.promise(() => Promise.allSettled(underWay)).pipe(
        Effect.andThen(Effect.sync(() => closeSync(descriptor)))
      )
  ).pipe(
    Effect.flatMap((opened) =>
      Effect.map(
        attempt(() => statOf(opened.descriptor)),
        (stats): Source => ({ ...opened, stats })
      )
    )
  )

/** Fills the buffer from byte `position` on, as far as the file goes. */
const readInto = ({ descriptor, underWay }: Source, buffer: Buffer, position: number) => {
  const reading = new Promise<Uint8Array>((resolve, reject) =>
    read(descriptor, buffer, 0, buffer.length, position, (cause, count) =>
      cause === null ? resolve(buffer.subarray(0, count)) : reject(cause)
    )
  )
  underWay.add(reading)
  const finished = () => underWay.delete(reading)
  // Also handles a failure that nobody waits for any more.
  reading.then(finished, finished)
  return reading
}

/** Whether the open file's bytes did not change. The ctime is not compared: renaming changes it too. */
const isUnchanged = ({ descriptor, stats: before }: Source) =>
  Effect.map(
    attempt(() => fstatSync(descriptor, { bigint: true })),
    (now) => now.size === before.size && now.mtimeNs === before.mtimeNs
  )

/**
 * Fails if the open file shrank or was overwritten. It may have grown, or have been renamed or unlinked (which changes
 * its ctime): the requested bytes are still there then.
 */
const requireUnchanged = ({
  descriptor,
  stats: before
}: Source): Effect.Effect<void, StoreUnavailable> =>
  Effect.flatMap(
    attempt(() => fstatSync(descriptor, { bigint: true })),
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
const readRange = (source: Source, start: number, length: number) =>
  Stream.fromPull(
    Effect.sync(() => {
      const end = start + length
      const size = Math.min(chunkSize, length)
      const buffers: Array<Buffer> = []
      let position = start
      let turn = 0
      const readNext = (): Promise<Uint8Array> => {
        // The second buffer is made when there is a second chunk.
        const buffer = (buffers[turn % 2] ??= Buffer.allocUnsafeSlow(size))
        turn += 1
        return readInto(source, buffer.subarray(0, Math.min(size, end - position)), position)
      }
      let ahead = length > 0 ? readNext() : undefined
      return Effect.gen(function* () {
        if (ahead === undefined) return yield* Cause.done()
        const reading = ahead
        const chunk = yield* Effect.tryPromise({
          try: () => reading,
          catch: (cause) => new StoreUnavailable({ cause })
        })
        if (chunk.length === 0) return yield* unavailable("the file shrank while it was sent")
        position += chunk.length
        if (position === end) yield* requireUnchanged(source)
        ahead = position < end ? readNext() : undefined
        return [chunk] as const
      })
    })
  )

/** Up to this many bytes, hashing takes less time (about 0.2 ms) than handing it to a thread. */
const smallDigest = 256 * 1024

const digest = (source: Source, size: number, threads: HashThreads) => {
  if (size <= smallDigest) return sha256(readRange(source, 0, size))
  return Effect.scoped(
    Effect.gen(function* () {
      const thread = yield* threads.take
      yield* thread.update(source.descriptor, 0, size)
      yield* requireUnchanged(source)
      return yield* thread.digest
    })
  ).pipe(Effect.catchTag("HashFailed", ({ cause }) => new StoreUnavailable({ cause })))
}

/** Tells the log of a file that may not be read, for who asks for it is told no more than that it is not to be had. */
const tellForbidden = (log: LogOnce, name: FileName, { cause }: StoreUnavailable) => {
  if (!(cause instanceof Error && "code" in cause && cause.code === "EACCES")) return Effect.void
  log.add("file.forbidden", name)
  return log.flush
}

const open = (folder: SharedFolder.SharedFolder, threads: HashThreads, log: LogOnce) =>
  Effect.fnUntraced(function* (name: FileName) {
    const source = yield* openSource(folder, name).pipe(
      Effect.tapErrorTag("StoreUnavailable", (error) => tellForbidden(log, name, error))
    )
    const details = detailsOf(source.stats)
    const file: OpenFile = {
      ...details,
      read: (start, length) => readRange(source, start, length),
      sha256: digest(source, details.size, threads),
      isUnchanged: isUnchanged(source),
      prefix: (version) => {
        const size = earlierSize(source.stats, version)
        return size === undefined ? undefined : { size, sha256: digest(source, size, threads) }
      }
    }
    return file
  })

/** How often the folder itself is checked, with a few system calls. */
const lookInterval = "1 second"

/** Whether the error says something about the folder: without free descriptors it does not. */
const isAboutFolder = ({ cause }: SharedFolder.FolderUnusable): boolean =>
  !(
    cause instanceof Error
    && "code" in cause
    && (cause.code === "EMFILE" || cause.code === "ENFILE")
  )

/** Keeps `storeReachable` in the statistics true, and logs when the folder goes and comes back. */
const watchAvailability = Effect.fnUntraced(function* (folder: SharedFolder.SharedFolder) {
  const stats = yield* Stats
  const told = (reachable: boolean, line: Effect.Effect<void>) =>
    Effect.suspend(() => {
      if (stats.storeReachable === reachable) return Effect.void
      stats.storeReachable = reachable
      return Effect.annotateLogs(line, "dir", folder.path)
    })
  yield* Effect.matchEffect(SharedFolder.probe(folder), {
    onSuccess: () => told(true, Effect.logInfo("storage.back")),
    onFailure: (error) =>
      isAboutFolder(error)
        ? told(
            false,
            Effect.annotateLogs(Effect.logWarning("storage.gone"), "error", String(error.cause))
          )
        : Effect.void
  }).pipe(
    Effect.repeat(Schedule.spaced(lookInterval)),
    Effect.delay(lookInterval),
    Effect.forkScoped
  )
})

/** Shares a folder as it is at each request: a file in memory is used only while the folder has the same. Fails with FolderUnusable. */
export const layer = (
  options: Options
): Layer.Layer<FileStore, SharedFolder.FolderUnusable, Stats> =>
  Layer.effect(
    FileStore,
    Effect.gen(function* () {
      const folder = yield* SharedFolder.openFolder(options)
      const log = makeLogOnce()
      const openFile = open(folder, yield* makeHashThreads, log)
      const index = yield* makeFileIndex(folder, options.index ?? defaultIndex, log)
      const { getIfPresent } = makeDirectoryCache(folder, options.cache ?? defaultCache)
      yield* watchAvailability(folder)
      return {
        ...index,
        getIfPresent,
        describe: (name) => Effect.scoped(openFile(name)),
        open: openFile
      }
    })
  )
