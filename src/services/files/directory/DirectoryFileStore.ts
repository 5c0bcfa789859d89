/**
 * A store that shares a folder of this machine. Uses `node:fs` itself, for what effect's FileSystem has not: how a file
 * is opened (SafeOpen), names as bytes, times in nanoseconds, and reads into buffers of one's own.
 */
import { Effect, Layer, Schedule } from "effect"
import { StoreUnavailable } from "../../../domain/Errors.ts"
import type { FileName } from "../../../domain/FileName.ts"
import { type BigIntStats, closeSync, fstatSync } from "node:fs"
import { Stats } from "../../../telemetry/Stats.ts"
import { openContained } from "./SafeOpen.ts"
import { type BufferPool, makeBufferPool } from "../BufferPool.ts"
import { sha256 } from "../Digest.ts"
import { makeDirectoryCache } from "./DirectoryCache.ts"
import { detailsOf, earlierSize } from "./DirectoryDetails.ts"
import { makeFileIndex } from "./index/FileIndex.ts"
import { type LogOnce, makeLogOnce } from "./LogOnce.ts"
import { readRange, requireUnchanged, type Source, statNow } from "./RangeReader.ts"
import * as SharedFolder from "./SharedFolder.ts"
import { FileStore, type OpenFile } from "../FileStore.ts"
import { type HashThreads, makeHashThreads } from "../../../hashing/HashThread.ts"

/** What to share. */
export interface Options extends SharedFolder.Options {
  /** How much of small files is held in memory, in bytes, 0 for nothing; 64 MiB unless given. */
  readonly cache?: number | undefined
  /** How much of names is held in memory, in bytes, 0 for nothing; 256 MiB unless given. */
  readonly index?: number | undefined
  /** The memory for the buffers of all transfers together, in bytes; 16 MiB unless given. */
  readonly transferMemory?: number | undefined
}

/** Room for some 30,000 files of a kilobyte. */
const defaultCache = 64 * 1024 * 1024

/** Room for some ten million names. */
const defaultIndex = 256 * 1024 * 1024

/**
 * Twelve transfers at a time get the largest buffers; a hundred took 34 MiB over idle with this, 55 with twice as much,
 * and longer. One alone takes 1 MiB whatever this is.
 */
const defaultTransferMemory = 16 * 1024 * 1024

/** The `stat`; throws for sizes beyond 2^53, which a number does not hold exactly: 9 PiB, as a sparse file may have. */
const statOf = (descriptor: number): BigIntStats => {
  const stats = fstatSync(descriptor, { bigint: true })
  if (stats.size > Number.MAX_SAFE_INTEGER) throw new Error(`${stats.size} bytes are too many`)
  return stats
}

/** Opens a file until the scope closes. It is closed after the last read: the system may give its number to another file. */
const openSource = (folder: SharedFolder.SharedFolder, name: FileName) =>
  Effect.acquireRelease(
    Effect.map(
      Effect.suspend(() => Effect.fromResult(openContained(folder, name))),
      ({ descriptor }) => ({ name, descriptor, underWay: new Set<Promise<unknown>>() })
    ),
    ({ descriptor, underWay }) =>
      Effect.promise(() => Promise.allSettled(underWay)).pipe(
        Effect.andThen(Effect.sync(() => closeSync(descriptor)))
      )
  ).pipe(
    Effect.flatMap((opened) =>
      Effect.map(
        Effect.try({
          try: () => statOf(opened.descriptor),
          catch: (cause) => new StoreUnavailable({ cause, file: name })
        }),
        (stats): Source => ({ ...opened, stats })
      )
    )
  )

/** Whether the open file's bytes did not change. The ctime is not compared: renaming changes it too. */
const isUnchanged = (source: Source) =>
  Effect.map(
    statNow(source),
    (now) => now.size === source.stats.size && now.mtimeNs === source.stats.mtimeNs
  )

/** Up to this many bytes, hashing takes less time (about 0.2 ms) than handing it to a thread. */
const smallDigest = 256 * 1024

/** What all open files of a store share. */
interface Shared {
  readonly folder: SharedFolder.SharedFolder
  readonly threads: HashThreads
  readonly pool: BufferPool
  readonly log: LogOnce
}

const digest = (source: Source, size: number, { pool, threads }: Shared) => {
  if (size <= smallDigest) return sha256(readRange(source, pool, 0, size))
  return Effect.scoped(
    Effect.gen(function* () {
      const thread = yield* threads.take
      yield* thread.update(source.descriptor, 0, size)
      yield* requireUnchanged(source)
      return yield* thread.digest
    })
  ).pipe(
    Effect.catchTag("HashFailed", ({ cause }) => new StoreUnavailable({ cause, file: source.name }))
  )
}

/** Tells the log of a file that may not be read, for who asks for it is told no more than that it is not to be had. */
const tellForbidden = (log: LogOnce, name: FileName, { cause }: StoreUnavailable) => {
  if (!(cause instanceof Error && "code" in cause && cause.code === "EACCES")) return Effect.void
  log.add("file.forbidden", name)
  return log.flush
}

const open = (shared: Shared) =>
  Effect.fnUntraced(function* (name: FileName) {
    const source = yield* openSource(shared.folder, name).pipe(
      Effect.tapErrorTag("StoreUnavailable", (error) => tellForbidden(shared.log, name, error))
    )
    const details = detailsOf(source.stats)
    const file: OpenFile = {
      ...details,
      read: (start, length) => readRange(source, shared.pool, start, length),
      sha256: digest(source, details.size, shared),
      isUnchanged: isUnchanged(source),
      prefix: (version) => {
        const size = earlierSize(source.stats, version)
        return size === undefined ? undefined : { size, sha256: digest(source, size, shared) }
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
      const index = yield* makeFileIndex(folder, options.index ?? defaultIndex, yield* Stats, log)
      const openFile = open({
        folder,
        threads: yield* makeHashThreads,
        pool: makeBufferPool(options.transferMemory ?? defaultTransferMemory),
        log
      })
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
