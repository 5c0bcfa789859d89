/**
 * What the watching thread asks of the file system. Like everything in this folder that runs in the thread, it is made by
 * a function that names nothing outside itself but globals: the thread's program is made of the functions' texts
 * (WatchThread).
 */
import type { BigIntStats, FSWatcher } from "node:fs"

/** The names in a folder, of what there is of each kind. */
export interface DiskEntries {
  readonly files: ReadonlyArray<string>
  readonly folders: ReadonlyArray<string>
  readonly links: ReadonlyArray<string>
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
  readonly list: (path: string) => DiskEntries | undefined
  /** The text of a name in latin1; `undefined` where it is not shared, or no client could ask for it. */
  readonly partOf: (latin1: string) => string | undefined
  /** The `stat` of the file that a link leads to, if it lies inside `root`. */
  readonly follow: (root: string, path: string) => BigIntStats | undefined
  /** Whether the file system of a folder is one that other machines change, of which the system is told nothing. */
  readonly isRemote: (path: string, device: bigint) => boolean
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
  { hidden, links }: SharedNames
): Disk => {
  /**
   * The types of such file systems (statfs(2)): nfs, smb, smb2, cifs, fuse (sshfs, also what virtual machines share), 9p,
   * afs, ceph, coda, ncp, gfs2, ocfs2, lustre, gpfs, vboxsf, vmhgfs, beegfs.
   */
  const remote = new Set([
    0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400,
    0x73757245, 0x564c, 0x01161970, 0x7461636f, 0x0bd00bd0, 0x47504653, 0x786f4256, 0xbacbacbc,
    0x19830326
  ])
  const devices = new Map<bigint, boolean>()
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
    follow: (root, path) => {
      try {
        const target = links ? fs.realpathSync.native(path) : ""
        if (!target.startsWith(root === "/" ? root : `${root}/`)) return undefined
        const stats = fs.lstatSync(target, { bigint: true })
        return stats.isFile() ? stats : undefined
      } catch {
        return undefined
      }
    },
    isRemote: (path, device) => {
      const known = devices.get(device)
      if (known !== undefined) return known
      try {
        const isRemote = remote.has(fs.statfsSync(path).type)
        devices.set(device, isRemote)
        return isRemote
      } catch {
        return false
      }
    },
    isDirect: (path) => {
      try {
        return fs.realpathSync.native(path) === path
      } catch {
        return false
      }
    },
    list: (path) => {
      try {
        const files: Array<string> = []
        const folders: Array<string> = []
        const links: Array<string> = []
        for (const entry of fs.readdirSync(path, { encoding: "latin1", withFileTypes: true })) {
          const part = partOf(entry.name)
          if (part === undefined) continue
          if (entry.isFile()) files.push(part)
          else if (entry.isDirectory()) folders.push(part)
          else if (entry.isSymbolicLink()) links.push(part)
        }
        return { files, folders, links }
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
