import { assert, describe, it } from "@effect/vitest"
import { makeUnsettled } from "../../../../../src/services/files/directory/watch/Unsettled.ts"

/** As the watching thread makes it. */
const make = () => makeUnsettled(100, 1000)

describe("a file that is being changed", () => {
  it("is due once, when it was left alone, however often it was written", () => {
    const unsettled = make()
    assert.isUndefined(unsettled.next())
    for (let now = 0; now <= 300; now += 50) {
      unsettled.mark("a", now)
      assert.deepStrictEqual(unsettled.take(now), [])
    }
    assert.strictEqual(unsettled.next(), 400)
    assert.deepStrictEqual(unsettled.take(399), [])
    assert.deepStrictEqual(unsettled.take(400), ["a"])
    assert.isUndefined(unsettled.next())
    assert.deepStrictEqual(unsettled.take(10_000), [])
  })

  it("is due after the longest time where it is never left alone, and then again", () => {
    const unsettled = make()
    const due: Array<number> = []
    for (let now = 0; now <= 3000; now += 50) {
      unsettled.mark("a", now)
      if (unsettled.take(now).includes("a")) due.push(now)
    }
    // The write that finds it due is part of what is told, and the next one begins anew.
    assert.deepStrictEqual(due, [1000, 2050])
    assert.strictEqual(unsettled.next(), 3100)
  })

  it("waits for itself alone", () => {
    const unsettled = make()
    unsettled.mark("a", 0)
    unsettled.mark("b", 30)
    unsettled.mark("a", 60)
    assert.strictEqual(unsettled.next(), 130)
    assert.deepStrictEqual(unsettled.take(130), ["b"])
    assert.strictEqual(unsettled.next(), 160)
    assert.deepStrictEqual(unsettled.take(160), ["a"])
  })

  it("is not due any more once it was told of otherwise", () => {
    const unsettled = make()
    for (const name of ["a", "b", "c"]) unsettled.mark(name, 0)
    unsettled.forget("b")
    assert.deepStrictEqual(unsettled.take(100), ["a", "c"])
    unsettled.mark("a", 200)
    unsettled.clear()
    assert.isUndefined(unsettled.next())
    assert.deepStrictEqual(unsettled.take(10_000), [])
  })
})
