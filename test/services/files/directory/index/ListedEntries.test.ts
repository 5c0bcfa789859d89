import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { renameSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { detailsOf } from "../../../../../src/services/files/directory/DirectoryDetails.ts"
import { entriesOf } from "../../../../../src/services/files/directory/index/ListedEntries.ts"
import { statContained } from "../../../../../src/services/files/directory/SafeOpen.ts"
import { openFolder } from "../../../../../src/services/files/directory/SharedFolder.ts"
import { folderWith } from "../../../../support/stores/TemporaryFolder.ts"
import { fileName } from "../../../../support/values/Names.ts"

const files = (folder: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}f${index}`, "x"]))

describe("a list of files", () => {
  it.effect(
    "tells of each what opening it by its own path does, in whatever folders they are",
    () =>
      Effect.gen(function* () {
        const outside = yield* folderWith({ secret: "outside", "deep/a": "", "deep/b": "" })
        const path = yield* folderWith({
          ...files("", 40),
          ...files("a/", 40),
          ...files("a/b/", 5),
          "c/one": "1"
        })
        symlinkSync("f1", join(path, "inside"))
        symlinkSync("f1", join(path, "a", "inside"))
        symlinkSync("../f2", join(path, "a", "above"))
        symlinkSync(join(outside, "secret"), join(path, "secret"))
        symlinkSync(join(outside, "deep"), join(path, "deep"))
        symlinkSync("nothing", join(path, "dead"))
        const kept = { ...files("", 40), ...files("a/", 40), ...files("a/b/", 5) }
        const others = "a a/gone a/inside a/above c/one dead deep/a deep/b f3/x gone inside secret"
        const names = [
          ...Object.keys(kept),
          ...others.split(" "),
          ...Object.keys(files("gone/", 4))
        ]
          .sort()
          .map(fileName)
        for (const links of [true, false]) {
          const folder = yield* openFolder({ folder: path, hidden: false, links })
          const found = entriesOf(folder, names)
          for (const [index, name] of names.entries()) {
            const stats = statContained(folder, name)
            assert.deepStrictEqual(
              found[index],
              Result.isFailure(stats)
                ? undefined
                : { kind: "file", name, ...detailsOf(stats.success) },
              name
            )
          }
          assert.lengthOf(
            found.filter((entry) => entry !== undefined),
            links ? 89 : 86
          )
        }
      })
  )

  it.effect("has nothing of a folder that was replaced by a link out of the shared one", () =>
    Effect.gen(function* () {
      const outside = yield* folderWith(files("", 40))
      const path = yield* folderWith(files("a/", 40))
      const names = Object.keys(files("a/", 40)).map(fileName)
      const folder = yield* openFolder({ folder: path, hidden: false })
      assert.isTrue(entriesOf(folder, names).every((entry) => entry !== undefined))
      renameSync(join(path, "a"), join(path, "b"))
      symlinkSync(outside, join(path, "a"))
      writeFileSync(join(outside, "f0"), "another")
      assert.isTrue(entriesOf(folder, names).every((entry) => entry === undefined))
    })
  )
})
