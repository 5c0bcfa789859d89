import { assert, describe, it } from "@effect/vitest"
import { makeLruCache, overhead } from "../../../src/services/files/LruCache.ts"
import { seeded } from "../../support/values/Seeded.ts"

/** What an entry of 1,000 bytes counts, its key of one character included. */
const entry = 1000 + 2 + overhead

describe("small files in memory", () => {
  it("stay while they fit; then the one that was used longest ago goes", () => {
    const files = makeLruCache<string>(3 * entry)
    for (const key of ["a", "b", "c"]) files.set(key, key, 1000)
    assert.strictEqual(files.get("a"), "a")
    files.set("d", "d", 1000)
    assert.deepStrictEqual(
      ["a", "b", "c", "d"].map((key) => files.get(key)),
      ["a", undefined, "c", "d"]
    )
  })

  it("make room for a larger one, as many as it takes", () => {
    const files = makeLruCache<string>(3 * entry)
    for (const key of ["a", "b", "c"]) files.set(key, key, 1000)
    files.set("d", "d", 2000)
    assert.deepStrictEqual(
      ["a", "b", "c", "d"].map((key) => files.get(key)),
      [undefined, undefined, "c", "d"]
    )
  })

  it("are not kept where one is larger than all may be, or where none may be", () => {
    const files = makeLruCache<string>(entry - 1)
    files.set("a", "a", 1000)
    assert.isUndefined(files.get("a"))
    const none = makeLruCache<string>(0)
    none.set("a", "", 0)
    assert.isUndefined(none.get("a"))
  })

  it("count once where they are set again, and not at all once they are deleted", () => {
    const files = makeLruCache<string>(2 * entry)
    for (let round = 0; round < 10; round++) files.set("a", `a${round}`, 1000)
    files.set("b", "b", 1000)
    assert.deepStrictEqual([files.get("a"), files.get("b")], ["a9", "b"])
    files.delete("a")
    files.delete("a")
    files.set("c", "c", 1000)
    assert.deepStrictEqual([files.get("b"), files.get("c")], ["b", "c"])
  })

  it("go in the order of their last use, whatever is used and deleted in between", () => {
    const random = seeded(7)
    const most = 8
    const files = makeLruCache<string>(most * entry)
    /** The keys by their last use, the latest last. */
    let kept: ReadonlyArray<string> = []
    for (let step = 0; step < 5000; step++) {
      const key = String.fromCharCode(0x61 + random(16))
      const others = kept.filter((other) => other !== key)
      switch (random(4)) {
        case 0:
          files.set(key, key, 1000)
          kept = [...others, key].slice(-most)
          break
        case 1:
          files.delete(key)
          kept = others
          break
        default:
          assert.strictEqual(files.get(key), kept.includes(key) ? key : undefined)
          if (kept.includes(key)) kept = [...others, key]
      }
    }
    assert.deepStrictEqual(
      kept.map((key) => files.get(key)),
      [...kept]
    )
  })

  it("count the keys that they are kept by", () => {
    const files = makeLruCache<string>(2 * entry)
    files.set("a", "a", 1000)
    files.set("b".repeat(100), "b", 1000)
    assert.isUndefined(files.get("a"))
    assert.strictEqual(files.get("b".repeat(100)), "b")
  })
})
