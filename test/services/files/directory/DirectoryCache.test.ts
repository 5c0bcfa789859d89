/** Small files in memory: held while they are the same, and given to nobody once they are not, or are not inside. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import type { FileStore } from "../../../../src/services/files/FileStore.ts"
import { directoryStore, settle } from "../../../support/stores/Stores.ts"
import { folderWith, temporaryFolder, writeFiles } from "../../../support/stores/TemporaryFolder.ts"
import { asNobody, asOwner } from "../../../support/Unprivileged.ts"
import { fileName } from "../../../support/values/Names.ts"

const content = (store: FileStore["Service"], name: string) =>
  store.getIfPresent(fileName(name))?.content

const isHeld = (store: FileStore["Service"], name: string): boolean => {
  const file = store.getIfPresent(fileName(name))
  return file !== undefined && store.getIfPresent(fileName(name)) === file
}

/** Whether a file is held right after a change; tried again where the machine was too slow to call that "right after". */
const isHeldAfter = (store: FileStore["Service"], name: string, change: () => void): boolean => {
  for (;;) {
    const began = performance.now()
    change()
    const held = isHeld(store, name)
    if (performance.now() - began < 50) return held
  }
}

/** A folder whose files have settled, beside an empty one that is not shared. */
const sharing = Effect.fnUntraced(function* (
  files: Readonly<Record<string, string | Uint8Array>>,
  cache?: number
) {
  const outside = yield* temporaryFolder
  const folder = join(outside, "DB")
  mkdirSync(folder)
  yield* writeFiles(folder, files)
  yield* settle
  const store = yield* directoryStore(folder, cache === undefined ? {} : { cache })
  return { folder, outside, store }
})

describe("a small file", () => {
  it.effect("is held below 64 folders, and read anew below more", () =>
    Effect.gen(function* () {
      const [near, far] = [`${"a/".repeat(64)}f`, `${"a/".repeat(65)}f`]
      const { store } = yield* sharing({ [near]: "um", [far]: "dois" })
      assert.isTrue(isHeld(store, near))
      assert.isFalse(isHeld(store, far))
      assert.strictEqual(content(store, far), "dois")
    })
  )

  it.effect("is held once it has not changed for a while, and not before", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "a.txt": "um", "pasta/sub/b.txt": "dois" })
      const store = yield* directoryStore(folder)
      const write = () => writeFileSync(join(folder, "a.txt"), "um")
      assert.isFalse(isHeldAfter(store, "a.txt", write))
      assert.strictEqual(content(store, "a.txt"), "um")
      yield* settle
      assert.deepStrictEqual([content(store, "a.txt"), isHeld(store, "a.txt")], ["um", true])
      assert.isTrue(isHeld(store, "pasta/sub/b.txt"))
    })
  )

  it.effect("of an old date that was written just now is not held", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "a.txt": "um" })
      const store = yield* directoryStore(folder)
      const age = () => utimesSync(join(folder, "a.txt"), 0, 0)
      assert.isFalse(isHeldAfter(store, "a.txt", age))
    })
  )

  const changes: Readonly<Record<string, readonly [(path: string) => void, string | undefined]>> = {
    "overwritten in place, its size and date put back": [
      (path) => {
        const { atime, mtime } = statSync(path)
        writeFileSync(path, "XX", { flag: "r+" })
        utimesSync(path, atime, mtime)
      },
      "XX"
    ],
    "appended to": [(path) => appendFileSync(path, "+"), "um+"],
    "cut short": [(path) => truncateSync(path, 1), "u"],
    emptied: [(path) => truncateSync(path), ""],
    "replaced by a rename": [
      (path) => {
        writeFileSync(`${path}.novo`, "XX")
        renameSync(`${path}.novo`, path)
      },
      "XX"
    ],
    deleted: [unlinkSync, undefined],
    "renamed away": [(path) => renameSync(path, `${path}.velho`), undefined],
    "replaced by a folder": [
      (path) => {
        unlinkSync(path)
        mkdirSync(path)
      },
      undefined
    ],
    "moved out and linked back": [
      (path) => {
        renameSync(path, join(path, "../../../a.txt"))
        symlinkSync("../../a.txt", path)
      },
      undefined
    ],
    "moved out, linked back by a hard link": [
      (path) => {
        linkSync(path, join(path, "../../../a.txt"))
        unlinkSync(path)
        linkSync(join(path, "../../../a.txt"), path)
      },
      "um"
    ],
    "in a folder that became a hidden one": [
      (path) => renameSync(join(path, ".."), join(path, "../../.pasta")),
      undefined
    ],
    "in a folder that became a hidden one and was linked back": [
      (path) => {
        renameSync(join(path, ".."), join(path, "../../.pasta"))
        symlinkSync(".pasta", join(path, ".."))
      },
      "um"
    ],
    "in a folder that was moved out": [
      (path) => renameSync(join(path, ".."), join(path, "../../../pasta")),
      undefined
    ],
    "in a folder that was moved out and linked back": [
      (path) => {
        renameSync(join(path, ".."), join(path, "../../../pasta"))
        symlinkSync("../pasta", join(path, ".."))
      },
      undefined
    ],
    "in a folder that a file took the place of": [
      (path) => {
        rmSync(join(path, ".."), { recursive: true })
        writeFileSync(join(path, ".."), "x")
      },
      undefined
    ]
  }
  for (const [what, [change, after]] of Object.entries(changes)) {
    it.effect(`that is held and then ${what} is what it is now`, () =>
      Effect.gen(function* () {
        const { folder, store } = yield* sharing({ "pasta/a.txt": "um" })
        assert.isTrue(isHeld(store, "pasta/a.txt"))
        change(join(folder, "pasta/a.txt"))
        assert.strictEqual(content(store, "pasta/a.txt"), after)
      })
    )
  }

  it.effect("that may not be read any more is given to nobody", () =>
    Effect.gen(function* () {
      const { folder, outside, store } = yield* sharing({ "a.txt": "um", "pasta/b.txt": "dois" })
      chmodSync(outside, 0o755)
      yield* asNobody
      const forbid = (path: string) => asOwner(() => chmodSync(path, 0))
      assert.isTrue(isHeld(store, "a.txt"))
      assert.isTrue(isHeld(store, "pasta/b.txt"))
      forbid(join(folder, "a.txt"))
      forbid(join(folder, "pasta"))
      assert.isUndefined(content(store, "a.txt"))
      assert.isUndefined(content(store, "pasta/b.txt"))
    })
  )

  it.effect("behind a link is read each time, for what the link leads to may change", () =>
    Effect.gen(function* () {
      const { folder, outside, store } = yield* sharing({ "pasta/a.txt": "um" })
      symlinkSync("pasta", join(folder, "atalho"))
      symlinkSync("pasta/a.txt", join(folder, "b.txt"))
      yield* settle
      for (const name of ["atalho/a.txt", "b.txt"]) {
        assert.deepStrictEqual([content(store, name), isHeld(store, name)], ["um", false])
      }
      renameSync(join(folder, "pasta"), join(outside, "pasta"))
      symlinkSync("../pasta", join(folder, "pasta"))
      assert.deepStrictEqual([content(store, "atalho/a.txt"), content(store, "b.txt")], Array(2))
    })
  )

  it.effect("is one of at most 64 KiB", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing({
        vazio: "",
        cheio: Buffer.alloc(65_536),
        grande: Buffer.alloc(65_537)
      })
      assert.deepStrictEqual([isHeld(store, "vazio"), isHeld(store, "cheio")], [true, true])
      assert.isUndefined(content(store, "grande"))
    })
  )
})

describe("the memory for small files", () => {
  const names = ["a", "b", "c", "d"]
  const files = Object.fromEntries(names.map((name) => [name, Buffer.alloc(10_000, name)]))

  it.effect("is bounded, and those that were not asked for the longest leave it first", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing(files, 35_000)
      const first = names.map((name) => store.getIfPresent(fileName(name)))
      // Room was for three, so that d has taken the place of a; then b is asked for, and a takes the place of c.
      assert.strictEqual(store.getIfPresent(fileName("b")), first[1])
      assert.notStrictEqual(store.getIfPresent(fileName("a")), first[0])
      assert.strictEqual(store.getIfPresent(fileName("b")), first[1])
      assert.strictEqual(store.getIfPresent(fileName("d")), first[3])
      assert.notStrictEqual(store.getIfPresent(fileName("c")), first[2])
    })
  )

  it.effect("that is too little for a file leaves it to be read each time", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing(files, 5000)
      assert.deepStrictEqual([content(store, "a")?.length, isHeld(store, "a")], [10_000, false])
    })
  )

  it.effect("can be none, and then nothing is read but by the thread pool", () =>
    Effect.gen(function* () {
      const { store } = yield* sharing(files, 0)
      assert.isUndefined(store.getIfPresent(fileName("a")))
    })
  )
})
