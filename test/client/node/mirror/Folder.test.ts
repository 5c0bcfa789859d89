/** The folder of a mirror, where what was planned is no longer so when it is done. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as fs from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MirrorFolder } from "../../../../src/client/mirror/MirrorFolder.ts"
import { isInside } from "../../../../src/client/node/mirror/Backup.ts"
import { layer } from "../../../../src/client/node/mirror/Folder.ts"
import { needsSync } from "../../../../src/client/node/SystemCalls.ts"
import * as ByteString from "../../../../src/domain/ByteString.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../../support/values/Names.ts"

/** Stages a file and puts it in its place, where `seen` stood before. */
const put = Effect.fnUntraced(function* (
  name: string,
  seen: { readonly kind: "file"; readonly size: number; readonly modified: number } | undefined
) {
  const folder = yield* MirrorFolder
  yield* folder.begin
  const [path = ""] = yield* folder.stage([{ bytes: [Buffer.from("new")], modified: 5_123 }])
  const entry = { size: 3, modified: 5_123, sha256: "", version: ByteString.fromText("1") }
  const [outcome] = yield* folder.place([
    { name: fileName(name), path, entry, seen, isSynced: false }
  ])
  return outcome?._tag
})

/** A socket of the file system, until the scope closes. */
const socketAt = (path: string) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer().listen(path, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

describe("the folder of a mirror", () => {
  it.effect("has a file put in its place, with its time, where nothing changed", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ "b/old": "old" })
      fs.utimesSync(join(root, "b/old"), 1, 1)
      const seen = { kind: "file", size: 3, modified: 1000 } as const
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* put("a/x", undefined), "Done")
        assert.strictEqual(yield* put("b/old", seen), "Done")
      }).pipe(Effect.provide(layer(root, false)))
      for (const name of ["a/x", "b/old"]) {
        assert.strictEqual(fs.readFileSync(join(root, name), "utf8"), "new")
        const { mtimeNs } = fs.statSync(join(root, name), { bigint: true })
        assert.isTrue(mtimeNs >= 5_123_000_000n && mtimeNs < 5_123_001_000n, String(mtimeNs))
      }
    })
  )

  it.effect("has the empty folders of a name removed, and none behind a link", () =>
    Effect.gen(function* () {
      const outside = yield* temporaryFolder
      fs.mkdirSync(join(outside, "a/b"), { recursive: true })
      const root = yield* temporaryFolder
      fs.mkdirSync(join(root, "a/b"), { recursive: true })
      fs.symlinkSync(outside, join(root, "link"))
      yield* Effect.gen(function* () {
        const folder = yield* MirrorFolder
        yield* folder.remove(fileName("link/a/b/c"), undefined)
        yield* folder.remove(fileName("a/b/c"), undefined)
      }).pipe(Effect.provide(layer(root, false)))
      assert.deepStrictEqual(fs.readdirSync(root), ["link"])
      assert.isTrue(fs.existsSync(join(outside, "a/b")))
    })
  )

  it.effect("has nothing replaced or deleted that somebody changed since it was seen", () =>
    Effect.gen(function* () {
      const root = yield* folderWith({ a: "by hand", b: "by hand" })
      const seen = { kind: "file", size: 7, modified: 1 } as const
      yield* Effect.gen(function* () {
        const folder = yield* MirrorFolder
        assert.strictEqual(yield* put("a", undefined), "ChangedMeanwhile")
        assert.strictEqual(yield* put("b", seen), "ChangedMeanwhile")
        assert.strictEqual((yield* folder.remove(fileName("b"), seen))._tag, "ChangedMeanwhile")
        assert.strictEqual((yield* folder.setTime(fileName("b"), seen, 5))._tag, "ChangedMeanwhile")
      }).pipe(Effect.provide(layer(root, false)))
      assert.strictEqual(fs.readFileSync(join(root, "a"), "utf8"), "by hand")
      assert.strictEqual(fs.readFileSync(join(root, "b"), "utf8"), "by hand")
    })
  )

  it.effect("has nothing written or deleted behind a link, one that leads inside too", () =>
    Effect.gen(function* () {
      const outside = yield* folderWith({ x: "1" })
      const root = yield* folderWith({ "in/x": "1" })
      fs.symlinkSync(outside, join(root, "out"))
      fs.symlinkSync("in", join(root, "inner"))
      const seen = { kind: "file", size: 1, modified: 1 } as const
      yield* Effect.gen(function* () {
        const folder = yield* MirrorFolder
        for (const link of ["out", "inner"]) {
          assert.strictEqual(yield* put(`${link}/y`, undefined), "Failed")
          assert.strictEqual(yield* put(`${link}/deep/y`, undefined), "Failed")
          yield* folder.remove(fileName(`${link}/x`), seen)
        }
        assert.deepStrictEqual(
          [...(yield* folder.inspect(["out", "out/x", "inner/x", "in/x"])).keys()],
          ["out", "in/x"]
        )
        assert.deepStrictEqual(yield* folder.names, [fileName("in/x")])
      }).pipe(Effect.provide(layer(root, false)))
      assert.deepStrictEqual(fs.readdirSync(outside), ["x"])
      assert.deepStrictEqual(fs.readdirSync(join(root, "in")), ["x"])
    })
  )

  it.effect("is looked at without anything being made, where it is only looked at", () =>
    Effect.gen(function* () {
      const root = join(yield* temporaryFolder, "not", "there")
      yield* Effect.gen(function* () {
        const folder = yield* MirrorFolder
        assert.deepStrictEqual(yield* folder.readState, { state: undefined, journal: undefined })
        assert.strictEqual((yield* folder.inspect(["a"])).size, 0)
      }).pipe(Effect.provide(layer(root, true)))
      assert.isFalse(fs.existsSync(join(root, "..")))
    })
  )

  it.effect.skipIf(!needsSync(tmpdir()))(
    "has no state written before all folders are synced, though that failed before [skipped on a tmpfs]",
    () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const folder = yield* MirrorFolder
          yield* put("a/x", undefined)
          // In the folder's place what no open(2) opens, and no fsync(2) syncs: ENXIO.
          fs.renameSync(join(root, "a"), join(root, "b"))
          const scope = yield* Scope.make()
          yield* Scope.provide(socketAt(join(root, "a")), scope)
          const write = folder.writeState([Buffer.from("state")])
          for (let times = 0; times < 2; times++) {
            assert.strictEqual((yield* Effect.flip(write))._tag, "SaveFailed")
            assert.isUndefined((yield* folder.readState).state)
          }
          yield* Scope.close(scope, Exit.void)
          fs.renameSync(join(root, "b"), join(root, "a"))
          yield* write
          assert.isDefined((yield* folder.readState).state)
        }).pipe(Effect.provide(layer(root, false)))
      })
  )

  it("knows what is inside of it", () => {
    for (const path of ["a", "a/", "a/b", "a/../a/b", "a/..b"]) assert.isTrue(isInside("a", path))
    for (const path of ["b", "..", "a/..", "ab", "/a"]) assert.isFalse(isInside("a", path))
  })

  it.effect("knows what leads into it by links", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "mirror/a/x": "x" })
      const at = (path: string) => join(folder, path)
      fs.symlinkSync(at("mirror/a"), at("link"))
      fs.symlinkSync(at("link"), at("mirror/out"))
      fs.symlinkSync(folder, at("mirror/up"))
      for (const path of ["link", "link/new/x", "mirror/out/x", "mirror/up/mirror/new"])
        assert.isTrue(isInside(at("mirror"), at(path)), path)
      for (const path of ["mirror/up", "mirror/up/new", "new/x"])
        assert.isFalse(isInside(at("mirror"), at(path)), path)
      assert.isTrue(isInside(at("link"), at("mirror/a/new")))
    })
  )

  it.effect("has no copy of a file put into it by the names of the copies", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "mirror/mirror/x": "by hand", "mirror/x": "x" })
      const root = join(folder, "mirror")
      yield* Effect.gen(function* () {
        const { backUp } = yield* MirrorFolder
        const failure = yield* Effect.flip(backUp(fileName("mirror/x"), folder))
        assert.strictEqual(failure.path, join(root, "x"))
        yield* backUp(fileName("x"), folder)
      }).pipe(Effect.provide(layer(root, false)))
      assert.deepStrictEqual(fs.readdirSync(root).sort(), ["mirror", "x"])
      assert.strictEqual(fs.readFileSync(join(folder, "x"), "utf8"), "x")
    })
  )
})
