/** The metadata of a file, from its `stat`. */
import type { BigIntStats } from "node:fs"
import type { FileDetails } from "../FileStore.ts"

/** The version token. Two files, or one before and after a change, differ in at least one of these: every change sets the ctime. */
const version = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].map((value) => value.toString(36)).join("-")

/** The details of a file. */
export const detailsOf = (stats: BigIntStats): FileDetails => ({
  size: Number(stats.size),
  modified: Number(stats.mtimeNs / 1_000_000n),
  version: version(stats)
})

/** The size in an earlier version's token; `undefined` if that is of another file, or the file is smaller now. */
export const earlierSize = (
  { dev, ino, size }: BigIntStats,
  earlier: string
): number | undefined => {
  const itself = `${dev.toString(36)}-${ino.toString(36)}-`
  if (!earlier.startsWith(itself)) return undefined
  const [, told = ""] = /^([0-9a-z]{1,11})-/.exec(earlier.slice(itself.length)) ?? []
  const before = Number.parseInt(told, 36)
  return Number.isSafeInteger(before) && BigInt(before) <= size ? before : undefined
}
