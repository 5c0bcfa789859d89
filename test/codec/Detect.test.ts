import { assert, describe, it } from "@effect/vitest"
import { detect } from "../../src/codec/Detect.ts"
import { pickle } from "../../src/codec/pickle/Pickle.ts"
import { makeResp } from "../../src/codec/resp/Resp.ts"
import * as Reply from "../../src/domain/Reply.ts"
import { latin1 } from "../support/values/Bytes.ts"
import { goldens } from "../support/values/Pickles.ts"

const hello = Reply.text("oi")
const asPickle = "\x80\x03X\x02\0\0\0oi."
const asResp = "$2\r\noi\r\n"

/** What is spoken once these bytes have come, one at a time. */
const spoken = (bytes: string) => {
  const codec = detect(pickle, makeResp())
  const decoder = codec.makeDecoder()
  const encoder = codec.makeEncoder()
  const requests = Array.from(bytes, (byte) => decoder.push(latin1(byte))).flat()
  return {
    name: codec.name,
    tags: [...requests, ...decoder.end()].map(({ _tag }) => _tag),
    reply: encoder.head(hello) + encoder.tail(hello)
  }
}

describe("the first byte", () => {
  it("of a list or a tuple that CPython pickled, in any protocol, opens a pickle conversation", () => {
    for (const { pickles, value } of goldens) {
      if (value._tag !== "List" && value._tag !== "Tuple") continue
      for (const { bytes, how } of pickles) {
        // Protocol 1 has an opcode for the empty tuple; nothing is asked with that.
        if (bytes[0] === 0x29) continue
        const codec = detect(pickle, makeResp())
        codec.makeDecoder().push(bytes.subarray(0, 1))
        assert.strictEqual(codec.name, "pickle", how)
      }
    }
  })

  it("opens a pickle conversation with 0x80, ( and ], and RESP with any other", () => {
    for (let code = 0; code < 256; code++) {
      const byte = String.fromCharCode(code)
      const { name, reply } = spoken(byte)
      const expected = "\x80(]".includes(byte) ? ["pickle", asPickle] : ["resp", asResp]
      assert.deepStrictEqual([name, reply], expected, String(code))
    }
  })

  it("decides for the whole conversation", () => {
    assert.deepStrictEqual(spoken("PING\r\n](Ve\n.").tags, ["Ping", "UnknownCommand"])
    assert.deepStrictEqual(spoken("](VHORA\nNe.PING\r\n").tags, ["Time", "Malformed"])
  })

  it("is waited for: until then RESP has the word, and an end says nothing", () => {
    assert.deepStrictEqual(spoken(""), { name: "resp", tags: [], reply: asResp })
    const codec = detect(pickle, makeResp())
    assert.deepStrictEqual(codec.makeDecoder().push(new Uint8Array(0)), [])
    assert.strictEqual(codec.name, "resp")
  })

  it("may come after something was said, and the encoder follows it", () => {
    const codec = detect(pickle, makeResp())
    const encoder = codec.makeEncoder()
    assert.strictEqual(encoder.head(hello), asResp)
    codec.makeDecoder().push(latin1("]"))
    assert.strictEqual(encoder.head(hello), asPickle)
  })
})
