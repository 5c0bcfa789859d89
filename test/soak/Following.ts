/**
 * A mirror that follows the folder throughout (`app client --mirror --follow`): in the end it has what the folder has, in as
 * much memory as when it was warm.
 */
import { Effect } from "effect"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { root, start } from "../support/programs/App.ts"
import { memoryOf } from "../support/programs/Processes.ts"

/** The regular files below a folder, by their names; those of the mirror's own folder left out. */
const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith(".app-mirror") && statSync(join(folder, name)).isFile())
    .sort()

/** Starts it; it is gone when the scope closes. */
export const followFolder = Effect.fnUntraced(function* (
  { port }: Address,
  shared: string,
  target: string
) {
  const words = ["client", "--port", String(port), "--mirror", target, "--follow"]
  const mirror = yield* start(
    process.execPath,
    [join(root, "src/main.ts"), ...words, "--delete", "--max-delete", "100%", "--quiet"],
    { cwd: root }
  )
  return {
    /** The memory in use (proc(5), VmRSS), in bytes. */
    residentMemory: (): number => memoryOf(mirror.pid),
    /** The names that are not in both, or have other bytes. */
    differences: (): ReadonlyArray<string> => {
      const [theirs, ours] = [filesIn(shared), filesIn(target)]
      const wrong = [
        ...theirs.filter((name) => !ours.includes(name)),
        ...ours.filter((name) => !theirs.includes(name)),
        ...theirs.filter(
          (name) =>
            ours.includes(name)
            && !readFileSync(join(shared, name)).equals(readFileSync(join(target, name)))
        )
      ]
      return wrong
    },
    /** Ends it, and tells all that it said. */
    end: Effect.andThen(mirror.kill("SIGTERM"), mirror.ended)
  }
})
