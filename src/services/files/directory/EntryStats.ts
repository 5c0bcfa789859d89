/**
 * Looks at many entries of a held folder, with one `lstat` each. By way of the descriptor (`/proc/self/fd/7/name`) one takes
 * 3.9 µs, by the folder's real path 2.0: half of a listing. A path may lead elsewhere by the time it is used, so it is only
 * used where it is proven afterwards that it led to the held folder all the while:
 *
 * - Each folder on the way, from `/` on, is looked at before and after. Whatever puts another folder, or a link, in the place of
 *   one of them changes an entry of the folder around it, and with that the ctime of that one. So, from `/` downwards: as long as the
 *   ctime of a folder is the same, so is the next folder on the way.
 * - That holds only of ctimes that are old enough for the next change to have another one (Timestamps), and on file systems that
 *   set them at each change: those that a machine has to itself, and not those of a network or of a program.
 * - The last folder on the way must be the one that is held.
 *
 * Where one of these is not so, and where there is no path to it any more, everything is looked at by way of the descriptor. What
 * nobody but root can do, to mount something over a folder on the way and to take it away within the milliseconds
 * that this takes, goes unnoticed; it would tell of the size and the times of a file, and of none of its bytes.
 */
import { type BigIntStats, lstatSync, statfsSync, type Stats } from "node:fs"
import type { Held } from "./SafeOpen.ts"
import { isOldEnough, isUnchanged } from "./Timestamps.ts"

/** What is under a name, without following a link; `undefined` where nothing is, or it cannot be told. */
export type EntryStats = BigIntStats | undefined

/** For fewer, looking at the way takes longer than it saves. */
const fewest = 32

/** Below so many folders, from `/` on, a path takes as long as the descriptor; below three hundred four times as long. */
const longestWay = 40

/** File systems by their numbers in statfs(2): ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS, ZFS, Bcachefs. */
const local: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e
])

/** What is made of each; at once, for a thousand `stat`s that are held take a megabyte, and a quarter of the time to collect. */
export type Make<A> = (stats: EntryStats, index: number) => A

const lstatIn = <A>(
  folder: string,
  parts: ReadonlyArray<string>,
  make: Make<A>
): ReadonlyArray<A> =>
  parts.map((part, index) => {
    let stats: EntryStats
    try {
      stats = lstatSync(`${folder}/${part}`, { bigint: true, throwIfNoEntry: false })
    } catch {
      // Whatever it is, it could not be opened either.
    }
    return make(stats, index)
  })

/** The folders on the way to a real path, from `/` on, and last the one that it is of. */
const wayTo = (path: string): ReadonlyArray<string> =>
  path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/") || "/")

/** Whether a change of these folders will be seen in their times; `now` as `isOldEnough` has it. */
const isTelling = (
  way: ReadonlyArray<string>,
  looks: ReadonlyArray<Stats>,
  now: number
): boolean => {
  const known = new Set<number>()
  return looks.every((stats, index) => {
    if (!stats.isDirectory() || !isOldEnough(stats, now)) return false
    if (known.has(stats.dev)) return true
    known.add(stats.dev)
    return local.has(statfsSync(way[index] ?? "").type)
  })
}

/** What is made of what is under these names by the folder's real path, if that led to it all the while. */
const lstatByPath = <A>(
  { path, stats: held }: Held,
  parts: ReadonlyArray<string>,
  make: Make<A>
): ReadonlyArray<A> | undefined => {
  const way = wayTo(path)
  if (way.length > longestWay) return undefined
  const around = way.slice(0, -1)
  const look = () => around.map((folder) => lstatSync(folder))
  const isHeld = () => {
    const { dev, ino } = lstatSync(path)
    return dev === held.dev && ino === held.ino
  }
  try {
    // The machine's clock, which the ctimes are of.
    const now = Date.now()
    const before = look()
    if (!isTelling(around, before, now) || !isHeld()) return undefined
    const found = lstatIn(path, parts, make)
    const isSame = look().every((stats, index) => {
      const earlier = before[index]
      return earlier !== undefined && isUnchanged(stats, earlier)
    })
    return isSame && isHeld() ? found : undefined
  } catch {
    // There is no such path any more.
    return undefined
  }
}

/**
 * What is made of what is under each of these names in the folder that is held; the names have no `/` in them. It may be
 * made twice, and the first time of what is none of the folder's.
 */
export const lstatEntries = <A>(
  held: Held,
  parts: ReadonlyArray<string>,
  make: Make<A>
): ReadonlyArray<A> =>
  (parts.length < fewest ? undefined : lstatByPath(held, parts, make))
  ?? lstatIn(held.access, parts, make)
