import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { SmallFileWriter } from "../../../src/client/files/small/SmallFileWriter.ts"
import { layer } from "../../../src/client/node/SmallFiles.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const fileAt = (place: string, text: string, modified = 1_000_000_000_123) => ({
  place,
  bytes: [Buffer.from(text.slice(0, 1)), Buffer.from(text.slice(1))],
  modified
})

describe("writing small files", () => {
  it.effect(
    "gives each its bytes and its time, replaces what was there, and leaves nothing else",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ old: "old", elsewhere: "stays" })
        fs.symlinkSync("elsewhere", join(folder, "link"))
        const names = ["empty", "link", "new", "old"]
        const { write } = yield* SmallFileWriter
        const written = yield* write(
          names.map((name) => fileAt(join(folder, name), name === "empty" ? "" : `the ${name}`))
        )
        assert.deepStrictEqual(
          written,
          names.map(() => ({ _tag: "Written", notPreserved: [] }))
        )
        assert.deepStrictEqual(fs.readdirSync(folder), ["elsewhere", ...names])
        assert.strictEqual(fs.readFileSync(join(folder, "elsewhere"), "utf8"), "stays")
        for (const name of names) {
          const { mtimeMs, size } = fs.lstatSync(join(folder, name))
          assert.strictEqual(Math.floor(mtimeMs), 1_000_000_000_123)
          assert.strictEqual(size, name === "empty" ? 0 : `the ${name}`.length)
        }
      }).pipe(Effect.provide(layer))
  )

  it.effect("fails for a file that has no place, and for no other; nothing of it is left", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      fs.mkdirSync(join(folder, "folder"))
      const { write } = yield* SmallFileWriter
      const written = yield* write([
        fileAt(join(folder, "no/where"), "a"),
        fileAt(join(folder, "folder"), "b"),
        fileAt(join(folder, "c"), "c")
      ])
      assert.deepStrictEqual(
        written.map(({ _tag }) => _tag),
        ["Failed", "Failed", "Written"]
      )
      assert.deepStrictEqual(fs.readdirSync(folder), ["c", "folder"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("is preceded by a look at what is there", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ file: "abc" })
      fs.symlinkSync("file", join(folder, "link"))
      fs.symlinkSync("link2", join(folder, "link2"))
      const { digestsOf, look } = yield* SmallFileWriter
      const places = ["file", "link", "link2", ".", "nothing"].map((name) => join(folder, name))
      assert.deepStrictEqual(yield* look(places), [
        { _tag: "File", size: 3 },
        { _tag: "File", size: 3 },
        { _tag: "Other" },
        { _tag: "Other" },
        { _tag: "Nothing" }
      ])
      assert.deepStrictEqual(yield* digestsOf(places.slice(0, 1)), [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ])
      assert.deepStrictEqual(yield* digestsOf(places.slice(3)), [undefined, undefined])
    }).pipe(Effect.provide(layer))
  )
})
