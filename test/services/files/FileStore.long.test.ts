/** What every store promises, asked of a folder whose names have been held in memory before, or partly. */
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { storeContract } from "../../support/stores/StoreContract.ts"
import { directoryStore, namesOf } from "../../support/stores/Stores.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"

const past = new Date("2024-03-09T12:34:56.789Z")
const later = new Date("2024-03-09T12:34:57.000Z")

/** What was not changed for longer than this may be held in memory. */
const rest = "150 millis"

/** Too small for all folders of a shelf, and large enough for some. */
const tiny = 3000

for (const [kind, index] of [
  ["directory whose names are held", undefined],
  ["directory whose names are partly held", tiny]
] as const) {
  storeContract(
    kind,
    (files) =>
      Effect.gen(function* () {
        const folder = yield* folderWith(files)
        for (const name of Object.keys(files)) utimesSync(join(folder, name), past, past)
        // Time itself is what a folder must have behind it to be held.
        yield* TestClock.withLive(Effect.sleep(rest))
        const store = yield* directoryStore(folder, index === undefined ? {} : { index })
        yield* namesOf(store)
        return {
          store,
          replace: (name, content) =>
            Effect.sync(() => {
              writeFileSync(join(folder, name), content)
              utimesSync(join(folder, name), later, later)
            }),
          remove: (name) => Effect.sync(() => rmSync(join(folder, name))),
          modified: (name) => Effect.sync(() => Math.floor(statSync(join(folder, name)).mtimeMs))
        }
      }),
    "small files"
  )
}
