/** What killed runs left in a folder: temporary files of small downloads, and part files that nobody continues. */
import { Clock, Effect } from "effect"
import { lstat, readdir, unlink } from "node:fs/promises"
import { join } from "node:path"
import type { Leftover } from "../files/PartFile.ts"
import * as PartName from "./PartName.ts"

/** The temporary files of Placement.writeWhole; writing one takes moments, or as long as a reply that has no resuming. */
const temporary = /^\.[0-9a-z]{1,10}\.part$/

/** After how long without a change a temporary file is removed, in milliseconds. */
const temporaryAge = 60 * 60 * 1000

/** After how long without a touch the owner of a part file is taken to be gone, in milliseconds. */
const partAge = 60 * 1000

interface Found {
  readonly file: string
  readonly path: string
  readonly size: number
  /** In milliseconds, by the wall clock, as the file system dates it. */
  readonly age: number
}

/** The files of the folder whose names are such and that are ours alone: regular ones, with one name, of this user. */
const find = Effect.fnUntraced(function* (folder: string, isSuch: (file: string) => boolean) {
  const now = yield* Clock.currentTimeMillis
  const files = yield* Effect.orElseSucceed(
    Effect.tryPromise(() => readdir(folder)),
    (): ReadonlyArray<string> => []
  )
  const found = yield* Effect.forEach(files.filter(isSuch), (file) => {
    const path = join(folder, file)
    return Effect.tryPromise(() => lstat(path)).pipe(
      Effect.map((stats): ReadonlyArray<Found> => {
        const isOurs = stats.isFile() && stats.nlink === 1 && stats.uid === process.getuid?.()
        return isOurs ? [{ file, path, size: stats.size, age: now - stats.mtimeMs }] : []
      }),
      Effect.orElseSucceed((): ReadonlyArray<Found> => [])
    )
  })
  return found.flat()
})

/** Removes a file, if it is still there. */
export const remove = (path: string): Effect.Effect<void> =>
  Effect.ignore(Effect.tryPromise(() => unlink(path)))

/** Removes the temporary files in the folder that nobody has written to for an hour. */
export const sweep = Effect.fnUntraced(function* (folder: string) {
  const found = yield* find(folder, (file) => temporary.test(file))
  yield* Effect.forEach(
    found.filter(({ age }) => age > temporaryAge),
    ({ path }) => remove(path),
    { discard: true }
  )
})

/**
 * The part files in the folder that no run writes any more; only those whose name has all of their file's, as its hash
 * shows.
 */
export const leftovers = Effect.fnUntraced(function* (folder: string) {
  const found = yield* find(folder, (file) => PartName.parse(file) !== undefined)
  const parts = yield* Effect.forEach(found, ({ age, file, path, size }) =>
    Effect.gen(function* () {
      const part = PartName.parse(file)
      if (part === undefined || part.prefix === "") return []
      const isWhole = (yield* PartName.shortHash(part.prefix)) === part.target
      const leftover: Leftover = { name: part.prefix, path, size }
      return isWhole && (part.isReleased || age > partAge) ? [leftover] : []
    })
  )
  return parts.flat()
})
