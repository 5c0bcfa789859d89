/** What the watching thread knows of a folder. */
import type { FSWatcher } from "node:fs"

/** A folder. */
export interface WatchedFolder {
  /** Relative to the shared folder, "" for that one. */
  readonly name: string
  readonly path: string
  readonly parent: WatchedFolder | undefined
  /** Its name in its parent. */
  readonly part: string
  readonly identity: string
  /** The files in it, which FileNames keeps. */
  files: Map<string, string> | string
  /** The names of links, which are looked at again and again: what they lead to changes elsewhere. */
  links: Set<string> | undefined
  /** `undefined` where there are none, as in most folders. */
  folders: Map<string, WatchedFolder> | undefined
  watcher: FSWatcher | undefined
  isPolled: boolean
  /** Whether it is no longer part of the tree; its events mean nothing then. */
  isGone: boolean
}

/** A folder of which nothing is known yet. */
export const makeWatchedFolder = (
  parent: WatchedFolder | undefined,
  part: string,
  name: string,
  path: string,
  identity: string
): WatchedFolder => ({
  name,
  path,
  parent,
  part,
  identity,
  files: "",
  links: undefined,
  folders: undefined,
  watcher: undefined,
  isPolled: false,
  isGone: false
})
