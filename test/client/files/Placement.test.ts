import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { type IncomingFile } from "../../../src/client/Connection.ts"
import { ConnectionLost } from "../../../src/client/SocketIO.ts"
import { systemCode } from "../../../src/cli/Failure.ts"
import * as Placement from "../../../src/client/files/Placement.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const lost = new ConnectionLost({ cause: new Error("reset") })

/** A file that arrives in these pieces, the last of which may be the end of the connection. */
const arriving = (
  name: ByteString.ByteString,
  pieces: ReadonlyArray<Uint8Array | ConnectionLost>
): IncomingFile => {
  const bytes = Stream.fromIterable(pieces).pipe(
    Stream.mapEffect((piece) =>
      piece instanceof Uint8Array ? Effect.succeed(piece) : Effect.fail(piece)
    )
  )
  const size = pieces.reduce(
    (sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : 1),
    0
  )
  return { name, size, bytes, lentBytes: bytes }
}

const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index)
const whole = (name: string): IncomingFile =>
  arriving(ByteString.fromText(name), [bytes.subarray(0, 50_000), bytes.subarray(50_000)])

const into = Placement.intoFolder
const at = Placement.toFile

/** Saves a file that comes under the name that was asked for. */
const save = (name: string, target: Placement.Target) =>
  Placement.save(whole(name), ByteString.fromText(name), target)

/** Every name in the folder, whatever it is, sorted. */
const contents = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()

layer(NodeServices.layer)("a file that was sent", (it) => {
  describe("that comes whole", () => {
    it.effect("is saved under its own name, byte for byte, with nothing beside it", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const saved = yield* save("file1.txt", into(folder))
        assert.deepStrictEqual(saved, {
          name: "file1.txt",
          path: join(folder, "file1.txt"),
          size: bytes.length,
          notPreserved: []
        })
        assert.deepStrictEqual(contents(folder), ["file1.txt"])
        assert.isTrue(readFileSync(saved.path).equals(bytes))
      })
    )

    it.effect("is saved in the server's folders, made again", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const { path } = yield* save("relatórios/2024/março.csv", into(join(folder, "new")))
        assert.strictEqual(path, join(folder, "new", "relatórios", "2024", "março.csv"))
        assert.isTrue(readFileSync(path).equals(bytes))
      })
    )

    it.effect("is saved to the path of the person's choice, whatever its own name", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* save("relatorios/2024.csv", at(join(folder, "other")))
        assert.deepStrictEqual(contents(folder), ["other"])
      })
    )

    it.effect("takes the place of the file that stood there", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "file1.txt": "old" })
        const { path } = yield* save("file1.txt", into(folder))
        assert.isTrue(readFileSync(path).equals(bytes))
        assert.deepStrictEqual(contents(folder), ["file1.txt"])
      })
    )

    it.effect("takes the place of a link, and leaves what it leads to alone", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "here/x": "", "secret.txt": "secret" })
        symlinkSync("../secret.txt", join(folder, "here", "file1.txt"))
        const { path } = yield* save("file1.txt", into(join(folder, "here")))
        assert.isTrue(readFileSync(path).equals(bytes))
        assert.strictEqual(readFileSync(join(folder, "secret.txt"), "utf8"), "secret")
      })
    )

    it.effect("is saved with no bytes if it has none", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const name = ByteString.unsafe("empty")
        const { path } = yield* Placement.save(arriving(name, []), name, into(folder))
        assert.strictEqual(readFileSync(path).length, 0)
      })
    )

    it.effect("may have a name as long as the system allows", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const { path } = yield* save("x".repeat(255), into(folder))
        assert.isTrue(readFileSync(path).equals(bytes))
      })
    )
  })

  describe("whose name is long", () => {
    it.effect("may be in hundreds of folders", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const name = `${"a/".repeat(300)}file`
        const { path } = yield* save(name, into(folder))
        assert.isTrue(readFileSync(path).equals(bytes))
      })
    )

    it.effect.each([
      { what: "a part", name: `a/${"x".repeat(256)}` },
      { what: "a folder", name: `${"ç".repeat(128)}/b` },
      { what: "all of it", name: `${"a/".repeat(2040)}file1.txt` }
    ])("beyond what the system takes makes no folder: $what", ({ name }) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const error = yield* Effect.flip(save(name, into(folder)))
        assert.instanceOf(error, Placement.SaveFailed)
        assert.strictEqual(systemCode(error), "ENAMETOOLONG")
        assert.deepStrictEqual(contents(folder), [])
      })
    )
  })

  describe("whose name leads out", () => {
    const names: ReadonlyArray<string> = [
      "../file1.txt",
      "..",
      ".",
      "",
      "/etc/passwd",
      "a/../../file1.txt",
      "a//b",
      "a/",
      "a/./b",
      "..\\file1.txt",
      "a\\b",
      "a\0b",
      "\xff"
    ]
    it.effect.each(names.map((name) => ({ name, shown: JSON.stringify(name) })))(
      "is not saved, even if that is what was asked for: $shown",
      ({ name }) =>
        Effect.gen(function* () {
          const outer = yield* folderWith({ "file1.txt": "old" })
          const folder = join(outer, "inner")
          mkdirSync(folder)
          // One of the names is not UTF-8, so none is converted.
          const word = ByteString.unsafe(name)
          for (const target of [into(folder), at(join(folder, "x"))]) {
            const error = yield* Effect.flip(Placement.save(arriving(word, [bytes]), word, target))
            assert.strictEqual(error._tag, "UnexpectedName")
          }
          assert.deepStrictEqual(contents(outer), ["file1.txt", "inner"])
        })
    )
  })

  describe("under another name than was asked for", () => {
    const names: ReadonlyArray<string> = ["file2.txt", "FILE1.TXT", "file1.txt ", "a/file1.txt", ""]
    it.effect.each(names.map((name) => ({ name })))("is not saved: '$name'", ({ name }) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        for (const target of [into(folder), at(join(folder, "x"))]) {
          const error = yield* Effect.flip(
            Placement.save(whole(name), ByteString.unsafe("file1.txt"), target)
          )
          assert.deepStrictEqual(error, new Placement.UnexpectedName({ name }))
        }
        assert.deepStrictEqual(contents(folder), [])
      })
    )
  })

  describe("through a link among the folders that are there already", () => {
    it.effect("is not saved where the link leads out", () =>
      Effect.gen(function* () {
        const outer = yield* folderWith({ "elsewhere/x": "", "here/x": "" })
        symlinkSync("../elsewhere", join(outer, "here", "relatorios"))
        const error = yield* Effect.flip(save("relatorios/2024.csv", into(join(outer, "here"))))
        assert.strictEqual(error._tag, "UnexpectedName")
        assert.deepStrictEqual(contents(join(outer, "elsewhere")), ["x"])
      })
    )

    it.effect("makes no folder where the link leads out", () =>
      Effect.gen(function* () {
        const outer = yield* folderWith({ "elsewhere/x": "", "here/x": "" })
        symlinkSync("../elsewhere", join(outer, "here", "relatorios"))
        const error = yield* Effect.flip(save("relatorios/a/b.csv", into(join(outer, "here"))))
        assert.strictEqual(error._tag, "UnexpectedName")
        assert.deepStrictEqual(contents(join(outer, "elsewhere")), ["x"])
      })
    )

    it.effect("is not saved where the link leads nowhere", () =>
      Effect.gen(function* () {
        const outer = yield* folderWith({ "here/x": "" })
        symlinkSync("../elsewhere", join(outer, "here", "relatorios"))
        const error = yield* Effect.flip(save("relatorios/a/b.csv", into(join(outer, "here"))))
        assert.strictEqual(error._tag, "SaveFailed")
        assert.deepStrictEqual(contents(outer), ["here", "here/relatorios", "here/x"])
      })
    )

    it.effect("is saved where the link stays inside", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "real/x": "" })
        symlinkSync("real", join(folder, "relatorios"))
        yield* save("relatorios/2024.csv", into(folder))
        assert.isTrue(readFileSync(join(folder, "real", "2024.csv")).equals(bytes))
      })
    )

    it.effect("is saved where the output folder itself is a link", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "real/x": "" })
        symlinkSync("real", join(folder, "out"))
        yield* save("a/b.csv", into(join(folder, "out")))
        assert.isTrue(readFileSync(join(folder, "real", "a", "b.csv")).equals(bytes))
      })
    )
  })

  describe("that cannot be saved", () => {
    it.effect("says so where a folder has its place, and leaves the folder and nothing else", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "file1.txt/inside": "old" })
        const error = yield* Effect.flip(save("file1.txt", into(folder)))
        assert.strictEqual(error._tag, "SaveFailed")
        assert.deepStrictEqual(contents(folder), ["file1.txt", "file1.txt/inside"])
      })
    )

    it.effect("says so where a file has a folder's place", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ relatorios: "old" })
        const error = yield* Effect.flip(save("relatorios/2024.csv", into(folder)))
        assert.strictEqual(error._tag, "SaveFailed")
        assert.strictEqual(readFileSync(join(folder, "relatorios"), "utf8"), "old")
        assert.deepStrictEqual(contents(folder), ["relatorios"])
      })
    )

    it.effect("says so where its folder is missing, and makes none for a path of choice", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const error = yield* Effect.flip(save("file1.txt", at(join(folder, "none", "x"))))
        assert.strictEqual(error._tag, "SaveFailed")
        assert.deepStrictEqual(contents(folder), [])
      })
    )
  })

  describe("that does not come whole", () => {
    it.effect("leaves the old file and no part of itself when the connection is cut", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "file1.txt": "old" })
        const name = ByteString.unsafe("file1.txt")
        for (const target of [into(folder), at(join(folder, "file1.txt"))]) {
          const error = yield* Effect.flip(
            Placement.save(arriving(name, [bytes, lost]), name, target)
          )
          assert.strictEqual(error, lost)
          assert.deepStrictEqual(contents(folder), ["file1.txt"])
          assert.strictEqual(readFileSync(join(folder, "file1.txt"), "utf8"), "old")
        }
      })
    )

    it.effect("leaves nothing where nothing was", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const name = ByteString.unsafe("file1.txt")
        yield* Effect.flip(Placement.save(arriving(name, [bytes, lost]), name, into(folder)))
        assert.deepStrictEqual(contents(folder), [])
      })
    )

    it.effect("leaves the old file and no part of itself when it is interrupted", () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "file1.txt": "old" })
        const name = ByteString.unsafe("file1.txt")
        const half = yield* Deferred.make<void>()
        const arriving = Stream.concat(
          Stream.succeed(bytes),
          Stream.fromEffect(Effect.andThen(Deferred.succeed(half, undefined), Effect.never))
        )
        const file: IncomingFile = {
          name,
          size: 2 * bytes.length,
          bytes: arriving,
          lentBytes: arriving
        }
        const saving = yield* Effect.forkChild(Placement.save(file, name, into(folder)))
        yield* Deferred.await(half)
        // It stands beside its target meanwhile, under a name that listings hide.
        assert.lengthOf(
          contents(folder).filter((name) => name.startsWith(".")),
          1
        )
        assert.strictEqual(readFileSync(join(folder, "file1.txt"), "utf8"), "old")
        yield* Fiber.interrupt(saving)
        assert.deepStrictEqual(contents(folder), ["file1.txt"])
        assert.strictEqual(readFileSync(join(folder, "file1.txt"), "utf8"), "old")
      })
    )
  })

  it.effect("does not stand in another's way that is saved to the same place at once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const saves = Array.from({ length: 8 }, () => save("file1.txt", into(folder)))
      yield* Effect.all(saves, { concurrency: "unbounded" })
      assert.deepStrictEqual(contents(folder), ["file1.txt"])
      assert.isTrue(readFileSync(join(folder, "file1.txt")).equals(bytes))
      assert.isTrue(existsSync(folder))
    })
  )
})
