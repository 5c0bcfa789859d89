/** What a file's `stat` tells of it. */
import type { BigIntStats } from "node:fs"
import type { FileDetails } from "../FileStore.ts"

/** Two files, or one before and after a change, differ in at least one of these: any change sets the ctime anew. */
const version = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].map((value) => value.toString(36)).join("-")

/** The details of a file. */
export const detailsOf = (stats: BigIntStats): FileDetails => ({
  size: Number(stats.size),
  modified: Number(stats.mtimeNs / 1_000_000n),
  version: version(stats)
})
