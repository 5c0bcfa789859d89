import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  byBytes,
  FileName,
  fromText,
  fromByteString,
  isHidden,
  join
} from "../../src/domain/FileName.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import * as Arbitraries from "../support/values/Arbitraries.ts"

const names = [
  "file1.txt",
  "relatorios/2024.csv",
  "Relatório de março.txt",
  "a/b/c/d/e",
  "...",
  "..a",
  "a..",
  "a/...",
  ".oculto",
  ".git/config",
  " ",
  "-rf",
  "~",
  "C:",
  "a:b",
  "con",
  "a\nb",
  "*",
  "%2e%2e%2fetc%2fpasswd",
  "..%2f",
  "\ufeffa",
  "\u{1f600}",
  "constructor",
  "__proto__",
  "x".repeat(10_000)
]

const noNames = [
  "",
  "/",
  "//",
  ".",
  "..",
  "./a",
  "a/.",
  "a/./b",
  "../a",
  "a/..",
  "a/../b",
  "../../etc/hostname",
  "/etc/hostname",
  "//etc/hostname",
  "a//b",
  "a/",
  "/a/",
  "..\\a",
  "a\\b",
  "\\",
  "C:\\a",
  "a\0",
  "\0",
  "a\0/../b",
  "../".repeat(3000) + "etc/hostname",
  "\ud800",
  "a\udc00b",
  "\udc00\ud800"
]

const show = (name: string): string =>
  JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name)

describe("a file name", () => {
  for (const name of names) {
    it(`may be ${show(name)}, and is kept to the letter`, () => {
      assert.strictEqual<string | undefined>(fromText(name), name)
      assert.strictEqual<string | undefined>(fromByteString(ByteString.fromText(name)), name)
      assert.isTrue(Schema.is(FileName)(name))
    })
  }

  for (const name of noNames) {
    it(`is never ${show(name)}`, () => {
      assert.isUndefined(fromText(name))
      assert.isFalse(Schema.is(FileName)(name))
    })
  }

  const notUtf8 = [
    "\xff",
    "a\xc3",
    "\xc0\xaf",
    "..\xc0\xaf..",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xe2\x82"
  ]
  it.each(notUtf8)("is never bytes that are not UTF-8: %j", (bytes) => {
    assert.isUndefined(fromByteString(ByteString.unsafe(bytes)))
  })

  it.prop("never leads out of its folder, whatever the text", [Arbitraries.text], ([text]) => {
    const name = fromText(text)
    if (name === undefined) return
    assert.strictEqual<string>(
      new URL(encodeURIComponent(name).replaceAll("%2F", "/"), "file:///shared/").pathname.slice(
        0,
        8
      ),
      "/shared/"
    )
    assert.isFalse(name.split("/").some((part) => part === "" || part === "." || part === ".."))
  })

  it("inside a folder is the folder's and its own, whatever is not a name left out", () => {
    assert.strictEqual<string | undefined>(join("", "a"), "a")
    assert.strictEqual<string | undefined>(join("a/b", "c"), "a/b/c")
    assert.isUndefined(join("a", ".."))
    assert.isUndefined(join("", "a\\b"))
  })

  it("is hidden where any of its parts begins with a dot", () => {
    const hidden = (name: string): boolean | undefined => {
      const known = fromText(name)
      return known === undefined ? undefined : isHidden(known)
    }
    for (const name of [".a", ".git/config", "a/.b", "a/.b/c", "..."])
      assert.isTrue(hidden(name), name)
    for (const name of ["a", "a.b", "a/b.c", "a./b"]) assert.isFalse(hidden(name), name)
  })
})

describe("the order of names", () => {
  it.prop(
    "is that of their UTF-8 bytes, for any two texts",
    [Arbitraries.text, Arbitraries.text, Arbitraries.text],
    ([start, left, right]) => {
      for (const [one, other] of [
        [left, right],
        [start + left, start + right],
        [start, start + left]
      ] as const) {
        assert.strictEqual(
          byBytes(one, other),
          Buffer.compare(Buffer.from(one), Buffer.from(other))
        )
      }
    },
    { arbitrary: { runs: 1000 } }
  )

  it("puts what stands for itself after what is escaped in UTF-16", () => {
    assert.strictEqual(byBytes("\uffff", "\u{10000}"), -1)
    assert.strictEqual(byBytes("\u{10000}", "\ue000"), 1)
    assert.strictEqual(byBytes("\ud7ff", "\u{10000}"), -1)
    assert.strictEqual(byBytes("\u{10000}", "\u{10001}"), -1)
  })

  it("compares whole names, the stroke between parts being a byte like another", () => {
    assert.deepStrictEqual(["a/b", "a.txt", "a", "a0", "a-b"].toSorted(byBytes), [
      "a",
      "a-b",
      "a.txt",
      "a/b",
      "a0"
    ])
  })
})
