import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as ByteString from "../../src/domain/ByteString.ts"
import * as Arbitraries from "../support/values/Arbitraries.ts"

describe("a word", () => {
  it.prop("gives back the bytes it was made of", [Arbitraries.bytes], ([bytes]) => {
    const word = ByteString.fromBytes(bytes)
    assert.deepStrictEqual(ByteString.toBytes(word), bytes)
    assert.strictEqual<string>(word, Buffer.from(bytes).toString("latin1"))
    assert.isTrue(Schema.is(ByteString.ByteString)(word))
  })

  it.prop("gives back the text it was made of", [Arbitraries.text], ([text]) => {
    const word = ByteString.fromText(text)
    assert.strictEqual(ByteString.toText(word), text)
    assert.strictEqual(ByteString.toTextLossy(word), text)
    assert.deepStrictEqual(Buffer.from(ByteString.toBytes(word)), Buffer.from(text))
  })

  it.prop(
    "holds a text exactly where its bytes are UTF-8",
    [Arbitraries.bytes],
    ([bytes]) => {
      const text = ByteString.toText(ByteString.fromBytes(bytes))
      const lossy = Buffer.from(bytes).toString("utf8")
      if (text === undefined) assert.include(lossy, "\ufffd")
      else assert.strictEqual(text, lossy)
    },
    { arbitrary: { runs: 1000, size: 6 } }
  )

  it("may be a megabyte", () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, index) => index % 251)
    assert.isTrue(Buffer.from(ByteString.toBytes(ByteString.fromBytes(bytes))).equals(bytes))
  })

  it("keeps a byte order mark, which is part of the text", () => {
    assert.strictEqual(ByteString.toText(ByteString.unsafe("\xef\xbb\xbfa")), "\ufeffa")
  })

  it("holds U+FFFD where the text had half a character", () => {
    assert.strictEqual<string>(ByteString.fromText("a\ud800"), "a\xef\xbf\xbd")
  })

  it("has no text where its bytes are none, and one for people all the same", () => {
    assert.isUndefined(ByteString.toText(ByteString.unsafe("a\xff")))
    assert.strictEqual(ByteString.toTextLossy(ByteString.unsafe("a\xff")), "a\ufffd")
  })

  it("shows a text that begins with U+FEFF whole", () => {
    assert.strictEqual(ByteString.toTextLossy(ByteString.fromText("\ufeffé")), "\ufeffé")
  })

  it("is no string with a character above U+00FF", () => {
    assert.isFalse(Schema.is(ByteString.ByteString)("\u0100"))
  })
})

describe("what a client wrote, made printable,", () => {
  it.prop(
    "has no control character, and no more than 128 bytes",
    [Arbitraries.bytes],
    ([bytes]) => {
      const long = ByteString.fromBytes(
        Buffer.concat([bytes, Buffer.alloc(200, Buffer.concat([bytes, Buffer.of(10)]))])
      )
      const name = ByteString.printable(long)
      // U+FFFD, which stands for one byte that is no UTF-8, has three.
      assert.isAtMost(Array.from(name).length, 128)
      assert.isFalse(/\p{Cc}/u.test(name))
      assert.isTrue(name.isWellFormed())
    },
    { arbitrary: { runs: 500 } }
  )

  it("is not cut inside a character", () => {
    assert.strictEqual(ByteString.printable(ByteString.fromText("é".repeat(100))), "é".repeat(64))
    assert.strictEqual(
      ByteString.printable(ByteString.fromText(`x${"é".repeat(100)}`)),
      `x${"é".repeat(63)}`
    )
  })
})
