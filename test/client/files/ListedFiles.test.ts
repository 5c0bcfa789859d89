import { assert, describe, it } from "@effect/vitest"
import { makeListConsumer } from "../../../src/client/files/ListedFiles.ts"
import { makeTokenDecoder, MalformedReply } from "../../../src/codec/resp/RespTokens.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`
const fields = (name: string, size = ":3\r\n", modified = "2001-02-03T04:05:06.789Z"): string =>
  [
    ...["nome", name, "tamanho"].map(bulk),
    size,
    ...["modificado", modified, "versao", "v1"].map(bulk)
  ].join("")

/** What the consumer makes of these bytes, split at one place: the names, or why not. */
const consume = (text: string, split = 0, after?: string) => {
  const decoder = makeTokenDecoder()
  const { consume, files, refusal } = makeListConsumer(
    after === undefined ? undefined : ByteString.fromText(after),
    3
  )
  for (const part of [text.slice(0, split), text.slice(split)]) {
    for (const token of decoder.push(Buffer.from(part, "latin1"))) {
      const isLast = token instanceof MalformedReply ? token : consume(token)
      if (isLast instanceof MalformedReply) return "malformed"
      if (isLast) return refusal()?.code ?? files.map(({ name }): string => name)
    }
  }
  return "unfinished"
}

describe("a list of files with their details", () => {
  it("is decoded however it is split, from maps and from the flat lists of RESP 2", () => {
    const maps = `*2\r\n%4\r\n${fields("a")}%5\r\n${fields("b")}${bulk("new")}${bulk("")}`
    for (let split = 0; split <= maps.length; split++)
      assert.deepStrictEqual(consume(maps, split), ["a", "b"])
    assert.deepStrictEqual(consume(`*1\r\n*8\r\n${fields("a")}`), ["a"])
    assert.deepStrictEqual(consume("*0\r\n"), [])
  })

  it("may be an error instead", () => {
    assert.strictEqual(consume("-ERR no\r\n"), "ERR")
  })

  it("is none where a file lacks a field, or has a wrong one, or comes before another", () => {
    for (const wrong of [
      `%3\r\n${fields("a").replace(bulk("versao") + bulk("v1"), "")}`,
      `%4\r\n${fields("a", ":-1\r\n")}`,
      `%4\r\n${fields("a", bulk("3"))}`,
      `%4\r\n${fields("a", ":3\r\n", "yesterday")}`,
      `*7\r\n${fields("a")}`,
      "%0\r\n",
      bulk("a")
    ])
      assert.strictEqual(consume(`*1\r\n${wrong}`), "malformed", wrong)
    const [a, b] = ["a", "b"].map((name) => `%4\r\n${fields(name)}`)
    for (const order of [`${b}${a}`, `${a}${a}`])
      assert.strictEqual(consume(`*2\r\n${order}`), "malformed")
    assert.strictEqual(consume(`*1\r\n${a}`, 0, "a"), "malformed")
    assert.strictEqual(consume("*4\r\n"), "malformed")
    assert.strictEqual(consume(bulk("a")), "malformed")
  })
})
