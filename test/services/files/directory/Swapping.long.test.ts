/** Between looking at a path and opening it, another process swaps what lies there for a link that leads outside. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import { App, start } from "../../../support/programs/App.ts"
import { contentOf, directoryStore } from "../../../support/stores/Stores.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"

const swapper = fileURLToPath(new URL("../../../support/programs/swapper.ts", import.meta.url))

const swaps = 10_000
/** Each name must have been found, and not been found, so often, or the test has seen nothing. */
const fewest = 500

const secret = "segredo"

layer(App.layer, { excludeTestServices: true })("a store", (it) => {
  it.effect(
    "never gives a byte from outside while a file and a folder are swapped for links 10,000 times",
    () =>
      Effect.gen(function* () {
        const outside = yield* folderWith({
          "segredo.txt": secret,
          "fora/b.txt": secret,
          "DB/a.txt": "a",
          "DB/pasta/b.txt": "b"
        })
        const store = yield* directoryStore(join(outside, "DB"))
        const seen = new Map<string, number>()
        const names = ["a.txt", "pasta/b.txt"]
        const look = (name: string) =>
          Effect.map(
            Effect.match(contentOf(store, name), {
              onFailure: ({ _tag }) => _tag,
              onSuccess: (bytes) => bytes.toString()
            }),
            (found) => {
              const what = `${name} ${found}`
              seen.set(what, (seen.get(what) ?? 0) + 1)
            }
          )
        const outcomes = [
          "a.txt a",
          "a.txt FileNotFound",
          "pasta/b.txt FileNotFound",
          "pasta/b.txt b"
        ]
        const isEnough = () => outcomes.every((what) => (seen.get(what) ?? 0) >= fewest)

        const swapping = yield* start(process.execPath, [swapper, outside, `${swaps}`], {
          cwd: outside
        })
        let isOver = false
        const looking = Effect.gen(function* () {
          while (!isOver || !isEnough()) {
            yield* Effect.forEach(names, look, { concurrency: "unbounded", discard: true })
          }
        })
        const enough = Effect.tap(swapping.says("stdout", /^enough\n/m), () => {
          isOver = true
          return Effect.void
        })
        yield* Effect.all([looking, enough], { concurrency: 2, discard: true })
        yield* swapping.end
        const [, swapped] = yield* swapping.says("stdout", /^swapped (\d+)\n/m)
        console.log(`${swapped} swaps of each: ${JSON.stringify(Object.fromEntries(seen))}`)
        assert.isAtLeast(Number(swapped), swaps)
        assert.sameMembers([...seen.keys()], outcomes)
      })
  )
})
