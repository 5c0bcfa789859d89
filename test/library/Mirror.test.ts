import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Queue } from "effect"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { followMirror, mirror } from "../../src/library/Client.ts"
import { App } from "../support/programs/App.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"

describe("the library's mirror", () => {
  it.live("brings a folder up to date, tells each step, and refuses to empty it", () =>
    Effect.gen(function* () {
      const shared = yield* folderWith({ a: "1", "b/c": "22", d: "3" })
      const { port } = yield* serveFolder(shared)
      const folder = join(yield* temporaryFolder, "copy")
      const steps: Array<string> = []
      const options = {
        port,
        delete: true,
        onSteps: (some: ReadonlyArray<{ readonly _tag: string; readonly name: string }>) =>
          Effect.sync(() => void steps.push(...some.map(({ _tag, name }) => `${_tag} ${name}`)))
      }
      const dry = yield* mirror(folder, { ...options, dryRun: true })
      assert.deepInclude(dry, { new: 3, bytes: 4 })
      assert.isFalse(existsSync(folder))
      assert.deepStrictEqual(yield* mirror(folder, options), dry)
      assert.strictEqual(readFileSync(join(folder, "b/c"), "utf8"), "22")
      steps.length = 0
      rmSync(join(shared, "d"))
      writeFileSync(join(shared, "a"), "changed")
      writeFileSync(join(folder, "b/c"), "by hand")
      assert.deepInclude(yield* mirror(folder, options), { changed: 1, gone: 1, kept: 1 })
      assert.deepStrictEqual(steps.sort(), ["Changed a", "Deleted d", "Kept b/c"])
      rmSync(join(shared, "a"))
      rmSync(join(shared, "b"), { recursive: true })
      const refused = yield* Effect.flip(mirror(folder, options))
      assert.deepInclude(refused, { _tag: "DeletionRefused", reason: "empty" })
      assert.isTrue(existsSync(join(folder, "a")))
      assert.deepInclude(yield* mirror(folder, { ...options, maxDelete: { percent: 100 } }), {
        gone: 1,
        kept: 1
      })
    })
  )

  it.live("follows the server until it is interrupted, and says what it could not do", () =>
    Effect.gen(function* () {
      const place = yield* folderWith({ "shared/a": "1", "shared/b": "2", "shared/c": "3" })
      const { address } = yield* (yield* App).serve(["--dir", "shared"], { cwd: place })
      const told = yield* Queue.unbounded<string>()
      const tell = (text: string) => Queue.offer(told, text)
      const following = yield* Effect.forkChild(
        followMirror(join(place, "copy"), {
          port: address.port,
          delete: true,
          maxDelete: { files: 1 },
          onSteps: (steps) =>
            Effect.forEach(steps, ({ _tag, name }) => tell(`${_tag} ${name}`), { discard: true }),
          onFailure: ({ _tag }) => tell(_tag)
        })
      )
      const next = (count: number) => Effect.map(Queue.takeN(told, count), (some) => some.sort())
      assert.deepStrictEqual(yield* next(3), ["New a", "New b", "New c"])
      writeFileSync(join(place, "shared/a"), "changed")
      assert.deepStrictEqual(yield* next(1), ["Changed a"])
      assert.strictEqual(readFileSync(join(place, "copy/a"), "utf8"), "changed")
      rmSync(join(place, "shared/b"))
      assert.deepStrictEqual(yield* next(1), ["Deleted b"])
      rmSync(join(place, "shared/c"))
      assert.deepStrictEqual(yield* next(1), ["DeletionRefused"])
      yield* Fiber.interrupt(following)
      // The folder is free again.
      assert.deepInclude(yield* mirror(join(place, "copy"), { port: address.port }), { same: 1 })
    }).pipe(Effect.provide(App.layer))
  )
})
