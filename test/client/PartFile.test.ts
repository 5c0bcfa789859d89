import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Path } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as PartFile from "../../src/client/PartFile.ts"
import { temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { contents } from "../support/Transfers.ts"

/** Claims the part file of a target with 100 bytes, and lets go of it again: it stays as it is. */
const claimed = (target: string, version = "1") =>
  Effect.scoped(PartFile.claim(target, version, 100))

layer(NodeServices.layer)("a part file", (it) => {
  it.effect("stands beside its target under a hidden name, however long the target's is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { path, size } = yield* claimed(join(folder, "x".repeat(255)))
      assert.strictEqual(size, 0)
      assert.strictEqual((yield* Path.Path).dirname(path), folder)
      assert.match(contents(folder).join(), /^\.[0-9a-f.-]{20,80}\.part$/)
    })
  )

  it.effect("that was let go of is taken over with its bytes", () =>
    Effect.gen(function* () {
      const target = join(yield* temporaryFolder, "a")
      writeFileSync((yield* claimed(target)).path, "begun")
      const { path, size } = yield* claimed(target)
      assert.strictEqual(size, 5)
      assert.strictEqual(readFileSync(path, "utf8"), "begun")
    })
  )

  it.effect("that another download of the same process writes is left to that", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const target = join(folder, "a")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const first = yield* PartFile.claim(target, "1", 100)
          writeFileSync(first.path, "begun")
          const second = yield* PartFile.claim(target, "1", 100)
          assert.notStrictEqual(second.path, first.path)
          assert.strictEqual(second.size, 0)
          assert.strictEqual(readFileSync(first.path, "utf8"), "begun")
        })
      )
      assert.lengthOf(contents(folder), 2)
    })
  )

  it.effect("is taken over by one of many that want it at once", () =>
    Effect.gen(function* () {
      const target = join(yield* temporaryFolder, "a")
      writeFileSync((yield* claimed(target)).path, "begun")
      const claims = Array.from({ length: 8 }, () => PartFile.claim(target, "1", 100))
      const found = yield* Effect.scoped(Effect.all(claims, { concurrency: "unbounded" }))
      assert.deepStrictEqual(
        found.map(({ size }) => size).sort((a, b) => a - b),
        [0, 0, 0, 0, 0, 0, 0, 5]
      )
      assert.lengthOf(new Set(found.map(({ path }) => path)), 8)
    })
  )

  it.effect(
    "of another process is left to it while that lives, and taken over once it does not",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const target = join(folder, "a")
        yield* claimed(target)
        const [file = ""] = contents(folder)
        const alive = file.replace(`.${process.pid}-`, `.${process.ppid}-`)
        // No process has a number as large as that.
        const dead = file.replace(`.${process.pid}-`, ".2147483647-")
        writeFileSync(join(folder, alive), "alive")
        const own = yield* claimed(target)
        assert.strictEqual(own.size, 0)
        writeFileSync(own.path, "mine")
        writeFileSync(join(folder, dead), "dead")
        // Both are there for the taking, in whatever order the folder lists them.
        const found = [
          yield* PartFile.claim(target, "1", 100),
          yield* PartFile.claim(target, "1", 100)
        ]
        assert.strictEqual(readFileSync(join(folder, alive), "utf8"), "alive")
        assert.deepStrictEqual(
          found.map(({ path }) => readFileSync(path, "utf8")).sort((a, b) => a.localeCompare(b)),
          ["dead", "mine"]
        )
      }).pipe(Effect.scoped)
  )

  it.effect("of another version, or with more bytes than the file, is removed", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const target = join(folder, "a")
      writeFileSync((yield* claimed(target)).path, "begun")
      const other = yield* claimed(target, "2")
      assert.strictEqual(other.size, 0)
      assert.lengthOf(contents(folder), 1)
      writeFileSync(other.path, "x".repeat(101))
      assert.strictEqual((yield* claimed(target, "2")).size, 0)
      assert.lengthOf(contents(folder), 1)
    })
  )

  it.effect("of another target is left alone", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      writeFileSync((yield* claimed(join(folder, "a"))).path, "begun")
      assert.strictEqual((yield* claimed(join(folder, "b"))).size, 0)
      assert.lengthOf(contents(folder), 2)
    })
  )
})
