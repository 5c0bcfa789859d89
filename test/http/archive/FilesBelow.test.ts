/** The list of the files of an archive: all of them, in the order of the bytes of their names, in little memory. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { StoreUnavailable } from "../../../src/domain/Errors.ts"
import { byBytes } from "../../../src/domain/FileName.ts"
import { filesBelow } from "../../../src/http/archive/FolderTree.ts"
import { makeFilePacker } from "../../../src/http/archive/PackedFiles.ts"
import { makeQuota, type Quota } from "../../../src/http/archive/Quota.ts"
import { makeTarLayout, type TarLayout } from "../../../src/http/archive/TarLayout.ts"
import { FileStore, type FolderEntry } from "../../../src/services/files/FileStore.ts"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { fileName } from "../../support/values/Names.ts"
import { seeded } from "../../support/values/Seeded.ts"

/** Parts of names that sort otherwise as UTF-16, with a `/` behind them, or by their lengths. */
const parts = ["a", "a!", "a0", "b", "ç", "\u{1f600}", "\uff5e", "z".repeat(200)]

const memoryStore = (names: ReadonlyArray<string>) =>
  Effect.map(
    Layer.build(
      MemoryFileStore.layer(
        new Map(
          names.map((name) => [
            fileName(name),
            { bytes: new TextEncoder().encode(name), modified: name.length }
          ])
        )
      )
    ),
    (context) => Context.get(context, FileStore)
  )

/** A store of one folder with these entries, which are made as they are asked for. */
const storeOf = (
  store: FileStore["Service"],
  folder: (name: string) => Iterable<FolderEntry>
): FileStore["Service"] => ({
  ...store,
  folder: (name) => Effect.succeed(Stream.fromIterable(folder(name), { chunkSize: 1000 }))
})

const many = function* (count: number): Generator<FolderEntry> {
  for (let index = 0; index < count; index++) {
    const number = String(index).padStart(6, "0")
    const version = `fd00-${number}-sg-1k2j3h4g5f6d-1k2j3h4g5f6d`
    const name = fileName(`m/${number}-${"a".repeat(20)}.txt`)
    yield { kind: "file", name, size: index, modified: 1_764_140_000_000 + index, version }
  }
}

const folders = function* (inside: string, count: number): Generator<FolderEntry> {
  for (let index = 0; index < count; index++) {
    const name = fileName(`${inside}/${String(index).padStart(6, "0")}`)
    yield { kind: "folder", name, modified: undefined, id: name, isListedElsewhere: false }
  }
}

const list = Effect.fnUntraced(function* (
  store: FileStore["Service"],
  folder: string,
  quota: Quota = makeQuota(1_000_000)
) {
  const packer = makeFilePacker(0)
  const order = yield* filesBelow(store, folder === "" ? "" : fileName(folder), quota, packer)
  return packer.finish(order)
})

const layOut = (sizes: Parameters<typeof makeTarLayout>[0]): TarLayout => {
  const laying = makeTarLayout(sizes)
  for (;;) {
    const turn = laying.next()
    if (turn.done === true) return turn.value
  }
}

describe("the files of an archive", () => {
  it.effect("are all there, as they were found, in the order of the bytes of their names", () =>
    Effect.gen(function* () {
      const random = seeded(11)
      const part = () => parts[random(parts.length)] ?? ""
      for (const count of [0, 1, 7, 256, 257, 1500]) {
        const names = new Set<string>()
        while (names.size < count) {
          const inside = Array.from({ length: random(5) }, () => `pasta ${part()}/`).join("")
          names.add(`${inside}${part()}${random(2000)}`)
        }
        const store = yield* memoryStore([...names])
        const { files, modified } = yield* Effect.scoped(list(store, ""))
        const sorted = [...names].toSorted(byBytes)
        const found = sorted.map((_, index) => {
          const file = files.at(index)
          return file ?? assert.fail(`no file ${index}`)
        })
        assert.strictEqual(files.length, count)
        assert.deepStrictEqual(
          found.map(({ name }) => name),
          sorted.map(fileName)
        )
        for (const file of found) {
          const { modified, size, version } = yield* store.describe(file.name)
          assert.deepStrictEqual(file, {
            name: file.name,
            path: file.name,
            size,
            modified,
            version
          })
        }
        assert.strictEqual(modified, Math.max(0, ...sorted.map(({ length }) => length)))
        assert.isUndefined(files.at(count))
      }
    })
  )

  it.effect("count against what all archives may have, and so do the folders around them", () =>
    Effect.gen(function* () {
      const store = storeOf(yield* memoryStore([]), (name) =>
        name === "m" ? [...folders("m", 3), ...many(2)] : []
      )
      assert.strictEqual((yield* Effect.scoped(list(store, "m", makeQuota(5)))).files.length, 2)
      assert.instanceOf(
        yield* Effect.flip(Effect.scoped(list(store, "m", makeQuota(4)))),
        StoreUnavailable
      )
    })
  )

  it.effect(
    "have the same version where an empty folder is beside them, and another where one moves",
    () =>
      Effect.gen(function* () {
        const store = yield* memoryStore([])
        const versionOf = (folder: (name: string) => Iterable<FolderEntry>) =>
          Effect.map(Effect.scoped(list(storeOf(store, folder), "m")), ({ version }) => version)
        const [file] = [...many(1)]
        if (file?.kind !== "file") return assert.fail("no file")
        const moved = { ...file, name: fileName("m/000000/a") }
        const plain = yield* versionOf(() => [file])
        assert.strictEqual(
          yield* versionOf((name) => (name === "m" ? [...folders("m", 1), file] : [])),
          plain
        )
        assert.notStrictEqual(
          yield* versionOf((name) => (name === "m" ? folders("m", 1) : [moved])),
          plain
        )
        for (const change of [
          { size: 1 },
          { modified: 1 },
          { version: "1" },
          { name: fileName("m/a") }
        ])
          assert.notStrictEqual(yield* versionOf(() => [{ ...file, ...change }]), plain)
      })
  )

  it("are laid out some thousand at a time, so that others have their turn", () => {
    const laying = makeTarLayout({ length: 100_000, size: () => 1, header: () => 512 })
    let turns = 0
    while (laying.next().done !== true) turns += 1
    assert.isAbove(turns, 10)
  })

  it("begin where those before them end, and their bytes behind their headers", () => {
    const sizes = [0, 1, 512, 513, 300_000]
    const layout = layOut({
      length: sizes.length,
      size: (index) => sizes[index] ?? 0,
      header: (index) => 512 * (index + 1)
    })
    let position = 0
    sizes.forEach((size, index) => {
      assert.strictEqual(layout.start(index), position)
      assert.strictEqual(layout.content(index), position + 512 * (index + 1))
      assert.strictEqual(layout.fileAt(position), index)
      position = layout.content(index) + 512 * Math.ceil(size / 512)
      assert.strictEqual(layout.fileAt(position - 1), index)
    })
    assert.strictEqual(layout.start(sizes.length), position)
    assert.strictEqual(layout.size, position + 1024)
  })
})
