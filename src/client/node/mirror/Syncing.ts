/** Has what was written below a mirror's folder on disk, where its file system keeps anything there. */
import { Effect } from "effect"
import * as fs from "node:fs"
import type { SaveFailed } from "../../files/Placement.ts"
import * as System from "../SystemCalls.ts"
import { failedAt } from "./Attempt.ts"

/** Syncs files and folders. */
export interface Syncing {
  /** Syncs these. */
  readonly sync: (paths: Iterable<string>) => Effect.Effect<void, SaveFailed>
  /** Syncs the folders whose entries changed; what was renamed, made or removed in them is on disk then. */
  readonly syncFolders: Effect.Effect<void, SaveFailed>
}

/** Syncing below `root`; `changed` are the folders whose entries changed, added by who changes them. */
export const makeSyncing = (root: string, changed: Set<string>): Syncing => {
  const isSynced = fs.existsSync(root) && System.needsSync(root)
  const run = (paths: Iterable<string>, syncAll: typeof System.syncAll) =>
    isSynced ? Effect.tryPromise({ try: () => syncAll(paths), catch: failedAt(root) }) : Effect.void

  const syncFolders = Effect.suspend(() => {
    const all = [...changed]
    const paths = all.filter((path) => fs.existsSync(path))
    // Not before: where syncing fails, it is left to who writes the state the next time.
    const forget = Effect.sync(() => {
      for (const path of all) changed.delete(path)
    })
    return paths.length === 0 ? forget : Effect.andThen(run(paths, System.syncFolders), forget)
  })

  return { sync: (paths) => Effect.asVoid(run(paths, System.syncAll)), syncFolders }
}
