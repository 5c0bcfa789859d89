/**
 * The folder that the server was started in, which may go while it runs, as that of a release goes once another is there.
 * Node starts no thread in a folder that is gone (lib/internal/main/worker_thread.js asks for its path): a server that was
 * still in it computed no digest any more. So it does not stay there. Its supervisor does, for workers that are started
 * later find by it what the flags name.
 */
import { Effect } from "effect"
import { realpathSync } from "node:fs"
import { isAbsolute } from "node:path"

/** Leaves it for the root, once nothing is looked for by a path relative to it any more. */
export const leave: Effect.Effect<void> = Effect.sync(() => process.chdir("/"))

/** Leaves it where it is gone already, unless what is shared is named relative to it. */
export const leaveIfGone = (shared: string): Effect.Effect<void> => {
  if (shared !== "" && !isAbsolute(shared)) return Effect.void
  return Effect.try(() => realpathSync.native(".")).pipe(
    Effect.asVoid,
    Effect.catch(() => leave)
  )
}
