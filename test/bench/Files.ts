/** The files that are served and fetched, in memory where there is room, so that no disk's mood is measured. */
import { Effect, type Scope } from "effect"
import { randomBytes } from "node:crypto"
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A GiB in bytes. */
export const gibibyte = 2 ** 30

/** A file, what a client makes of it and its part file, and some: in bytes. */
const room = 4 * gibibyte

const hasRoom = (folder: string): boolean => {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= room
}

/** Where folders are made. */
export const scratch: string = hasRoom("/dev/shm") ? "/dev/shm" : tmpdir()

const folderIn = (place: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(place, "sockets-bench-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

/** An empty folder until the scope closes. */
export const folder: Effect.Effect<string, never, Scope.Scope> = folderIn(scratch)

/** A folder for the time of one measurement. */
export const withFolder = <A, E, R>(
  use: (folder: string) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Scope.Scope>> => Effect.scoped(Effect.flatMap(folder, use))

/** As `withFolder`, where a disk is: beside the built program, for folders of temporary files may be in memory. */
export const withFolderOnDisk: typeof withFolder = (use) =>
  Effect.scoped(Effect.flatMap(folderIn(join(import.meta.dirname, "../../dist")), use))

/** What large files are made of, again and again. */
const block = randomBytes(2 ** 20)

/** Makes a file of so many bytes, a multiple of a MiB. */
export const makeLarge = (folder: string, name: string, size: number): Effect.Effect<void> =>
  Effect.sync(() => {
    const file = openSync(join(folder, name), "wx")
    for (let written = 0; written < size; written += block.length) writeSync(file, block)
    closeSync(file)
  })

/** The name that redis-benchmark's `key:__rand_int__` takes for this number. */
export const keyName = (index: number): string => `key:${String(index).padStart(12, "0")}`

/** Makes so many files of 1 KiB, each with content of its own. */
export const makeSmall = (folder: string, count: number): Effect.Effect<void> =>
  Effect.sync(() => {
    for (let index = 0; index < count; index++) {
      writeFileSync(join(folder, keyName(index)), String(index).padStart(1024, "x"))
    }
  })

/** Makes so many files of so many bytes, at most a MiB. */
export const makeMany = (folder: string, count: number, size: number): Effect.Effect<void> =>
  Effect.sync(() => {
    for (let index = 0; index < count; index++) {
      writeFileSync(join(folder, keyName(index)), block.subarray(0, size))
    }
  })

/** How many files a folder holds at most, so that making and walking it stays what people would have. */
const inOneFolder = 10_000

/** Names, sorted by bytes, of so many empty files in folders of ten thousand. */
export const manyNames = (count: number): ReadonlyArray<string> =>
  Array.from(
    { length: count },
    (_, index) =>
      `${String(Math.floor(index / inOneFolder)).padStart(3, "0")}/${String(index).padStart(7, "0")}.txt`
  )

/** As many, all in one folder. */
export const flatNames = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `${String(index).padStart(7, "0")}.txt`)

/** Makes empty files with these names. */
export const makeEmpty = (folder: string, names: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.sync(() => {
    let last = ""
    for (const name of names) {
      const parent = name.slice(0, Math.max(0, name.lastIndexOf("/")))
      if (parent !== last) mkdirSync(join(folder, parent), { recursive: true })
      last = parent
      closeSync(openSync(join(folder, name), "wx"))
    }
  })
