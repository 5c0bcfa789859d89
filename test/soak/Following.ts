/**
 * A mirror that follows the folder throughout (`app client --mirror --follow`): in the end it has what the folder has, and
 * holds no more than when it was warm.
 */
import { Effect } from "effect"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { startProbed } from "../support/programs/ProbedApp.ts"

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
  const mirror = yield* startProbed([...words, "--delete", "--max-delete", "100%", "--quiet"])
  return {
    /**
     * What it holds; the memory in use is that after the collections. Weighed four times, the last of which counts: what a
     * collection finds is given back by finalizers a while later, 200 objects and 14 MiB of it from one to the fourth.
     */
    held: Effect.sleep("1500 millis").pipe(
      Effect.andThen(mirror.held),
      Effect.map((held) => ({ ...held, resident: mirror.residentMemory() })),
      Effect.repeat({ times: 3 })
    ),
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
    /** Ends it; the exit code, and all that it said. */
    end: mirror.kill("SIGTERM").pipe(
      Effect.andThen(mirror.exitCode),
      Effect.map((code) => ({ code, said: mirror.said() }))
    )
  }
})
