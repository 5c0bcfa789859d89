/** Many entries are looked at by their folder's path, and never anything that was put in the place of a part of it. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { closeSync, lstatSync, mkdirSync, renameSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { vi } from "vitest"
import { lstatEntries } from "../../../../src/services/files/directory/EntryStats.ts"
import { hold } from "../../../../src/services/files/directory/SafeOpen.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"

const names = Array.from({ length: 100 }, (_, index) => `${index}`)
const filesOf = (folder: string, content: string) =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, content]))

/** A folder in the shared one, held, and its like outside, whose files are larger. */
const holding = Effect.gen(function* () {
  const around = yield* folderWith({ ...filesOf("DB/a/b", "x"), ...filesOf("fora/a/b", "segredo") })
  const path = join(around, "DB/a/b")
  const held = yield* Effect.acquireRelease(
    Effect.sync(() => hold(path)),
    ({ descriptor }) => Effect.sync(() => closeSync(descriptor))
  )
  return { around, held, path }
})

/** The wall clock, so long after the last change of a folder, in milliseconds. */
const setAge = (folder: string, age: number) =>
  vi.spyOn(Date, "now").mockReturnValue(lstatSync(folder).ctimeMs + age)

/** The sizes of what is looked at; -1 for nothing. `at` is run once, as the name of that index is first taken. */
const sizes = (
  held: ReturnType<typeof hold>,
  at: Readonly<Record<number, () => void>> = {}
): ReadonlyArray<number> => {
  const asked = [...names]
  for (const [index, run] of Object.entries(at)) {
    let isDue = true
    Object.defineProperty(asked, index, {
      get: () => {
        if (isDue) run()
        isDue = false
        return names[Number(index)]
      }
    })
  }
  return lstatEntries(held, asked, (stats) => Number(stats?.size ?? -1))
}

/** Whether they are looked at by the path: by a descriptor that is none, nothing would be found. */
const isByPath = (held: ReturnType<typeof hold>): boolean =>
  sizes({ ...held, access: "/nowhere" }).every((size) => size === 1)

/** Changes in `/tmp`, which others make, are noticed too. */
const isByPathAtLast = (held: ReturnType<typeof hold>): boolean =>
  Array.from({ length: 100 }).some(() => isByPath(held))

afterEach(() => void vi.restoreAllMocks())

describe("the entries of a held folder", () => {
  it.effect("are looked at by its path once no folder around it has changed for 100 ms", () =>
    Effect.gen(function* () {
      const { around, held, path } = yield* holding
      mkdirSync(join(dirname(path), "c"))
      setAge(dirname(path), 100)
      assert.isFalse(isByPath(held))
      setAge(around, 3_600_000)
      assert.isTrue(isByPathAtLast(held))
      renameSync(path, join(around, "away"))
      assert.isFalse(isByPath(held))
    })
  )

  it.effect("are looked at by the descriptor below many folders, where a path takes longer", () =>
    Effect.gen(function* () {
      const deep = `DB${"/a".repeat(40)}`
      const around = yield* folderWith(filesOf(deep, "x"))
      const held = yield* Effect.acquireRelease(
        Effect.sync(() => hold(join(around, deep))),
        ({ descriptor }) => Effect.sync(() => closeSync(descriptor))
      )
      setAge(around, 3_600_000)
      assert.isFalse(isByPathAtLast(held))
      assert.isTrue(sizes(held).every((size) => size === 1))
    })
  )

  it.effect(
    "are the folder's own, whatever is put in its place meanwhile, and taken away again",
    () =>
      Effect.gen(function* () {
        const { around, held, path } = yield* holding
        // Two changes within a tick of the clock would have the same time.
        yield* TestClock.withLive(Effect.sleep(20))
        for (const part of [path, dirname(path)]) {
          const like = join(around, "fora", part.slice(join(around, "DB").length))
          const isAway = () => renameSync(part, join(around, "away"))
          const isBack = () => renameSync(join(around, "away"), part)
          setAge(around, 3_600_000)
          const swap = () => {
            isAway()
            symlinkSync(like, part)
          }
          const swapBack = () => {
            renameSync(part, join(around, `link-${Math.random()}`))
            isBack()
          }
          const expected = names.map(() => 1)
          assert.deepStrictEqual(sizes(held, { 10: swap, 60: swapBack }), expected, part)
          assert.deepStrictEqual(sizes(held, { 10: swap }), expected, part)
          swapBack()
          const exchange = () => {
            isAway()
            renameSync(like, part)
          }
          const exchangeBack = () => {
            renameSync(part, like)
            isBack()
          }
          assert.deepStrictEqual(sizes(held, { 10: exchange, 60: exchangeBack }), expected, part)
        }
      })
  )
})
