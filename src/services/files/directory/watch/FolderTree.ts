/**
 * The folders that are watched, with the names of the files in them. What it is told is that a name may have changed; what
 * happened to it, `lstat` says. A folder is watched first and read then, so that nothing that comes in between is missed.
 * It runs in the watching thread (Disk). When things are done, and in what order: WatchLoop.
 */
import type { BigIntStats } from "node:fs"
import type { Disk, DiskEntries } from "./Disk.ts"
import type { FileNames } from "./FileNames.ts"
import type { TreeHost } from "./TreeHost.ts"
import type { makeWatchedFolder, WatchedFolder } from "./WatchedFolder.ts"

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
  /** Watches folders that are polled because the system watched no more of them, as many as it watches now. */
  readonly watchMore: () => Generator<void>
  /** Looks at what links lead to. */
  readonly sweepLinks: () => Generator<void>
  /** How many folders are watched, and how many polled. */
  readonly count: () => { readonly watched: number; readonly polled: number }
}

/** What the tree is made of. */
export interface TreeParts {
  readonly disk: Disk
  readonly names: FileNames
  readonly makeWatchedFolder: typeof makeWatchedFolder
}

/** The tree of the folder at `path`, which is watched but not read yet; `undefined` where there is none. */
export const makeFolderTree = (
  path: string,
  { disk, makeWatchedFolder, names }: TreeParts,
  host: TreeHost
): FolderTree | undefined => {
  /** How often a folder that is swapped for another meanwhile is looked at again at once. */
  const attempts = 8
  let watched = 0
  const polled = new Set<WatchedFolder>()
  /** Those of them that would be watched if there were room. */
  const unwatched = new Set<WatchedFolder>()
  /** Folders with links in them. */
  const linking = new Set<WatchedFolder>()

  const nameIn = ({ name }: WatchedFolder, part: string): string =>
    name === "" ? part : `${name}/${part}`

  /** Begins to watch a folder, if it is there; returns why not where it is to be polled. */
  const beginWatch = (folder: WatchedFolder, device: bigint): "polled" | "full" | undefined => {
    const watcher = host.watch(folder, device)
    if (watcher === "polled" || watcher === "full") return watcher
    folder.watcher = watcher
    if (watcher !== undefined) watched += 1
    return undefined
  }

  const leaveWatch = (folder: WatchedFolder): void => {
    if (folder.watcher === undefined) return
    watched -= 1
    host.unwatch(folder.watcher)
    folder.watcher = undefined
  }

  const leave = (folder: WatchedFolder): void => {
    folder.isGone = true
    polled.delete(folder)
    unwatched.delete(folder)
    linking.delete(folder)
    names.forget(folder)
    leaveWatch(folder)
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
      const name = parent === undefined ? "" : nameIn(parent, part)
      const folder = makeWatchedFolder(parent, part, name, at, disk.identityOf(before))
      const refusal = beginWatch(folder, before.dev)
      if (refusal !== undefined) {
        folder.isPolled = true
        polled.add(folder)
        if (refusal === "full") unwatched.add(folder)
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
    if (names.of(folder).delete(part)) host.onDeleted(nameIn(folder, part))
  }

  const forget = (folder: WatchedFolder, isTold: boolean): void => {
    leave(folder)
    if (isTold) for (const part of names.partsOf(folder)) host.onDeleted(nameIn(folder, part))
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
    const known = names.of(folder).get(part)
    if (known === version) return
    if (!disk.isDirect(folder.path)) return host.postpone(folder, part)
    names.of(folder).set(part, version)
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
    if (names.of(folder).has(part) && !folder.isPolled) return host.onTouched(nameIn(folder, part))
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

  function* watchMore(): Generator<void> {
    for (const folder of unwatched) {
      const stats = disk.look(folder.path)
      if (stats === undefined || !isSame(folder, stats)) continue
      // One that is watched already could not be read, or that was given up in between.
      if (folder.watcher === undefined && beginWatch(folder, stats.dev) === "full") return
      if (folder.watcher === undefined) continue
      if (isStill(folder) && disk.isDirect(folder.path)) yield* read(folder, true, false)
      else leaveWatch(folder)
    }
  }

  function* sweepLinks(): Generator<void> {
    for (const folder of linking) {
      for (const part of folder.links ?? []) {
        if (!folder.isGone) placeLink(folder, part, true)
        yield
      }
    }
  }

  /** Removes what is known and was not found. */
  const removeOthers = (folder: WatchedFolder, { files, folders, links }: DiskEntries): void => {
    const isIn = new Set(links)
    for (const part of folder.links ?? []) if (!isIn.has(part)) folder.links?.delete(part)
    for (const part of files) isIn.add(part)
    for (const part of names.partsOf(folder)) if (!isIn.has(part)) removeFile(folder, part)
    if (folder.folders === undefined) return
    const areIn = new Set(folders)
    for (const part of folder.folders.keys()) if (!areIn.has(part)) removeFolder(folder, part)
  }

  function* read(folder: WatchedFolder, isTold: boolean, isDeep: boolean): Generator<void> {
    if (folder.isGone) return
    let entries: DiskEntries
    try {
      entries = disk.list(folder.path) ?? { files: [], folders: [], links: [] }
    } catch {
      return host.postpone(folder)
    }
    const stats = disk.look(folder.path)
    if (stats === undefined || disk.identityOf(stats) !== folder.identity) {
      // What was read may be another folder's. WatchLoop looks after the shared folder itself.
      if (folder.parent !== undefined) place(folder.parent, folder.part, true, true)
      return
    }
    removeOthers(folder, entries)
    const { files, folders, links } = entries
    // At once, for what was read is true now, and events tell of what happens from now on.
    const isSilent = !isTold && !folder.isPolled
    if (isSilent) names.add(folder, files)
    for (const part of folders) {
      if (folder.isGone) return
      const inner = folder.folders?.get(part)
      if (inner === undefined) enter(folder, part, isTold)
      else if (isDeep || (folder.isPolled && !isStill(inner))) place(folder, part, isTold, isDeep)
      yield
    }
    for (const part of links) {
      if (folder.isGone) return
      place(folder, part, isTold, false)
      yield
    }
    if (isSilent) return
    for (const part of files) {
      if (folder.isGone) return
      if (!folder.isPolled && names.of(folder).has(part)) continue
      place(folder, part, isTold, false)
      yield
    }
    // It was compared once more since it is watched: what changed before that came without an event.
    if (!unwatched.has(folder) || folder.watcher === undefined) return
    folder.isPolled = false
    polled.delete(folder)
    unwatched.delete(folder)
    names.rest(folder)
  }

  const top = hold(undefined, "", path)
  if (top === undefined || top === "swapped") return undefined
  return {
    root: top,
    count: () => ({ watched, polled: polled.size }),
    read,
    sweepFolders,
    sweepLinks,
    watchMore,
    check: (folder, part, isDeep) => {
      if (!folder.isGone) place(folder, part, true, isDeep)
    },
    dispose: () => forget(top, false)
  }
}
