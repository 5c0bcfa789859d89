/** What a mirror that follows may delete, counted over many small changes. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import { SaveFailed } from "../../../../src/client/files/Placement.ts"
import { DeletionRefused } from "../../../../src/client/mirror/Deletion.ts"
import { followMirror, type Narrowed } from "../../../../src/client/mirror/follow/FollowMirror.ts"
import { MirrorFolder } from "../../../../src/client/mirror/MirrorFolder.ts"
import { mirror } from "../../../../src/client/mirror/run/Run.ts"
import { makeMemory } from "../../../../src/client/mirror/state/Memory.ts"
import { noTotals, Step } from "../../../../src/client/mirror/Step.ts"
import { layer as folderLayer } from "../../../../src/client/node/mirror/Folder.ts"
import * as Mirror from "../../../../src/client/node/mirror/Mirror.ts"
import * as Reply from "../../../../src/domain/Reply.ts"
import { connectorOf, info, lost, read } from "../../../support/values/ToldChanges.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../../support/values/Names.ts"

class Fault extends Data.TaggedError("Fault")<{}> {}

describe("a mirror that follows", () => {
  it.effect("counts what was deleted and what came, though the comparison fails behind it", () =>
    Effect.gen(function* () {
      const news = read(["17-5", "apagado", "a"])
      const limits: Array<unknown> = []
      const compare = Effect.fnUntraced(function* ({ maxDelete, only, onSteps }: Narrowed) {
        if (only === undefined || onSteps === undefined) return { ...noTotals, same: 10 }
        limits.push(maxDelete)
        const name = limits.length
        yield* onSteps([Step.Deleted({ name: `${name}` }), Step.New({ name: "x", size: 1 })])
        if (limits.length < 3) return yield* new Fault()
        return { ...noTotals, gone: 1, new: 1 }
      })
      const fiber = yield* Effect.forkChild(
        followMirror({
          connector: connectorOf(
            [info("17-4"), news, news, news, read(["17-6", "apagado", "b"])],
            () => undefined
          ),
          wait: 1000,
          every: undefined,
          selection: { patterns: [], exclude: [], hidden: false },
          maxDelete: undefined,
          compare,
          onFailure: () => Effect.void
        })
      )
      for (let second = 0; second < 100 && limits.length < 4; second++)
        yield* TestClock.adjust("1 second")
      fiber.interruptUnsafe()
      // Half of 10, of 11, of 12 and of 13 files, less what was deleted.
      assert.deepStrictEqual(
        limits,
        [5, 5 - 1, 6 - 2, 6 - 3].map((files) => ({ files }))
      )
    })
  )

  it.effect(
    "brings what else changed where deleting is refused, and compares all before long",
    () =>
      Effect.gen(function* () {
        const did: Array<string> = []
        const compare = Effect.fnUntraced(function* ({ delete: isDeleting, only }: Narrowed) {
          did.push(only === undefined ? "all" : isDeleting === false ? "the others" : "names")
          if (only !== undefined && isDeleting !== false)
            return yield* new DeletionRefused({ reason: "limit", gone: 6, known: 10 })
          return { ...noTotals, same: 10 }
        })
        const fiber = yield* Effect.forkChild(
          followMirror({
            connector: connectorOf(
              // Until all is compared, the server is away, and is asked again each second.
              [
                info("17-4"),
                read(["17-5", "apagado", "a"]),
                ...Array.from({ length: 30 }, (): typeof lost => lost),
                info("17-5")
              ],
              () => undefined
            ),
            wait: 1000,
            every: undefined,
            selection: { patterns: [], exclude: [], hidden: false },
            maxDelete: undefined,
            compare,
            onFailure: (error) =>
              Effect.sync(() => {
                if (error instanceof DeletionRefused) did.push("refused")
              })
          })
        )
        for (let second = 0; second < 100 && did.length < 5; second++)
          yield* TestClock.adjust("1 second")
        fiber.interruptUnsafe()
        assert.deepStrictEqual(did, ["all", "names", "refused", "the others", "all"])
      })
  )

  it.effect("is told of what was deleted before the backup of another file failed", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ a: "1", b: "2" })
      const full = Layer.effect(
        MirrorFolder,
        Effect.map(MirrorFolder, (folder) => ({
          ...folder,
          backUp: (name: string) =>
            name === "a" ? Effect.void : Effect.fail(new SaveFailed({ path: name, cause: "full" }))
        }))
      ).pipe(Layer.provide(folderLayer(root, false)))
      const notFound = Reply.Reply.Error({ code: "NOTFOUND", message: "x" })
      const connector = connectorOf([notFound, notFound], () => undefined)
      const told: Array<Step> = []
      const failed = yield* mirror(
        {
          patterns: [],
          exclude: [],
          hidden: false,
          delete: true,
          force: true,
          maxDelete: { files: 2 },
          checksum: false,
          backup: "elsewhere",
          dryRun: false,
          only: { names: new Set([fileName("a"), fileName("b")]), memory: makeMemory() },
          onPlan: () => Effect.void,
          onSteps: (steps) => Effect.sync(() => void told.push(...steps)),
          onProgress: () => undefined
        },
        { bytes: connector, digests: connector }
      ).pipe(Effect.provide([full, Mirror.services]), Effect.flip)
      assert.strictEqual(failed._tag, "SaveFailed")
      assert.deepStrictEqual(told, [Step.Deleted({ name: "a" })])
      assert.deepStrictEqual(
        fs.readdirSync(root).filter((name) => !name.startsWith(".")),
        ["b"]
      )
    })
  )
})
