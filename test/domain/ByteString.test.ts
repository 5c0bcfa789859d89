import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Word from "../../src/domain/ByteString.ts"
import * as Arbitraries from "../support/Arbitraries.ts"

describe("a word", () => {
  it.prop("gives back the bytes it was made of", [Arbitraries.bytes], ([bytes]) => {
    const word = Word.fromBytes(bytes)
    assert.deepStrictEqual(Word.toBytes(word), bytes)
    assert.strictEqual<string>(word, Buffer.from(bytes).toString("latin1"))
    assert.isTrue(Schema.is(Word.Word)(word))
  })

  it.prop("gives back the text it was made of", [Arbitraries.text], ([text]) => {
    const word = Word.fromText(text)
    assert.strictEqual(Word.toText(word), text)
    assert.strictEqual(Word.toTextLossy(word), text)
    assert.deepStrictEqual(Buffer.from(Word.toBytes(word)), Buffer.from(text))
  })

  it.prop(
    "holds a text exactly where its bytes are UTF-8",
    [Arbitraries.bytes],
    ([bytes]) => {
      const text = Word.toText(Word.fromBytes(bytes))
      const lossy = Buffer.from(bytes).toString("utf8")
      if (text === undefined) assert.include(lossy, "\ufffd")
      else assert.strictEqual(text, lossy)
    },
    { arbitrary: { runs: 1000, size: 6 } }
  )

  it("may be a megabyte", () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, index) => index % 251)
    assert.isTrue(Buffer.from(Word.toBytes(Word.fromBytes(bytes))).equals(bytes))
  })

  it("keeps a byte order mark, which is part of the text", () => {
    assert.strictEqual(Word.toText(Word.unsafe("\xef\xbb\xbfa")), "\ufeffa")
  })

  it("holds U+FFFD where the text had half a character", () => {
    assert.strictEqual<string>(Word.fromText("a\ud800"), "a\xef\xbf\xbd")
  })

  it("has no text where its bytes are none, and one for people all the same", () => {
    assert.isUndefined(Word.toText(Word.unsafe("a\xff")))
    assert.strictEqual(Word.toTextLossy(Word.unsafe("a\xff")), "a\ufffd")
  })

  it("is no string with a character above U+00FF", () => {
    assert.isFalse(Schema.is(Word.Word)("\u0100"))
  })
})
