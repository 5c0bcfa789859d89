import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { packTexts, textAt } from "../../../src/services/files/PackedTexts.ts"
import * as Arbitraries from "../../support/values/Arbitraries.ts"

describe("packed texts", () => {
  it.prop(
    "are what they were, each at its index",
    [Arbitrary.array(Arbitraries.text)],
    ([texts]) => {
      const packed = packTexts(texts)
      assert.deepStrictEqual(
        [...texts, undefined],
        [...texts, undefined].map((_, index) => textAt(packed, index))
      )
    }
  )

  it("take the memory of their UTF-8", () => {
    const { bytes } = packTexts(["relatórios", "2024.csv"])
    assert.strictEqual(bytes.buffer.byteLength, Buffer.byteLength("relatórios2024.csv"))
  })
})
