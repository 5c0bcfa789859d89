/** What killed runs left in a folder: temporary files of small downloads, and part files that nobody continues. */
import { Clock, Effect } from "effect"
import type { BigIntStats } from "node:fs"
import { lstat, readdir, unlink } from "node:fs/promises"
import { join } from "node:path"
import type { Leftover } from "../files/PartFile.ts"
import { SaveFailed } from "../files/Placement.ts"
import * as Lease from "./Lease.ts"
import { codeOf } from "./SystemCalls.ts"
import * as PartName from "./PartName.ts"

/** The temporary files of WholeFile and of SmallFiles; writing one takes moments, or as long as a reply that has no resuming. */
const temporary = /^\.[0-9a-z]{1,10}\.part$/

/** After how long without a change a temporary file is removed, in milliseconds. */
const temporaryAge = 60 * 60 * 1000

/** After how long without a touch a part file is told of as a leftover, in milliseconds. */
const partAge = 60 * 1000

interface Found {
  readonly file: string
  readonly path: string
  readonly stats: BigIntStats
  /**
   * In milliseconds, by the wall clock, as the file system dates it, and since its last change of any kind: a file that is
   * whole has the server's time already. What it says is only a reason to look closer.
   */
  readonly age: number
}

const stat = (path: string) => Effect.tryPromise(() => lstat(path, { bigint: true }))

/** The files of the folder whose names are such and that are ours alone: regular ones, with one name, of this user. */
const find = Effect.fnUntraced(function* (folder: string, isSuch: (file: string) => boolean) {
  const now = yield* Clock.currentTimeMillis
  const files = yield* Effect.orElseSucceed(
    Effect.tryPromise(() => readdir(folder)),
    (): ReadonlyArray<string> => []
  )
  const found = yield* Effect.forEach(files.filter(isSuch), (file) => {
    const path = join(folder, file)
    return stat(path).pipe(
      Effect.map((stats): ReadonlyArray<Found> => {
        const isOurs =
          stats.isFile() && stats.nlink === 1n && Number(stats.uid) === process.getuid?.()
        return isOurs ? [{ file, path, stats, age: now - Number(stats.ctimeMs) }] : []
      }),
      Effect.orElseSucceed((): ReadonlyArray<Found> => [])
    )
  })
  return found.flat()
})

/** Removes a file; gives whether it was still there. */
const remove = (path: string): Effect.Effect<boolean, SaveFailed> =>
  Effect.tryPromise({
    try: () => unlink(path),
    catch: (cause) => new SaveFailed({ path, cause })
  }).pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ cause }) => codeOf(cause) === "ENOENT",
      () => Effect.succeed(false)
    )
  )

/** Removes a file, if no owner touches it; gives whether it did. */
const removeAbandoned = ({ path, stats }: Found): Effect.Effect<boolean, SaveFailed> =>
  Effect.flatMap(
    Effect.orElseSucceed(Lease.isAbandoned(stat(path), stats, 0), () => false),
    (isAbandoned) => (isAbandoned ? remove(path) : Effect.succeed(false))
  )

/** Removes the temporary files in the folder that nobody has written to for an hour. */
export const sweep = Effect.fnUntraced(function* (folder: string) {
  const found = yield* find(folder, (file) => temporary.test(file))
  yield* Effect.forEach(
    found.filter(({ age }) => age > temporaryAge),
    (file) => Effect.ignore(removeAbandoned(file)),
    { discard: true, concurrency: "unbounded" }
  )
})

/**
 * The part files in the folder that no run writes any more; only those whose name has all of their file's, as its hash
 * shows.
 */
export const leftovers = Effect.fnUntraced(function* (folder: string) {
  const found = yield* find(folder, (file) => PartName.parse(file) !== undefined)
  const parts = yield* Effect.forEach(found, (there) =>
    Effect.gen(function* () {
      const { age, file, path, stats } = there
      const part = PartName.parse(file)
      if (part === undefined || part.prefix === "") return []
      const isWhole = (yield* PartName.shortHash(part.prefix)) === part.target
      const leftover: Leftover = {
        name: part.prefix,
        path,
        size: Number(stats.size),
        remove: part.isReleased ? remove(path) : removeAbandoned(there)
      }
      return isWhole && (part.isReleased || age > partAge) ? [leftover] : []
    })
  )
  return parts.flat()
})
