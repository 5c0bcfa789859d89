/**
 * The folders that are watched, with the names of the files in them. What it is told is that a name may have changed; what
 * happened to it, `lstat` says. A folder is watched first and read then, so that nothing that comes in between is missed.
 * It runs in the watching thread (Disk). When things are done, and in what order: WatchLoop.
 */
import type { BigIntStats, FSWatcher } from "node:fs"
import type { Disk } from "./Disk.ts"

/** A folder. */
export interface WatchedFolder {
  /** Relative to the shared folder, "" for that one. */
  readonly name: string
  readonly path: string
  readonly parent: WatchedFolder | undefined
  /** Its name in its parent. */
  readonly part: string
  readonly identity: string
  /** The files in it by their names; their versions in a folder that is polled, and of what links lead to, else "". */
  readonly files: Map<string, string>
  /** The names of links, which are looked at again and again: what they lead to changes elsewhere. */
  links: Set<string> | undefined
  /** `undefined` where there are none, as in most folders. */
  folders: Map<string, WatchedFolder> | undefined
  watcher: FSWatcher | undefined
  isPolled: boolean
  /** Whether it is no longer part of the tree; its events mean nothing then. */
  isGone: boolean
}

/** What the tree needs of who runs it. */
export interface TreeHost {
  readonly onCreated: (name: string, stats: BigIntStats) => void
  readonly onChanged: (name: string, stats: BigIntStats) => void
  /** A file was changed, or touched at least: it may be changed again soon. */
  readonly onTouched: (name: string) => void
  readonly onDeleted: (name: string) => void
  /** Begins to watch a folder on this device; `undefined` where it is gone or may not be read. */
  readonly watch: (folder: WatchedFolder, device: bigint) => FSWatcher | "polled" | undefined
  readonly unwatch: (watcher: FSWatcher) => void
  readonly versionOf: (stats: BigIntStats) => string
  /** Has work done after what is waiting already. It pauses wherever it yields. */
  readonly schedule: (work: Generator<void>) => void
  /** Has a name checked again after a while, or without one the folder. */
  readonly postpone: (folder: WatchedFolder, part?: string) => void
}

/** The folders below one. */
export interface FolderTree {
  readonly root: WatchedFolder
  /** Finds out what is under this name now. With `isDeep` everything below it is looked at, if it is a folder. */
  readonly check: (folder: WatchedFolder, part: string, isDeep: boolean) => void
  /** Compares a folder with what is known of it; with `isDeep` also those below it. Unless `isTold`, what is new is not told. */
  readonly read: (folder: WatchedFolder, isTold: boolean, isDeep: boolean) => Generator<void>
  /** Forgets all of it without telling. */
  readonly dispose: () => void
  /** Looks at the folders that are polled. */
  readonly sweepFolders: () => Generator<void>
  /** Looks at what links lead to. */
  readonly sweepLinks: () => Generator<void>
  /** How many folders are watched, and how many polled. */
  readonly count: () => { readonly watched: number; readonly polled: number }
}

/** The tree of the folder at `path`, which is watched but not read yet; `undefined` where there is none. */
export const makeFolderTree = (
  path: string,
  disk: Disk,
  host: TreeHost
): FolderTree | undefined => {
  /** How often a folder that is swapped for another meanwhile is looked at again at once. */
  const attempts = 8
  let watched = 0
  const polled = new Set<WatchedFolder>()
  /** Folders with links in them. */
  const linking = new Set<WatchedFolder>()

  const nameIn = ({ name }: WatchedFolder, part: string): string =>
    name === "" ? part : `${name}/${part}`

  const leave = (folder: WatchedFolder): void => {
    folder.isGone = true
    polled.delete(folder)
    linking.delete(folder)
    if (folder.watcher === undefined) return
    watched -= 1
    host.unwatch(folder.watcher)
    folder.watcher = undefined
  }

  /** The folder at this place, watched, if it is one. */
  const hold = (
    parent: WatchedFolder | undefined,
    part: string,
    at: string
  ): WatchedFolder | "swapped" | undefined => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = disk.look(at)
      if (before?.isDirectory() !== true) return undefined
      const folder: WatchedFolder = {
        name: parent === undefined ? "" : nameIn(parent, part),
        path: at,
        parent,
        part,
        identity: disk.identityOf(before),
        files: new Map(),
        links: undefined,
        folders: undefined,
        watcher: undefined,
        isPolled: false,
        isGone: false
      }
      const watcher = host.watch(folder, before.dev)
      if (watcher === "polled") {
        folder.isPolled = true
        polled.add(folder)
      } else if (watcher !== undefined) {
        folder.watcher = watcher
        watched += 1
      }
      const after = disk.look(at)
      // The watch is on what was looked at, and no link led to it from outside.
      if (after !== undefined && disk.identityOf(after) === folder.identity && disk.isDirect(at)) {
        return folder
      }
      leave(folder)
    }
    return "swapped"
  }

  const enter = (parent: WatchedFolder, part: string, isTold: boolean): void => {
    const folder = hold(parent, part, `${parent.path}/${part}`)
    if (folder === "swapped") host.postpone(parent, part)
    else if (folder !== undefined) {
      parent.folders ??= new Map()
      parent.folders.set(part, folder)
      host.schedule(read(folder, isTold, false))
    }
  }

  const removeFile = (folder: WatchedFolder, part: string): void => {
    if (folder.files.delete(part)) host.onDeleted(nameIn(folder, part))
  }

  const forget = (folder: WatchedFolder, isTold: boolean): void => {
    leave(folder)
    if (isTold) for (const part of folder.files.keys()) host.onDeleted(nameIn(folder, part))
    for (const inner of folder.folders?.values() ?? []) forget(inner, isTold)
  }

  const removeFolder = (parent: WatchedFolder, part: string): void => {
    const folder = parent.folders?.get(part)
    if (folder === undefined) return
    parent.folders?.delete(part)
    forget(folder, true)
  }

  /** Puts down what is known of a file, and tells of it where that is new. */
  const put = (
    folder: WatchedFolder,
    part: string,
    stats: BigIntStats,
    version: string,
    isTold: boolean
  ): void => {
    const known = folder.files.get(part)
    if (known === version) return
    if (!disk.isDirect(folder.path)) return host.postpone(folder, part)
    folder.files.set(part, version)
    if (!isTold) return
    if (known === undefined) host.onCreated(nameIn(folder, part), stats)
    else host.onChanged(nameIn(folder, part), stats)
  }

  /** What is known of a file, once its `lstat` is known. */
  const placeFile = (
    folder: WatchedFolder,
    part: string,
    stats: BigIntStats,
    isTold: boolean
  ): void => {
    if (folder.files.has(part) && !folder.isPolled) return host.onTouched(nameIn(folder, part))
    put(folder, part, stats, folder.isPolled ? host.versionOf(stats) : "", isTold)
  }

  /** What is known of a link, once it is looked at what it leads to. */
  const placeLink = (folder: WatchedFolder, part: string, isTold: boolean): void => {
    const stats = disk.follow(path, `${folder.path}/${part}`)
    if (stats === undefined) return removeFile(folder, part)
    put(folder, part, stats, host.versionOf(stats), isTold)
  }

  /** Whether it still is this folder, and known to be watched or polled. */
  const isSame = (folder: WatchedFolder, stats: BigIntStats): boolean =>
    disk.identityOf(stats) === folder.identity && (folder.watcher !== undefined || folder.isPolled)

  const place = (folder: WatchedFolder, part: string, isTold: boolean, isDeep: boolean): void => {
    const stats = disk.look(`${folder.path}/${part}`)
    const inner = folder.folders?.get(part)
    if (stats?.isDirectory() === true) {
      removeFile(folder, part)
      if (inner !== undefined && isSame(inner, stats)) host.schedule(read(inner, isTold, isDeep))
      else {
        removeFolder(folder, part)
        enter(folder, part, isTold)
      }
      return
    }
    removeFolder(folder, part)
    if (stats?.isSymbolicLink() === true) {
      folder.links ??= new Set()
      folder.links.add(part)
      linking.add(folder)
      return placeLink(folder, part, isTold)
    }
    folder.links?.delete(part)
    if (stats?.isFile() === true) placeFile(folder, part, stats, isTold)
    else removeFile(folder, part)
  }

  const isStill = (folder: WatchedFolder): boolean => {
    const stats = disk.look(folder.path)
    return stats !== undefined && isSame(folder, stats)
  }

  function* sweepFolders(): Generator<void> {
    for (const folder of polled) yield* read(folder, true, false)
  }

  function* sweepLinks(): Generator<void> {
    for (const folder of linking) {
      for (const part of folder.links ?? []) {
        if (!folder.isGone) placeLink(folder, part, true)
        yield
      }
    }
  }

  function* read(folder: WatchedFolder, isTold: boolean, isDeep: boolean): Generator<void> {
    if (folder.isGone) return
    let entries: ReturnType<Disk["list"]>
    try {
      entries = disk.list(folder.path) ?? []
    } catch {
      return host.postpone(folder)
    }
    const stats = disk.look(folder.path)
    if (stats === undefined || disk.identityOf(stats) !== folder.identity) {
      // What was read may be another folder's. WatchLoop looks after the shared folder itself.
      if (folder.parent !== undefined) place(folder.parent, folder.part, true, true)
      return
    }
    const kinds = new Map(entries.map(({ kind, part }) => [part, kind]))
    for (const part of folder.files.keys()) {
      const kind = kinds.get(part)
      if (kind !== "file" && kind !== "link") removeFile(folder, part)
    }
    for (const part of folder.links ?? []) {
      if (kinds.get(part) !== "link") folder.links?.delete(part)
    }
    for (const part of folder.folders?.keys() ?? []) {
      if (kinds.get(part) !== "folder") removeFolder(folder, part)
    }
    // At once, for what was read is true now, and events tell of what happens from now on.
    const isSilent = !isTold && !folder.isPolled
    if (isSilent) {
      for (const { kind, part } of entries) if (kind === "file") folder.files.set(part, "")
    }
    for (const { kind, part } of entries) {
      if (folder.isGone) return
      if (kind === "folder") {
        const inner = folder.folders?.get(part)
        if (inner === undefined || isDeep || (folder.isPolled && !isStill(inner)))
          place(folder, part, isTold, isDeep)
        yield
      } else if (kind === "link") {
        place(folder, part, isTold, false)
        yield
      } else if (kind === "file" && !isSilent && (folder.isPolled || !folder.files.has(part))) {
        place(folder, part, isTold, false)
        yield
      }
    }
  }

  const top = hold(undefined, "", path)
  if (top === undefined || top === "swapped") return undefined
  return {
    root: top,
    count: () => ({ watched, polled: polled.size }),
    read,
    sweepFolders,
    sweepLinks,
    check: (folder, part, isDeep) => {
      if (!folder.isGone) place(folder, part, true, isDeep)
    },
    dispose: () => forget(top, false)
  }
}
