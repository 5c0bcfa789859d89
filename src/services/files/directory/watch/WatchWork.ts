/**
 * What the watching thread has to do: names that events marked are checked, and folders are read, until the time is over;
 * then it goes on from there. It runs in the watching thread (Disk). When it works, and for how long: WatchLoop.
 */
import type { FolderTree } from "./FolderTree.ts"
import type { WatchedFolder } from "./WatchedFolder.ts"

/** Work that is to be done. */
export interface WatchWork {
  /** An event named this in a folder, or no name: `null`. With `isRename` it may be another folder's now. */
  readonly mark: (folder: WatchedFolder, latin1: string | null, isRename: boolean) => void
  /** Adds work behind what there is. */
  readonly schedule: (some: Generator<void>) => void
  /** Adds work that is done once there is no other. */
  readonly scheduleIdle: (some: Generator<void>) => void
  /** Gives up all of it. */
  readonly drop: () => void
  /** Works until `end`: names first, then what was scheduled and, if `mayIdle`, what waits for that. */
  readonly workUntil: (tree: FolderTree, end: number, mayIdle: boolean) => void
  /** Whether there is anything to be done but what waits for all other work. */
  readonly isPressing: () => boolean
  /** Whether there is anything to be done. */
  readonly isLeft: () => boolean
}

/** Nothing to be done yet; `partOf` gives the text of a name, and `now` milliseconds that never go back. */
export const makeWatchWork = (
  partOf: (latin1: string) => string | undefined,
  now: () => number
): WatchWork => {
  /** Names that events marked, and whether one may be another folder's now. */
  let marked = new Map<WatchedFolder, Map<string | null, boolean>>()
  let work: Array<Generator<void>> = []
  let idle: Array<Generator<void>> = []

  /** Goes on with the first of some work; `false` where the time is over. */
  const goOn = (queue: Array<Generator<void>>, end: number): boolean => {
    const some = queue.shift()
    while (some?.next().done === false) {
      if (now() < end) continue
      queue.unshift(some)
      return false
    }
    return now() < end
  }

  const workUntil = (tree: FolderTree, end: number, mayIdle: boolean): void => {
    for (const [folder, names] of marked) {
      for (const [latin1, isRename] of names) {
        names.delete(latin1)
        const part = latin1 === null ? undefined : partOf(latin1)
        if (latin1 === null) work.push(tree.read(folder, true, true))
        else if (part !== undefined) tree.check(folder, part, isRename)
        if (now() >= end) return
      }
      marked.delete(folder)
    }
    while (work.length > 0) if (!goOn(work, end)) return
    while (idle.length > 0 && mayIdle) if (!goOn(idle, end)) return
  }

  return {
    mark: (folder, latin1, isRename) => {
      if (folder.isGone) return
      const names = marked.get(folder) ?? new Map<string | null, boolean>()
      names.set(latin1, names.get(latin1) === true || isRename)
      marked.set(folder, names)
    },
    schedule: (some) => void work.push(some),
    scheduleIdle: (some) => void idle.push(some),
    drop: () => {
      marked = new Map()
      work = []
      idle = []
    },
    workUntil,
    isPressing: () => marked.size + work.length > 0,
    isLeft: () => marked.size + work.length + idle.length > 0
  }
}
