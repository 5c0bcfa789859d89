import { assert, describe, it } from "@effect/vitest"
import * as ByteString from "../../src/domain/ByteString.ts"
import { describeFile } from "../../src/routes/FileReply.ts"

/** What is told of the time of a file that was changed so many milliseconds after 1970. */
const told = (modified: number): string => {
  const reply = describeFile(ByteString.fromText("a"))({ size: 1, modified, version: "v" })
  if (reply._tag !== "Dictionary") return assert.fail(reply._tag)
  const [, value] = reply.entries.find(([key]) => key === "modificado") ?? []
  return value?._tag === "Bulk" ? value.value : assert.fail("there is no time")
}

describe("the time of a file that is described", () => {
  it("is told in UTC", () => {
    assert.strictEqual(told(Date.UTC(2024, 2, 9, 12, 34, 56, 789)), "2024-03-09T12:34:56.789Z")
  })

  // `touch -d @8640000000001` on a file system whose times have 64 bits.
  it("is the last date there is where it lies beyond, and the first where it lies before", () => {
    for (const beyond of [8_640_000_000_000_001, 8_640_000_000_001_000, 2 ** 63]) {
      assert.strictEqual(told(beyond), "+275760-09-13T00:00:00.000Z")
      assert.strictEqual(told(-beyond), "-271821-04-20T00:00:00.000Z")
    }
  })
})
