import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import type { Value } from "../../../src/codec/pickle/PickleMachine.ts"
import * as Writer from "../../../src/codec/pickle/PickleWriter.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Arbitraries from "../../support/values/Arbitraries.ts"
import { latin1 } from "../../support/values/Bytes.ts"
import { list, none, read, text, tuple, write } from "../../support/values/Pickles.ts"

const texts = Arbitrary.array(Arbitraries.text)

/** Every kind of value that a reply has. */
const value: Arbitrary.Arbitrary<Value> = Arbitrary.all([
  texts,
  Arbitrary.schema(Schema.Literals(["text", "none", "list", "file", "nested"]))
]).pipe(
  Arbitrary.map(([texts, kind]): Value => {
    const [first = ""] = texts
    const names = list(...texts.map(text))
    switch (kind) {
      case "text":
        return text(first)
      case "none":
        return none
      case "list":
        return names
      case "file":
        return tuple(text(first), { _tag: "Bytes", size: texts.length })
      case "nested":
        return list(tuple(text(first), names), none, list(names))
    }
  })
)

describe("what is written", () => {
  it.prop(
    "is read back as it was",
    [value],
    ([value]) => {
      const found = read([latin1(Writer.whole(write(value)))])
      assert.deepStrictEqual([found.values, found.malformed, found.inside], [[value], false, false])
    },
    { arbitrary: { runs: 500 } }
  )

  it("is of protocol 3, which every Python 3 reads", () => {
    assert.strictEqual(
      Writer.whole(Writer.text(ByteString.fromText("é"))),
      "\x80\x03X\x02\0\0\0\xc3\xa9."
    )
    assert.strictEqual(
      Writer.whole(Writer.list([Writer.text(ByteString.unsafe("HORA")), Writer.none])),
      "\x80\x03](X\x04\0\0\0HORANe."
    )
    assert.strictEqual(Writer.whole(Writer.list([])), "\x80\x03].")
  })

  it("is of protocol 4 only around 4 GiB and more, whose length needs it", () => {
    const below = 2 ** 32 - 1
    assert.strictEqual(Writer.start(below) + Writer.bytesStart(below), "\x80\x03B\xff\xff\xff\xff")
    assert.strictEqual(
      Writer.start(2 ** 32) + Writer.bytesStart(2 ** 32),
      "\x80\x04\x8e\0\0\0\0\x01\0\0\0"
    )
    const found = read([latin1(Writer.start(2 ** 40) + Writer.bytesStart(2 ** 40))])
    assert.deepStrictEqual([found.malformed, found.inside], [false, true])
  })

  it("is UTF-8, whatever the word was", () => {
    assert.deepStrictEqual(
      read([latin1(Writer.whole(Writer.text(ByteString.unsafe("a\xff"))))]).values,
      [text("a\ufffd")]
    )
  })
})
