/** The metadata of a file, from its `stat`. */
import type { BigIntStats } from "node:fs"
import type { FileName } from "../../../domain/FileName.ts"
import type { FileDetails, FileEntry } from "../FileStore.ts"

/** What the details are made of. */
type Versioned = Pick<BigIntStats, "ctimeNs" | "dev" | "ino" | "mtimeNs" | "size">

/**
 * The details of a file. Two files, or one before and after a change, have different versions, for they differ in at least
 * one of their parts: every change sets the ctime. It also runs in a thread, from its own text: it may name nothing
 * outside itself but globals.
 */
export const detailsOf = ({ ctimeNs, dev, ino, mtimeNs, size }: Versioned): FileDetails => ({
  size: Number(size),
  modified: Number(mtimeNs / 1_000_000n),
  version: `${dev.toString(36)}-${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}-${ctimeNs.toString(36)}`
})

/** A file of a listing. Its version is made when it is asked for, which a page for people never does: a tenth of its time. */
class DirectoryFile implements FileEntry {
  readonly kind = "file"
  readonly name: FileName
  readonly size: number
  readonly modified: number
  readonly #stats: Versioned

  constructor(name: FileName, { ctimeNs, dev, ino, mtimeMs, mtimeNs, size }: BigIntStats) {
    this.name = name
    this.size = Number(size)
    this.modified = Number(mtimeMs)
    // Not all of its `stat`, which takes a kilobyte.
    this.#stats = { ctimeNs, dev, ino, mtimeNs, size }
  }

  get version(): string {
    return detailsOf(this.#stats).version
  }
}

/** A file as a listing tells of it. */
export const fileEntry = (name: FileName, stats: BigIntStats): FileEntry =>
  new DirectoryFile(name, stats)

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
