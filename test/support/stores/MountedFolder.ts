/** File systems of a test's own. */
import { Effect, type Scope } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { temporaryFolder } from "./TemporaryFolder.ts"

/** Whether a file system can be mounted here: as root, and not in a container that forbids it. */
export const canMount =
  process.platform === "linux"
  && process.getuid?.() === 0
  && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"])
    .status === 0

/** A folder on a tmpfs with these options (tmpfs(5)), gone with the scope. */
export const mounted = (options: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.flatMap(temporaryFolder, (folder) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        execFileSync("mount", ["-t", "tmpfs", "-o", options, "none", folder])
        return folder
      }),
      (folder) => Effect.sync(() => execFileSync("umount", ["--lazy", folder]))
    )
  )
