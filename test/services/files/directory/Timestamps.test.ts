/** Nothing is believed that changed so lately that its next change might leave it the same times. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { lstatSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { vi } from "vitest"
import type { Entry } from "../../../../src/services/files/directory/index/FolderNames.ts"
import { FolderNames, pack } from "../../../../src/services/files/directory/index/FolderNames.ts"
import type { FolderReader } from "../../../../src/services/files/directory/index/FolderReader.ts"
import { makeFolders } from "../../../../src/services/files/directory/index/Folders.ts"
import { isOldEnough } from "../../../../src/services/files/directory/Timestamps.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"

afterEach(() => void vi.restoreAllMocks())

describe("times", () => {
  it("are believed after 100 ms, and after 2 s where they are whole seconds", () => {
    const seconds = 1_700_000_000_000
    for (const [ctimeMs, mtimeMs, age] of [
      [seconds + 0.5, seconds + 0.5, 100],
      [seconds + 0.5, seconds - 0.5, 100],
      [seconds - 0.5, seconds + 0.5, 100],
      [seconds + 0.5, seconds, 100],
      [seconds, seconds, 2000],
      [seconds - 1000, seconds, 2000]
    ] as const) {
      const changed = Math.max(ctimeMs, mtimeMs)
      assert.isFalse(isOldEnough({ ctimeMs, mtimeMs }, changed + age), `${ctimeMs} ${mtimeMs}`)
      assert.isTrue(isOldEnough({ ctimeMs, mtimeMs }, changed + age + 1), `${ctimeMs} ${mtimeMs}`)
    }
  })

  it.effect("of a folder that changed less than 100 ms ago do not keep its names", () =>
    Effect.gen(function* () {
      const path = yield* folderWith({ a: "" })
      const entryOf = (name: string): Entry => ({
        name,
        isFile: () => true,
        isDirectory: () => false,
        isSymbolicLink: () => false
      })
      let reads = 0
      const reader: FolderReader = {
        read: () => {
          reads += 1
          const identity = lstatSync(path)
          const found = readdirSync(path).map(entryOf)
          const shared = { hidden: false, links: false, mostUnshareable: 0 }
          return { names: new FolderNames(pack(found, shared)), identity }
        }
      }
      const stats = { indexFolders: 0, indexBytes: 0 }
      const folders = makeFolders(reader, 1024 * 1024, stats)
      /** How often the folder is read for two questions that come so long after its last change. */
      const readsAt = (age: number): number => {
        vi.spyOn(Date, "now").mockReturnValue(lstatSync(path).ctimeMs + age)
        const before = reads
        for (const _ of [1, 2]) folders.visit({ name: "", path })
        return reads - before
      }
      assert.strictEqual(readsAt(0), 2)
      assert.strictEqual(readsAt(100), 2)
      assert.deepStrictEqual(stats, { indexFolders: 0, indexBytes: 0 })
      assert.strictEqual(readsAt(101), 1)
      assert.strictEqual(stats.indexFolders, 1)
      assert.isAbove(stats.indexBytes, 0)
      writeFileSync(join(path, "b"), "")
      assert.strictEqual(readsAt(-3_600_000), 2)
      assert.strictEqual(stats.indexFolders, 0)
      assert.strictEqual(readsAt(101), 1)
      assert.strictEqual(readsAt(0), 0)
    })
  )
})
