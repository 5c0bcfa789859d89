import { assert, describe, it } from "@effect/vitest"
import { unsafe } from "../../../src/domain/ByteString.ts"
import { Malformed, type Request } from "../../../src/codec/Codec.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import {
  mostBytesUnauthenticated,
  mostArgsUnauthenticated
} from "../../../src/codec/resp/RespLimits.ts"
import { byteByByte, framed, latin1, request } from "../../support/values/Bytes.ts"

/** What a decoder finds while the peer has not given the password. */
const decode = (pieces: Iterable<Uint8Array>): ReadonlyArray<Request> => {
  const decoder = makeRequestDecoder()
  return [...pieces].flatMap((piece) => requestsIn(decoder, piece, false))
}

const broken = (message: string) => [
  new Malformed({ message: `Protocol error: unauthenticated ${message}` })
]
const exists = (count: number) => framed(["EXISTS", ...new Array<string>(count - 1).fill("x")])
const tags = (requests: ReadonlyArray<Request>) => requests.map(({ _tag }) => _tag)

describe("before the password was given", () => {
  it("a request may have ten words, and one more breaks the protocol before it has come", () => {
    assert.deepStrictEqual(tags(decode([latin1(exists(mostArgsUnauthenticated))])), ["Exists"])
    for (const pieces of [[latin1("*11\r\n")], byteByByte(latin1("*11\r\n"))]) {
      assert.deepStrictEqual(decode(pieces), broken("multibulk length"))
    }
  })

  it("a word may have 16,384 bytes, and one more breaks the protocol before it has come", () => {
    assert.deepStrictEqual(
      tags(decode([latin1(framed(["ECHO", "x".repeat(mostBytesUnauthenticated)]))])),
      ["Echo"]
    )
    for (const length of [mostBytesUnauthenticated + 1, 100_000_000]) {
      assert.deepStrictEqual(decode([latin1(`*1\r\n$${length}\r\n`)]), broken("bulk length"))
    }
  })

  it("what came along with AUTH, HELLO or RESET waits until it is known whether the password is given", () => {
    for (const opening of [
      request("AUTH", "foobar"),
      request("HELLO", "3", "AUTH", "default", "foobar"),
      request("RESET")
    ]) {
      for (const isTrusted of [false, true]) {
        const decoder = makeRequestDecoder()
        const first = decoder.push(unsafe(opening + exists(50) + opening), isTrusted)
        assert.strictEqual(first.length, 1)
        assert.isTrue(decoder.hasMore())
        const right = decoder.more(true)
        assert.deepStrictEqual(tags(right), ["Exists", first[0]?._tag])
        const other = makeRequestDecoder()
        other.push(unsafe(opening + exists(50)), isTrusted)
        assert.deepStrictEqual(other.more(false), broken("multibulk length"))
        assert.isFalse(other.hasMore())
      }
    }
    assert.deepStrictEqual(
      decode([latin1(request("PING") + exists(50))]).slice(1),
      broken("multibulk length")
    )
  })

  it("what comes after a wrong password is held to the small limits again", () => {
    assert.deepStrictEqual(
      decode([latin1(request("AUTH", "wrong")), latin1(exists(50))]).slice(1),
      broken("multibulk length")
    )
    const begun = latin1(`${request("AUTH", "wrong")}*2\r\n$4\r\nECHO\r\n`)
    assert.deepStrictEqual(decode([begun, latin1("$20000\r\n")]).slice(1), broken("bulk length"))
  })
})
