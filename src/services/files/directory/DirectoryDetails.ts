/** The metadata of a file, from its `stat`. */
import type { BigIntStats } from "node:fs"
import type { FileDetails } from "../FileStore.ts"

/**
 * The details of a file. Two files, or one before and after a change, have different versions, for they differ in at least
 * one of their parts: every change sets the ctime. It also runs in a thread, from its own text: it may name nothing
 * outside itself but globals.
 */
export const detailsOf = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): FileDetails => ({
  size: Number(size),
  modified: Number(mtimeNs / 1_000_000n),
  version: [dev, ino, size, mtimeNs, ctimeNs].map((value) => value.toString(36)).join("-")
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
