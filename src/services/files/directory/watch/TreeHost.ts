/** Who runs a FolderTree, as it sees them: WatchLoop. */
import type { BigIntStats, FSWatcher } from "node:fs"
import type { WatchedFolder } from "./WatchedFolder.ts"

/** Why a folder is polled: other machines change it, the system watches no more folders, or this system none as we need it. */
export type PollReason = "network" | "limit" | "system"

/** What the tree needs of who runs it. */
export interface TreeHost {
  readonly onCreated: (name: string, stats: BigIntStats) => void
  readonly onChanged: (name: string, stats: BigIntStats) => void
  /** A file was changed, or touched at least: it may be changed again soon. */
  readonly onTouched: (name: string) => void
  readonly onDeleted: (name: string) => void
  /**
   * Begins to watch a folder on this device. It is to be polled, for good or because the system watches no more folders
   * now (`full`); `undefined` where it is gone or may not be read.
   */
  readonly watch: (
    folder: WatchedFolder,
    device: bigint
  ) => FSWatcher | "polled" | "full" | undefined
  readonly unwatch: (watcher: FSWatcher) => void
  readonly versionOf: (stats: BigIntStats) => string
  /** Has work done after what is waiting already. It pauses wherever it yields. */
  readonly schedule: (work: Generator<void>) => void
  /** Has a name checked again after a while, or without one the folder. */
  readonly postpone: (folder: WatchedFolder, part?: string) => void
}
