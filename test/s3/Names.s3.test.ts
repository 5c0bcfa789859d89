/** Which keys of a bucket are files, and how they are listed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { FileNotFound } from "../../src/domain/Errors.ts"
import { bucketWith, s3Store } from "../support/peers/S3.ts"
import { s3Proxy } from "../support/fakes/S3Proxy.ts"
import { contentOf, namesOf } from "../support/stores/Stores.ts"
import { endpoint } from "./cluster.ts"
import { fileName } from "../support/values/Names.ts"

const odd = [
  "a b.txt",
  "c+d.txt",
  "e%f.txt",
  "e%20f.txt",
  "g&h=i?.txt",
  "ç/ã o.txt",
  "😀/😀.txt",
  "linha\nnova",
  "tab\taqui",
  "sinal\u0001",
  "aspas\"'<>",
  "#x",
  "~"
]

describe("names in a bucket", () => {
  it.live("list 5,000 objects, sorted, whole and in pages of any size", () =>
    Effect.gen(function* () {
      const names = Array.from(
        { length: 5000 },
        (_, index) => `pasta ${index % 7}/${String(index).padStart(4, "0")}.txt`
      ).sort()
      const { bucket } = yield* bucketWith(
        endpoint,
        Object.fromEntries(names.map((name) => [name, ""]))
      )
      const proxy = yield* s3Proxy(endpoint)
      const store = yield* s3Store(proxy.url, bucket)
      assert.deepStrictEqual(yield* namesOf(store), names)
      // One request to see that the bucket is there, five for the names; and Ceph says that there is more where the
      // last page is full.
      assert.strictEqual(proxy.passed.length, 7)
      const pages: Array<string> = []
      for (let after = ""; pages.length < names.length; after = pages.at(-1) ?? "") {
        const page = yield* namesOf(store, { after, limit: 1234 })
        assert.isAbove(page.length, 0)
        pages.push(...page)
      }
      assert.deepStrictEqual(pages, names)
    })
  )

  it.live("ask the store only for what the pattern, the start and the limit leave", () =>
    Effect.gen(function* () {
      const { bucket } = yield* bucketWith(endpoint, { "a/1": "", "a/2": "", "b/1": "", "b/2": "" })
      const proxy = yield* s3Proxy(endpoint)
      const store = yield* s3Store(proxy.url, bucket, { prefix: "" })
      const asked = () => new URLSearchParams(proxy.passed.at(-1)?.path.split("?")[1])
      assert.deepStrictEqual(yield* namesOf(store, { pattern: "b/*" }), ["b/1", "b/2"])
      assert.strictEqual(asked().get("prefix"), "b/")
      assert.deepStrictEqual(yield* namesOf(store, { after: "a/1", limit: 2 }), ["a/2", "b/1"])
      assert.strictEqual(asked().get("start-after"), "a/1")
      assert.strictEqual(asked().get("max-keys"), "2")
      const before = proxy.passed.length
      assert.deepStrictEqual(yield* namesOf(store, { limit: 0 }), [])
      assert.strictEqual(proxy.passed.length, before)
    })
  )

  it.live("are kept byte for byte, whatever characters they have", () =>
    Effect.gen(function* () {
      const { bucket } = yield* bucketWith(
        endpoint,
        Object.fromEntries(odd.map((name) => [`é +%/${name}`, name]))
      )
      const store = yield* s3Store(endpoint, bucket, { prefix: "é +%" })
      assert.deepStrictEqual([...(yield* namesOf(store))].sort(), odd.toSorted())
      for (const name of odd) {
        assert.strictEqual((yield* contentOf(store, name)).toString(), name)
        assert.strictEqual((yield* store.describe(fileName(name))).size, Buffer.byteLength(name))
      }
      for (const after of odd) {
        const names = yield* namesOf(store, { after })
        assert.notInclude(names, after)
      }
    })
  )

  it.live("are not those of keys that no file could have, nor of folders' marks", () =>
    Effect.gen(function* () {
      const keys = ["../fora", "a/../b", "a/./b", "a//b", "/c", "pasta/", "d\\e", "..", "x/.."]
      const { bucket } = yield* bucketWith(
        endpoint,
        Object.fromEntries([...keys, "bom.txt", "pasta/bom.txt"].map((key) => [`p/${key}`, "x"]))
      )
      const store = yield* s3Store(endpoint, bucket, { prefix: "p" })
      assert.deepStrictEqual(yield* namesOf(store), ["bom.txt", "pasta/bom.txt"])
    })
  )

  it.live("end where the prefix ends, at the slash", () =>
    Effect.gen(function* () {
      const { bucket } = yield* bucketWith(endpoint, { "foto/a": "", "foto2/b": "", foto: "" })
      const store = yield* s3Store(endpoint, bucket, { prefix: "foto" })
      assert.deepStrictEqual(yield* namesOf(store), ["a"])
    })
  )

  it.live("that begin with a dot are shared where that is wanted", () =>
    Effect.gen(function* () {
      const { bucket } = yield* bucketWith(endpoint, { ".a": "um", "b/.c/d": "dois", e: "" })
      const store = yield* s3Store(endpoint, bucket, { hidden: true })
      assert.deepStrictEqual(yield* namesOf(store), [".a", "b/.c/d", "e"])
      assert.strictEqual((yield* contentOf(store, "b/.c/d")).toString(), "dois")
    })
  )

  it.live("may be as long as S3 lets them be; longer ones are not found, and not asked for", () =>
    Effect.gen(function* () {
      const longest = "n".repeat(1022)
      const { bucket } = yield* bucketWith(endpoint, { [`p/${longest}`]: "ok" })
      const proxy = yield* s3Proxy(endpoint)
      const store = yield* s3Store(proxy.url, bucket, { prefix: "p" })
      assert.strictEqual((yield* contentOf(store, longest)).toString(), "ok")
      assert.deepStrictEqual(yield* namesOf(store, { after: "n".repeat(5000) }), [])
      const before = proxy.passed.length
      const exit = yield* Effect.exit(store.describe(fileName(`${longest}n`)))
      assert.deepStrictEqual(exit, Exit.fail(new FileNotFound()))
      assert.strictEqual(proxy.passed.length, before)
    })
  )
})
