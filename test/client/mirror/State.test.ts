import { assert, describe, it } from "@effect/vitest"
import type { PlacedEntry } from "../../../src/client/mirror/Entries.ts"
import * as State from "../../../src/client/mirror/State.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as FileName from "../../../src/domain/FileName.ts"

const entry: PlacedEntry = {
  size: 12,
  modified: -5,
  sha256: "0123456789abcdef".repeat(4),
  version: ByteString.fromText("1-2-3")
}
const names = ["a", 'with "quotes"', "line\nend", "\u2028", "ação/é", "😀", "tab\t"].map(
  (text) => FileName.fromText(text) ?? assert.fail(text)
)
const text = State.encode(names.map((name) => [name, entry]))

describe("the state file", () => {
  it("says again what was written, whatever the names", () => {
    assert.deepStrictEqual(
      State.decode(text),
      new Map(names.map((name): [FileName.FileName, [PlacedEntry]] => [name, [entry]]))
    )
  })

  it("is none where it was cut off anywhere, or where any line is another", () => {
    for (let end = 0; end < text.length; end++)
      assert.isUndefined(State.decode(text.slice(0, end)), `cut at ${end}`)
    for (const wrong of [
      text.replace('"a"', '"../a"'),
      text.replace(" 12 ", " 1e3 "),
      text.replace('"app-mirror":1', '"app-mirror":2'),
      `${text}${State.encodeLine(names[0] ?? assert.fail(), entry)}`,
      text.replace('"a"', '"tab\\t"')
    ])
      assert.isUndefined(State.decode(wrong))
  })

  it("is added to by a journal, of which the last line may be cut off", () => {
    const [name = assert.fail()] = names
    const newer = { ...entry, size: 13 }
    const line = State.encodeLine(name, newer)
    const added = State.addJournal(new Map([[name, [entry]]]), `${line}${line.slice(0, 70)}`)
    assert.deepStrictEqual(added, new Map([[name, [entry, newer]]]))
  })
})
