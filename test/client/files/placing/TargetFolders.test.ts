/** Which folders are synced, and when. That they are before a file is told of: test/cli/client/Durability.long.test.ts. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, PlatformError } from "effect"
import { mkdirSync } from "node:fs"
import { join, relative } from "node:path"
import { makeTargetFolders } from "../../../../src/client/files/placing/TargetFolders.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

const failing = (code: string) =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method: "open",
    cause: Object.assign(new Error(code), { code })
  })

/** The folders within a temporary one; the names of what was synced since it was asked, with `.` for the folder itself. */
const observed = Effect.gen(function* () {
  const root = yield* temporaryFolder
  const platform = yield* FileSystem.FileSystem
  const opened: Array<string> = []
  let fault: string | undefined
  const fileSystem: FileSystem.FileSystem = {
    ...platform,
    open: (path, options) => {
      opened.push(relative(root, path) || ".")
      return fault === undefined ? platform.open(path, options) : Effect.fail(failing(fault))
    }
  }
  const { make, sync } = makeTargetFolders(root)
  const here = Effect.provideService(FileSystem.FileSystem, fileSystem)
  return {
    root,
    make: (name: string) => make(name.split("/")).pipe(here),
    sync: sync.pipe(here),
    synced: () => opened.splice(0).sort(),
    /** Has every folder that is opened from now on fail with this code; with none of them where it is `undefined`. */
    failWith: (code: string | undefined) => {
      fault = code
    }
  }
})

layer(NodeServices.layer)("the folders within a target", (it) => {
  it.effect("that were made have their names synced once, in the folders above them", () =>
    Effect.gen(function* () {
      const { make, sync, synced } = yield* observed
      yield* make("a/b")
      yield* make("a/c")
      assert.deepStrictEqual(yield* sync, [])
      assert.deepStrictEqual(synced(), [".", "a"])
      yield* sync
      assert.deepStrictEqual(synced(), [])
      yield* make("a/d/e")
      yield* sync
      assert.deepStrictEqual(synced(), ["a", "a/d"])
    })
  )

  it.effect("that were there have theirs synced too: who made them may have been stopped", () =>
    Effect.gen(function* () {
      const { make, root, sync, synced } = yield* observed
      mkdirSync(join(root, "a/b"), { recursive: true })
      yield* make("a/b")
      yield* sync
      assert.deepStrictEqual(synced(), [".", "a"])
    })
  )

  it.effect("are synced again where that failed", () =>
    Effect.gen(function* () {
      const { failWith, make, sync, synced } = yield* observed
      yield* make("a")
      failWith("EIO")
      assert.strictEqual((yield* Effect.flip(sync))._tag, "PlatformError")
      failWith(undefined)
      assert.deepStrictEqual(synced(), ["."])
      yield* sync
      assert.deepStrictEqual(synced(), ["."])
    })
  )

  it.effect(
    "that a file system does not sync are told of each time, not to who comes first alone",
    () =>
      Effect.gen(function* () {
        const { failWith, make, sync } = yield* observed
        yield* make("a")
        failWith("EINVAL")
        assert.deepStrictEqual(yield* sync, ["sync"])
        assert.deepStrictEqual(yield* sync, ["sync"])
        failWith(undefined)
        yield* make("b")
        assert.deepStrictEqual(yield* sync, ["sync"])
      })
  )

  it.effect("is told at once where no folder can be made, though the one above it is there", () =>
    Effect.gen(function* () {
      // Node's own recursive call never ends here.
      const { make } = makeTargetFolders("/proc/nada/a")
      assert.strictEqual((yield* Effect.flip(make(["b"]))).reason._tag, "NotFound")
    })
  )
})
