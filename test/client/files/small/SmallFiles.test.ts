import { assert, describe, it } from "@effect/vitest"
import {
  inBatches,
  makeConsumer,
  type Wanted
} from "../../../../src/client/files/small/SmallFiles.ts"
import { makeTokenDecoder, MalformedReply } from "../../../../src/codec/resp/RespTokens.ts"
import * as ByteString from "../../../../src/domain/ByteString.ts"

const digest = "ab".repeat(32)
const wanted = (name: string, size: number): Wanted => ({
  key: ByteString.fromText(name),
  remote: { size, version: ByteString.fromText("1") }
})
const file = (name: string, content: string): string =>
  `*2\r\n$${name.length}\r\n${name}\r\n$${content.length}\r\n${content}\r\n`
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`
const files = [wanted("a", 3), wanted("b", 0), wanted("c", 1), wanted("d", 1), wanted("e", 2)]
const replies = [
  file("a", "xyz") + bulk(digest),
  file("b", "") + bulk(digest),
  "-NOTFOUND no\r\n-NOTFOUND no\r\n",
  file("d", "x") + bulk(digest),
  file("e", "12") + "-CHANGED no\r\n"
].join("")

/** What the consumer makes of these bytes, split at one place. */
const consume = (text: string, split: number, names = files, isVerified = true) => {
  const decoder = makeTokenDecoder()
  const { arrived, consume } = makeConsumer(names, isVerified)
  for (const part of [text.slice(0, split), text.slice(split)]) {
    for (const token of decoder.push(Buffer.from(part, "latin1"))) {
      const isLast = token instanceof MalformedReply ? token : consume(token)
      if (isLast instanceof MalformedReply) return isLast
    }
  }
  return arrived.map((each) =>
    each._tag === "Bytes"
      ? Buffer.concat(each.bytes).toString("latin1")
      : each.error._tag === "ErrorReply"
        ? each.error.code
        : each.error._tag
  )
}

describe("a batch of small files", () => {
  it("has each file's bytes, or why not, however the replies are split", () => {
    for (let split = 0; split <= replies.length; split++)
      assert.deepStrictEqual(consume(replies, split), ["xyz", "", "NOTFOUND", "x", "CHANGED"])
  })

  it("has no digests where none are asked for", () => {
    const plain = `${file("a", "xyz")}${file("b", "")}-NOTFOUND no\r\n${file("d", "x")}-CHANGED no\r\n`
    for (let split = 0; split <= plain.length; split++)
      assert.deepStrictEqual(consume(plain, split, files, false), [
        "xyz",
        "",
        "NOTFOUND",
        "x",
        "CHANGED"
      ])
  })

  it("ends at a file of another name, which nothing needs to follow", () => {
    const lie = `${file("a", "xyz")}${bulk(digest)}*2\r\n$5\r\nother\r\n`
    for (let split = 0; split <= lie.length; split++)
      assert.deepStrictEqual(consume(lie, split), ["xyz", "UnexpectedName"])
  })

  it("ends at a reply that is none: of another size, or of another shape", () => {
    for (const wrong of [file("a", "four"), bulk("a"), "*3\r\n", `${file("a", "xyz")}:1\r\n`])
      assert.instanceOf(consume(wrong, 0), MalformedReply)
  })

  it("is no larger than what may be held in memory, and than what is sent without waiting", () => {
    const many = Array.from({ length: 1000 }, (_, index) => wanted(String(index), 100_000))
    const batches = [...inBatches(many)]
    assert.deepStrictEqual(batches.flat(), many)
    for (const batch of batches) assert.isAtMost(batch.length * 100_000, 4 * 1024 * 1024)
    const long = Array.from({ length: 100 }, (_, index) => wanted(`${"x".repeat(4000)}${index}`, 1))
    assert.isAtLeast([...inBatches(long)].length, 15)
  })
})
