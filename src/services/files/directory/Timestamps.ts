/**
 * What the times of a file or a folder prove: that it has not changed since it was looked at. Every change sets the
 * ctime, and no program can set it to a chosen value, so that what has the same ctime is the same, once that is old enough.
 * Two exceptions: network file systems may answer from a cache, some seconds old, and writes into a memory map change
 * the times late.
 */
import { lstatSync, type Stats } from "node:fs"

/** What tells a folder from another, and from itself after a change. Not all of its `Stats`, which take 300 bytes. */
export type Identity = Pick<Stats, "ctimeMs" | "dev" | "ino" | "mtimeMs">

/**
 * How old times must be to be believed, in milliseconds. The clock of ctimes ticks every 1 to 10 ms, and two changes
 * within one tick have the same ctime; after this time, the next change will have another one.
 */
const minimumAge = 100
/** The same where the file system stores whole seconds, or every second one, as FAT does. */
const minimumAgeOfSeconds = 2000

const isWholeSecond = (milliseconds: number): boolean => milliseconds % 1000 === 0

/** Whether it will have other times after its next change; `now` is of the wall clock, before the times were read. */
export const isOldEnough = (
  { ctimeMs, mtimeMs }: Pick<Identity, "ctimeMs" | "mtimeMs">,
  now: number
): boolean =>
  now - Math.max(ctimeMs, mtimeMs)
  > (isWholeSecond(ctimeMs) && isWholeSecond(mtimeMs) ? minimumAgeOfSeconds : minimumAge)

/** Whether it is the same, and has not changed in between. */
export const isUnchanged = (one: Identity, other: Identity): boolean =>
  one.ino === other.ino
  && one.ctimeMs === other.ctimeMs
  && one.mtimeMs === other.mtimeMs
  && one.dev === other.dev

/** The `lstat` of a path; `undefined` where there is nothing, or it cannot be told. */
export const lstatOrUndefined = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
