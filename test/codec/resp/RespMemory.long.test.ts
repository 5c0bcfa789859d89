/** What RESP takes of memory, of a peer that never ends what it says, and the largest request byte by byte: in a process of its own. */
import { assert, describe, it } from "@effect/vitest"
import { largestReply, makeReplyBuilder } from "../../../src/codec/resp/RespClient.ts"
import { makeRequestDecoder } from "../../../src/codec/resp/RespDecoder.ts"
import { longestLine, mostBytes } from "../../../src/codec/resp/RespLimits.ts"
import { makeTokenDecoder, MalformedReply, type Token } from "../../../src/codec/resp/RespTokens.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import { heapInUse } from "../../support/Heap.ts"
import { byteByByte, framed, latin1 } from "../../support/values/Bytes.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import { chunk, isStopped } from "../../support/values/Replies.ts"

const megabyte = 1024 * 1024

/** How much more of the heap is in use after `run` than before it, in bytes. */
const growth = (run: () => void): number => {
  const before = heapInUse()
  run()
  return heapInUse() - before
}

describe("a request", () => {
  it("may be as large as a request may be, and come byte by byte", () => {
    const message = "m".repeat(mostBytes - "ECHO".length)
    const decoder = makeRequestDecoder()
    const pieces = byteByByte(latin1(framed(["ECHO", message])))
    const [request, ...others] = pieces.flatMap((piece) => requestsIn(decoder, piece))
    assert.deepStrictEqual(others, [])
    // Compared by hand: a difference of a megabyte is not worth printing.
    assert.isTrue(request !== undefined && "message" in request && request.message === message)
  })
})

describe("a peer that never ends its request", () => {
  it("costs no memory once it was stopped", () => {
    const decoder = makeRequestDecoder()
    const bytes = latin1("x".repeat(chunk))
    for (let fed = 0; fed <= longestLine; fed += chunk) decoder.push(ByteString.fromBytes(bytes))
    const held = growth(() => {
      for (let fed = 0; fed < 64 * megabyte; fed += chunk) decoder.push(ByteString.fromBytes(bytes))
    })
    assert.isBelow(held, 8 * megabyte)
    // Still in use, so that what it held would have counted.
    assert.deepStrictEqual(decoder.push(ByteString.fromBytes(bytes)), [])
  })
})

describe("a server that never ends its reply", () => {
  it("is stopped in an endless list, however short its items", () => {
    const lines = `+${"x".repeat(60_000)}\r\n`
    assert.isTrue(isStopped("*9007199254740991\r\n", lines, largestReply))
    assert.isTrue(isStopped("*9007199254740991\r\n", lines.replace("+", "-"), largestReply))
    const builder = makeReplyBuilder()
    builder.push({ _tag: "Open", kind: "List", count: Number.MAX_SAFE_INTEGER })
    const item: Token = { _tag: "Leaf", reply: Reply.Reply.Null() }
    const most = largestReply / 32
    let count = 0
    while (count < most && !(builder.push(item) instanceof MalformedReply)) count++
    assert.isBelow(count, most)
  })

  it("costs no memory with what it merely announces", () => {
    for (const start of [
      "*9007199254740991\r\n",
      "%4503599627370495\r\n",
      `$${largestReply}\r\n`
    ]) {
      const decoder = makeTokenDecoder()
      const builder = makeReplyBuilder()
      const held = growth(() =>
        decoder.push(latin1(start)).forEach((token) => {
          if (!(token instanceof MalformedReply)) builder.push(token)
        })
      )
      assert.isBelow(held, megabyte, start)
      assert.deepStrictEqual(decoder.push(latin1("")), [])
    }
  })

  it("costs the token decoder no memory for a bulk string of any size", () => {
    const decoder = makeTokenDecoder()
    decoder.push(latin1("$9007199254740991\r\n"))
    const bytes = latin1("x")
    const held = growth(() => {
      for (let fed = 0; fed < 500_000; fed++) decoder.push(bytes.subarray())
    })
    assert.isBelow(held, 8 * megabyte)
    assert.deepStrictEqual(decoder.push(bytes), [{ _tag: "BulkPart", bytes }])
  })

  it("costs no memory once it was stopped", () => {
    const decoder = makeTokenDecoder()
    decoder.push(latin1("?\r\n"))
    const held = growth(() => {
      const bytes = latin1("x".repeat(chunk))
      for (let fed = 0; fed < 64 * megabyte; fed += chunk) decoder.push(bytes)
    })
    assert.isBelow(held, 8 * megabyte)
    assert.deepStrictEqual(decoder.push(latin1("+OK\r\n")), [])
  })
})
