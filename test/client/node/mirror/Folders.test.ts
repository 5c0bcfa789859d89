/** Folders that are made with those above them. Those of a mirror's files: Folder.test.ts. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeAll } from "../../../../src/client/node/mirror/Folders.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

it.effect(
  "a folder is made with all that are missing above it, and tells whose entries changed",
  () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      mkdirSync(join(root, "real"))
      symlinkSync("real", join(root, "link"))
      assert.deepStrictEqual(makeAll(join(root, "link/a/b")), [
        join(root, "link/a"),
        join(root, "link")
      ])
      assert.isTrue(statSync(join(root, "real/a/b")).isDirectory())
      assert.deepStrictEqual(makeAll(join(root, "link/a/b")), [])
    })
)

it.effect("no folder is made below a file, nor where the system makes none", () =>
  Effect.gen(function* () {
    const root = yield* temporaryFolder
    writeFileSync(join(root, "file"), "")
    assert.throws(() => makeAll(join(root, "file")), /no folder/)
    assert.throws(() => makeAll(join(root, "file/a")), /no folder|ENOTDIR/)
    // Node's own recursive call never ends here.
    assert.throws(() => makeAll("/proc/nada/a"), /ENOENT/)
  })
)
