/** What every store promises: the tests of test/services/FileStore.test.ts and test/s3/FileStore.s3.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { FileNotFound } from "../../../src/domain/Errors.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import { entryKey, type FileStore } from "../../../src/services/files/FileStore.ts"
import { contentOf, entriesOf, folderKeysOf, namesOf, readAll, selection } from "./Stores.ts"
import { seeded } from "../values/Seeded.ts"
import { fileName } from "../values/Names.ts"

/** A store, and the hand that changes what it shares. */
export interface Shelf {
  readonly store: FileStore["Service"]
  /** Another content, of another time where the store lets one be told. */
  readonly replace: (name: string, content: string) => Effect.Effect<void>
  readonly remove: (name: string) => Effect.Effect<void>
  /** When the file was last changed, in milliseconds since 1970, by another way than through the store. */
  readonly modified: (name: string) => Effect.Effect<number>
}

/** A store that shares these files. */
export type MakeShelf = (
  files: Readonly<Record<string, string | Uint8Array>>
) => Effect.Effect<Shelf, unknown, Scope.Scope>

const missing = ["nada", "pasta", "pasta/nada", "a.txt/b", "nada/nada", "A.TXT", "x".repeat(10_000)]
const hidden = [".oculto", ".git/config", "pasta/.oculto"]

/** The tests, of the store that `makeShelf` makes; `atOnce` says which of its files it has without an effect. */
export const storeContract = (
  kind: string,
  makeShelf: MakeShelf,
  atOnce: "small files" | "nothing"
): void => {
  describe(`a store (${kind})`, () => {
    const files = {
      "a.txt": "um",
      "a/b": "dois",
      a0: "três",
      "pasta/ç.txt": "quatro",
      "pasta/sub/z": "",
      "\uffff": "",
      "\u{10000}": "",
      ".oculto": "x",
      ".git/config": "x",
      "pasta/.oculto": "x"
    }
    const sorted = ["a.txt", "a/b", "a0", "pasta/sub/z", "pasta/ç.txt", "\uffff", "\u{10000}"]

    it.effect("lists every file in every folder, sorted by bytes, and nothing that is hidden", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        assert.deepStrictEqual(yield* namesOf(store), sorted)
      })
    )

    it.effect("lists nothing where there is nothing", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf({})
        assert.deepStrictEqual(yield* namesOf(store), [])
      })
    )

    it.effect("lists what matches, comes after and fits", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        assert.deepStrictEqual(yield* namesOf(store, { pattern: "*.txt" }), ["a.txt"])
        assert.deepStrictEqual(yield* namesOf(store, { pattern: "**/*.txt" }), [
          "a.txt",
          "pasta/ç.txt"
        ])
        assert.deepStrictEqual(yield* namesOf(store, { pattern: "a?" }), ["a0"])
        assert.deepStrictEqual(yield* namesOf(store, { pattern: "nada" }), [])
        assert.deepStrictEqual(yield* namesOf(store, { after: "a/b" }), sorted.slice(2))
        assert.deepStrictEqual(yield* namesOf(store, { after: "a/a" }), sorted.slice(1))
        assert.deepStrictEqual(yield* namesOf(store, { after: "\u{10ffff}" }), [])
        assert.deepStrictEqual(yield* namesOf(store, { limit: 0 }), [])
        assert.deepStrictEqual(yield* namesOf(store, { limit: 3 }), sorted.slice(0, 3))
        assert.deepStrictEqual(yield* namesOf(store, { limit: 99 }), sorted)
        assert.deepStrictEqual(
          yield* namesOf(store, { pattern: "**", after: "a0", limit: 2 }),
          sorted.slice(3, 5)
        )
      })
    )

    it.effect("lists everything by pages, each file once", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        const pages: Array<string> = []
        for (let after = ""; pages.length < 99; after = pages.at(-1) ?? "") {
          const page = yield* namesOf(store, { after, limit: 2 })
          if (page.length === 0) break
          pages.push(...page)
        }
        assert.deepStrictEqual(pages, sorted)
      })
    )

    it.effect("lists one folder, its entries sorted by their keys, and nothing hidden", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        const keysOf = (folder: string, after?: string) =>
          Effect.gen(function* () {
            const keys = (yield* entriesOf(store, folder, after)).map(entryKey)
            assert.deepStrictEqual(yield* folderKeysOf(store, folder, after), keys)
            return keys
          })
        const top = ["a.txt", "a/", "a0", "pasta/", "\uffff", "\u{10000}"]
        assert.deepStrictEqual(yield* keysOf(""), top)
        assert.deepStrictEqual(yield* keysOf("a"), ["a/b"])
        assert.deepStrictEqual(yield* keysOf("pasta"), ["pasta/sub/", "pasta/ç.txt"])
        assert.deepStrictEqual(yield* keysOf("pasta/sub"), ["pasta/sub/z"])
        for (const [index, key] of top.entries())
          assert.deepStrictEqual(yield* keysOf("", key), top.slice(index + 1), key)
        assert.deepStrictEqual(yield* keysOf("", "a/zz"), top.slice(2))
        assert.deepStrictEqual(yield* keysOf("pasta", "pasta/sub/"), ["pasta/ç.txt"])
        assert.deepStrictEqual(yield* keysOf("pasta", "pasta/\u{10ffff}"), [])
      })
    )

    it.effect("tells of each file in a folder what it tells of the file by its name", () =>
      Effect.gen(function* () {
        const { replace, store } = yield* makeShelf(files)
        const check = Effect.fnUntraced(function* (folder: string) {
          for (const entry of yield* entriesOf(store, folder)) {
            if (entry.kind === "folder") continue
            const { modified, name, size, version } = entry
            const told = yield* store.describe(name)
            assert.deepStrictEqual(
              [size, modified, version],
              [told.size, told.modified, told.version]
            )
          }
        })
        yield* check("")
        yield* check("pasta")
        yield* replace("a.txt", "outro")
        yield* check("")
      })
    )

    it.effect("lists a large folder by pages as well as whole, each entry once", () =>
      Effect.gen(function* () {
        const many = Array.from({ length: 1100 }, (_, index) =>
          index % 20 === 0 ? `g/p${index}/x` : `g/f${index}`
        )
        const { store } = yield* makeShelf(Object.fromEntries(many.map((name) => [name, ""])))
        const all = (yield* entriesOf(store, "g")).map(entryKey)
        const expected = many.map((name) => name.replace(/\/x$/, "/"))
        assert.deepStrictEqual(all, expected.sort())
        const last = all[999] ?? ""
        assert.deepStrictEqual(
          (yield* entriesOf(store, "g", last)).map(entryKey),
          expected.slice(1000)
        )
      })
    )

    it.effect("knows no folder where there is none, where a file is, or that is hidden", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        for (const folder of ["nada", "pasta/nada", "a.txt", "a.txt/b", ".git", "x".repeat(5000)])
          for (const after of ["", "z"])
            for (const asked of [
              Effect.asVoid(entriesOf(store, folder, after)),
              Effect.asVoid(folderKeysOf(store, folder, after))
            ])
              assert.instanceOf(yield* Effect.flip(asked), FileNotFound)
        const empty = yield* makeShelf({})
        assert.deepStrictEqual(yield* entriesOf(empty.store, ""), [])
      })
    )

    it.effect("lists files with the details that it would describe them with, and as many", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        const all = yield* store.listFiles(selection())
        assert.deepStrictEqual(
          all.map(({ name }): string => name),
          sorted
        )
        for (const { kind, name, ...details } of all) {
          const { modified, size, version } = yield* store.describe(name)
          assert.deepStrictEqual([kind, details], ["file", { modified, size, version }])
        }
        const some = yield* store.listFiles(selection({ pattern: "**", after: "a0", limit: 2 }))
        assert.deepStrictEqual(some, all.slice(3, 5))
        assert.deepStrictEqual(yield* store.listFiles(selection({ limit: 0 })), [])
      })
    )

    it.effect("counts its files, and picks each of them now and then", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf(files)
        assert.strictEqual(yield* store.count, sorted.length)
        assert.strictEqual((yield* store.knownCount)?.names, sorted.length)
        const random = seeded(7)
        const picked = new Set<string>()
        for (let times = 0; times < 200; times++)
          picked.add((yield* store.pick(() => random(2 ** 30) / 2 ** 30)) ?? "")
        assert.sameMembers([...picked], sorted)
        const { store: empty } = yield* makeShelf({})
        assert.deepStrictEqual([yield* empty.count, yield* empty.pick(() => 0)], [0, undefined])
      })
    )

    it.effect("shows a change at the next question", () =>
      Effect.gen(function* () {
        const { remove, replace, store } = yield* makeShelf({ "a.txt": "um", "b.txt": "dois" })
        yield* replace("c.txt", "três")
        yield* remove("a.txt")
        assert.deepStrictEqual(yield* namesOf(store), ["b.txt", "c.txt"])
        assert.strictEqual((yield* contentOf(store, "c.txt")).toString(), "três")
        assert.instanceOf(yield* Effect.flip(store.describe(fileName("a.txt"))), FileNotFound)
      })
    )

    it.effect(
      "describes a file without opening it for long, and opens it with the same details",
      () =>
        Effect.gen(function* () {
          const { modified: modifiedAt, store } = yield* makeShelf(files)
          const name = fileName("pasta/ç.txt")
          const { modified, size, version } = yield* store.describe(name)
          assert.deepStrictEqual([size, modified], [6, yield* modifiedAt(name)])
          const file = yield* store.open(name)
          assert.deepStrictEqual(
            [file.size, file.modified, file.version],
            [size, modified, version]
          )
          assert.match(version, /^[!-~]+$/)
        })
    )

    it.effect(
      "gives a file the same version while it is the same, and another once it changed",
      () =>
        Effect.gen(function* () {
          const { replace, store } = yield* makeShelf({ "a.txt": "um" })
          const name = fileName("a.txt")
          const versions = [yield* store.describe(name), yield* store.describe(name)]
          yield* replace("a.txt", "XX")
          versions.push(yield* store.describe(name))
          yield* replace("a.txt", "longer")
          versions.push(yield* store.describe(name))
          assert.deepStrictEqual(
            versions.map(({ version }) => versions.findIndex((other) => other.version === version)),
            [0, 0, 2, 3]
          )
        })
    )

    const hasNothingAtOnce = (store: FileStore["Service"], names: ReadonlyArray<string>) => {
      for (const name of names) assert.isUndefined(store.getIfPresent(fileName(name)), name)
    }

    if (atOnce === "nothing") {
      it.effect("has nothing at once, before it was opened or after", () =>
        Effect.gen(function* () {
          const { store } = yield* makeShelf(files)
          hasNothingAtOnce(store, sorted)
          for (const name of sorted) yield* contentOf(store, name)
          hasNothingAtOnce(store, [...sorted, ...missing, ...hidden])
        })
      )
    } else {
      it.effect("has small files at once, as it would describe and open them", () =>
        Effect.gen(function* () {
          const { remove, replace, store } = yield* makeShelf(files)
          const check = Effect.fnUntraced(function* () {
            for (const text of ["a.txt", "pasta/ç.txt", "pasta/sub/z"]) {
              const name = fileName(text)
              const whole = store.getIfPresent(name)
              if (whole === undefined) return assert.fail(`${text} is not there at once`)
              const { content, modified, sha256, size, version } = whole
              const file = yield* store.open(name)
              assert.deepStrictEqual(
                [modified, size, version],
                [file.modified, file.size, file.version]
              )
              assert.strictEqual(content, ByteString.fromBytes(yield* contentOf(store, text)))
              assert.strictEqual(sha256, yield* file.sha256)
            }
          })
          yield* check()
          yield* check()
          yield* replace("pasta/ç.txt", "outro")
          yield* check()
          yield* remove("a.txt")
          hasNothingAtOnce(store, ["a.txt", ...missing, ...hidden])
        })
      )
    }

    it.effect("reads any range of a file, byte for byte", () =>
      Effect.gen(function* () {
        const bytes = Buffer.from(
          Uint8Array.from({ length: 1_500_000 }, (_, index) => (index * 7) % 253)
        )
        const { store } = yield* makeShelf({ grande: bytes })
        const file = yield* store.open(fileName("grande"))
        for (const [start, length] of [
          [0, bytes.length],
          [0, 0],
          [0, 1],
          [bytes.length, 0],
          [bytes.length - 1, 1],
          [524_287, 2],
          [524_288, 524_288],
          [1, 1_048_577]
        ] as const) {
          const read = yield* readAll(file, { start, length })
          assert.isTrue(read.equals(bytes.subarray(start, start + length)), `${start}+${length}`)
        }
      })
    )

    it.effect("reads two ranges of one file at once, neither disturbing the other", () =>
      Effect.gen(function* () {
        const bytes = Buffer.alloc(2_000_000, "0123456789abcdef!")
        const { store } = yield* makeShelf({ grande: bytes })
        const file = yield* store.open(fileName("grande"))
        const read = yield* Effect.all(
          [readAll(file), readAll(file, { start: 5, length: 1_234_567 })],
          {
            concurrency: "unbounded"
          }
        )
        assert.isTrue(read[0].equals(bytes))
        assert.isTrue(read[1].equals(bytes.subarray(5, 5 + 1_234_567)))
      })
    )

    it.effect("reads an empty file to its end", () =>
      Effect.gen(function* () {
        const { store } = yield* makeShelf({ vazio: "" })
        assert.strictEqual((yield* contentOf(store, "vazio")).length, 0)
      })
    )

    for (const name of [...missing, ...hidden]) {
      it.effect(`knows no file ${JSON.stringify(name.slice(0, 20))}, to describe or to open`, () =>
        Effect.gen(function* () {
          const { store } = yield* makeShelf(files)
          assert.instanceOf(yield* Effect.flip(store.describe(fileName(name))), FileNotFound)
          assert.instanceOf(yield* Effect.flip(store.open(fileName(name))), FileNotFound)
        })
      )
    }
  })
}
