/** What is synced for a backup. In the long suite, whose files have a process each: a module is replaced for all of one. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { vi } from "vitest"
import { MirrorFolder } from "../../../../src/client/mirror/MirrorFolder.ts"
import { layer } from "../../../../src/client/node/mirror/Folder.ts"
import * as System from "../../../../src/client/node/SystemCalls.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../../support/values/Names.ts"

vi.mock(import("../../../../src/client/node/SystemCalls.ts"), { spy: true })

describe("the backup of a mirror", () => {
  it.effect(
    "has a copy on disk, and the folders made for it, before the file may be replaced",
    () =>
      Effect.gen(function* () {
        const root = yield* folderWith({ "a/b/x": "by hand" })
        const backup = yield* temporaryFolder
        vi.mocked(System.needsSync).mockReturnValue(true)
        vi.mocked(System.syncAll).mockClear()
        const synced = (): ReadonlyArray<string> =>
          vi.mocked(System.syncAll).mock.calls.flatMap(([paths]) => [...paths])
        yield* Effect.gen(function* () {
          const folder = yield* MirrorFolder
          yield* folder.backUp(fileName("a/b/x"), join(backup, "new"))
          const paths = ["new/a/b/x", "new/a/b", "new/a", "new", ""]
          assert.deepStrictEqual(
            synced(),
            paths.map((path) => join(backup, path))
          )
          yield* folder.backUp(fileName("a/b/x"), join(backup, "new"))
          assert.deepStrictEqual(
            synced().slice(paths.length),
            ["new/a/b/x.1", "new/a/b"].map((path) => join(backup, path))
          )
        }).pipe(Effect.provide(layer(root, false)))
        assert.strictEqual(fs.readFileSync(join(backup, "new/a/b/x.1"), "utf8"), "by hand")
      }).pipe(Effect.ensuring(Effect.sync(() => vi.mocked(System.needsSync).mockReset())))
  )
})
