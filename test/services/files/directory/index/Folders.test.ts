/** Readings of large folders, which are shared by who asks meanwhile: that each ends, whoever is interrupted. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { lstatSync } from "node:fs"
import { FolderNames, pack } from "../../../../../src/services/files/directory/index/FolderNames.ts"
import { makeFolders } from "../../../../../src/services/files/directory/index/Folders.ts"
import { interruptBeforeEachStep } from "../../../../support/Interruption.ts"
import { temporaryFolder } from "../../../../support/stores/TemporaryFolder.ts"

describe("a folder that is read by a thread", () => {
  it.effect("is read for whoever asks after others were interrupted, wherever that was", () =>
    Effect.gen(function* () {
      const path = yield* temporaryFolder
      const shared = { hidden: false, links: false, mostUnshareable: 0 }
      const folder = { names: new FolderNames(pack([], shared)), identity: lstatSync(path) }
      const reader = { read: () => Effect.as(Effect.yieldNow, folder) }
      const folders = makeFolders(reader, 0, { indexFolders: 0, indexBytes: 0 })
      const visit = Effect.suspend(() => {
        const visited = folders.visit({ name: "", path })
        return Effect.isEffect(visited) ? visited : Effect.succeed(visited)
      })
      yield* interruptBeforeEachStep(visit)
      assert.strictEqual(yield* visit, folder)
    })
  )
})
