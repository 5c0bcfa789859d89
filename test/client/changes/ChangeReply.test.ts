/** What a server says of changes, decoded: in both protocols, and not at all where it makes no sense. */
import { assert, describe, it } from "@effect/vitest"
import { makeReplyBuilder } from "../../../src/codec/resp/RespClient.ts"
import { makeTokenDecoder, MalformedReply } from "../../../src/codec/resp/RespTokens.ts"
import { changesOf, lastPlaceOf } from "../../../src/client/changes/ChangeReply.ts"
import { changeJson, formatId } from "../../../src/domain/FileChange.ts"
import type { Reply } from "../../../src/domain/Reply.ts"
import { latin1 } from "../../support/values/Bytes.ts"
import { entry, fileEntry, infoReply, readReply } from "../../support/values/StreamReplies.ts"

const decoded = (text: string): Reply => {
  const builder = makeReplyBuilder()
  for (const token of makeTokenDecoder().push(latin1(text))) {
    const reply = token instanceof MalformedReply ? token : builder.push(token)
    if (reply instanceof MalformedReply) return assert.fail(reply.reason)
    if (reply !== undefined) return reply
  }
  return assert.fail("unfinished")
}

/** The changes as they are told, each behind its id. */
const told = (text: string): ReadonlyArray<string> | "malformed" => {
  const changes = changesOf(decoded(text))
  return changes instanceof MalformedReply
    ? "malformed"
    : changes.map(({ change, id }) => `${formatId(id)} ${changeJson(change)}`)
}

describe("the answer to XREAD", () => {
  it("is changes in their order, in RESP 2 and 3", () => {
    for (const version of [2, 3] as const) {
      const text = readReply(
        version,
        fileEntry("1700000000000-1", "criado", "pasta/ç.txt"),
        fileEntry("1700000000000-2", "alterado", "b"),
        entry("1700000000000-3", "op", "apagado", "nome", "b"),
        entry("1700000000000-4", "op", "refazer")
      )
      const file = '"tamanho":1,"modificado":"2024-03-09T12:34:56.789Z","versao":"v"}'
      assert.deepStrictEqual(told(text), [
        `1700000000000-1 {"op":"criado","nome":"pasta/ç.txt",${file}`,
        `1700000000000-2 {"op":"alterado","nome":"b",${file}`,
        '1700000000000-3 {"op":"apagado","nome":"b"}',
        '1700000000000-4 {"op":"refazer"}'
      ])
    }
  })

  it("is none where there was no change in time", () => {
    for (const nothing of ["_\r\n", "*-1\r\n"]) assert.deepStrictEqual(told(nothing), [])
  })

  it("says to look at everything anew where it is of a kind that is not known", () => {
    assert.deepStrictEqual(told(readReply(3, entry("1-1", "op", "movido", "nome", "a"))), [
      '1-1 {"op":"refazer"}'
    ])
  })

  it("is malformed where a name, a size, a time or an id is none", () => {
    const wrong = [
      fileEntry("1-1", "criado", "../a"),
      fileEntry("1-1", "criado", ""),
      fileEntry("x", "criado", "a"),
      entry("1-1", "op", "apagado"),
      entry(
        "1-1",
        "op",
        "criado",
        "nome",
        "a",
        "tamanho",
        "-1",
        "modificado",
        "2024-03-09T12:34:56Z",
        "versao",
        "v"
      ),
      entry(
        "1-1",
        "op",
        "criado",
        "nome",
        "a",
        "tamanho",
        "1",
        "modificado",
        "ontem",
        "versao",
        "v"
      ),
      "+OK\r\n",
      ":1\r\n"
    ]
    for (const one of wrong) assert.strictEqual(told(readReply(3, one)), "malformed", one)
    for (const reply of ["+OK\r\n", "%0\r\n", "*0\r\n", "$1\r\na\r\n"])
      assert.strictEqual(told(reply), "malformed", reply)
  })
})

describe("the answer to XINFO STREAM", () => {
  it("tells the place of the newest change", () => {
    for (const version of [2, 3] as const) {
      assert.deepStrictEqual(lastPlaceOf(decoded(infoReply(version, "17-4"))), {
        epoch: 17,
        sequence: 4
      })
    }
    assert.instanceOf(lastPlaceOf(decoded("%0\r\n")), MalformedReply)
    assert.instanceOf(lastPlaceOf(decoded(infoReply(3, "$"))), MalformedReply)
  })
})
