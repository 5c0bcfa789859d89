/** What people read: the language that a browser asks for, sizes and times. */
import { assert, describe, it } from "@effect/vitest"
import { languageAccepted } from "../../../src/http/page/texts/Language.ts"
import { sizeText, timeText } from "../../../src/http/page/texts/Units.ts"

describe("the language of a page", () => {
  for (const [accept, language] of [
    [undefined, "pt"],
    ["", "pt"],
    ["pt-BR,pt;q=0.9,en;q=0.8", "pt"],
    ["PT", "pt"],
    ["*", "pt"],
    ["en", "en"],
    ["en-GB,pt;q=0.9", "en"],
    ["de", "en"],
    ["de,pt;q=0.5", "en"],
    ["pt;q=0", "en"],
    ["en;q=0.3,pt;q=0.4", "pt"],
    ["pt;q=nada", "en"]
  ] as const) {
    it(`is ${language} for ${accept ?? "no field Accept-Language"} (RFC 9110, 12.5.4)`, () => {
      assert.strictEqual(languageAccepted(accept), language)
    })
  }
})

describe("a size", () => {
  it("has two digits at least and its unit, in each language", () => {
    const sizes = [
      0,
      1,
      999,
      1000,
      1234,
      9949,
      9950,
      999_499,
      999_500,
      1e6,
      12_345_678,
      5.5e9,
      2 ** 53 - 1
    ]
    assert.deepStrictEqual(
      sizes.map((size) => sizeText(size, "pt")),
      [
        "0 B",
        "1 B",
        "999 B",
        "1,0 kB",
        "1,2 kB",
        "9,9 kB",
        "10 kB",
        "999 kB",
        "1,0 MB",
        "1,0 MB",
        "12 MB",
        "5,5 GB",
        "9,0 PB"
      ]
    )
    assert.strictEqual(sizeText(1234, "en"), "1.2 kB")
  })
})

describe("a time", () => {
  it("is written as people of the language write it", () => {
    const time = new Date(2024, 2, 9, 12, 34).getTime()
    assert.strictEqual(timeText(time, "pt"), "09/03/2024, 12:34")
    assert.strictEqual(timeText(time, "en"), "9 Mar 2024, 12:34")
  })
})
