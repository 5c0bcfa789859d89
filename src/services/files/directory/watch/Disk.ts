/**
 * What the watching thread asks of the file system. Like everything in this folder that runs in the thread, it is made by
 * a function that names nothing outside itself but globals: the thread's program is made of the functions' texts
 * (WatchThread).
 */
import type { BigIntStats, FSWatcher } from "node:fs"

/** An entry of a folder. Links and what else there is besides files and folders are `other`. */
export interface DiskEntry {
  readonly part: string
  readonly kind: "file" | "folder" | "link" | "other"
}

/** Which names are shared. */
export interface SharedNames {
  /** Whether those that begin with a dot are. */
  readonly hidden: boolean
  /** Whether links are followed. */
  readonly links: boolean
}

/** The file system. */
export interface Disk {
  /** The `lstat` of a path; `undefined` where there is nothing, or nothing that can be reached. */
  readonly look: (path: string) => BigIntStats | undefined
  /** What tells a folder from any other, also from a later one with the same number. */
  readonly identityOf: (stats: BigIntStats) => string
  /** Whether no part of an absolute path is a link. */
  readonly isDirect: (path: string) => boolean
  /** The shared entries of a folder; `undefined` where it is gone or may not be read. Throws where that cannot be told. */
  readonly list: (path: string) => ReadonlyArray<DiskEntry> | undefined
  /** The text of a name in latin1; `undefined` where it is not shared, or no client could ask for it. */
  readonly partOf: (latin1: string) => string | undefined
  /** Watches a folder; `onEvent` gets the names of its entries in latin1. Throws what the system throws. */
  readonly watch: (
    path: string,
    onEvent: (type: string, latin1: string | null) => void
  ) => FSWatcher
}

/** The file system of this machine. */
export const makeDisk = (
  fs: typeof import("node:fs"),
  isUtf8: (bytes: Uint8Array) => boolean,
  { hidden }: SharedNames
): Disk => {
  const gone = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM"])

  const partOf = (latin1: string): string | undefined => {
    if (!hidden && latin1.startsWith(".")) return undefined
    if (!/[\\\x80-\xff]/.test(latin1)) return latin1
    if (latin1.includes("\\")) return undefined
    const bytes = Buffer.from(latin1, "latin1")
    return isUtf8(bytes) ? bytes.toString() : undefined
  }

  return {
    partOf,
    look: (path) => {
      try {
        return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
      } catch {
        // `throwIfNoEntry` does not hold back ENOTDIR.
        return undefined
      }
    },
    identityOf: ({ birthtimeNs, dev, ino }) => `${dev}:${ino}:${birthtimeNs}`,
    isDirect: (path) => {
      try {
        return fs.realpathSync.native(path) === path
      } catch {
        return false
      }
    },
    list: (path) => {
      try {
        const found: Array<DiskEntry> = []
        for (const entry of fs.readdirSync(path, { encoding: "latin1", withFileTypes: true })) {
          const part = partOf(entry.name)
          if (part === undefined) continue
          const kind = entry.isFile()
            ? "file"
            : entry.isDirectory()
              ? "folder"
              : entry.isSymbolicLink()
                ? "link"
                : "other"
          found.push({ part, kind })
        }
        return found
      } catch (cause) {
        if (cause instanceof Error && "code" in cause && gone.has(String(cause.code)))
          return undefined
        throw cause
      }
    },
    watch: (path, onEvent) =>
      // latin1 gives each byte as it is, and no object for each name as "buffer" does.
      fs.watch(path, { encoding: "latin1", persistent: true }, onEvent)
  }
}
