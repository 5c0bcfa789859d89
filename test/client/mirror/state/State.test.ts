import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import type { PlacedEntry } from "../../../../src/client/mirror/Entries.ts"
import * as NextState from "../../../../src/client/mirror/state/NextState.ts"
import { createSha256 } from "../../../../src/client/node/Sha256.ts"
import * as State from "../../../../src/client/mirror/state/State.ts"
import * as StateFile from "../../../../src/client/mirror/state/StateFile.ts"
import * as ByteString from "../../../../src/domain/ByteString.ts"
import * as FileName from "../../../../src/domain/FileName.ts"
import { listedText } from "../../../../src/services/files/ListedFile.ts"
import { seeded } from "../../../support/values/Seeded.ts"

const entry: PlacedEntry = {
  size: 12,
  modified: -5,
  sha256: "0123456789abcdef".repeat(4),
  version: ByteString.fromText("1-2-3")
}
const nameOf = (text: string): FileName.FileName => FileName.fromText(text) ?? assert.fail(text)
const names = ["a", "ação/é", "line\nend", "tab\t", 'with "quotes"', "\u2028", "😀"].map(nameOf)

type Entry = readonly [FileName.FileName, PlacedEntry]

const encode = (
  entries: ReadonlyArray<Entry>,
  added: ReadonlyArray<Entry> = [],
  file = StateFile.empty,
  settled = new Uint8Array()
): string => {
  const contents = {
    file,
    settled,
    entries: new Map(entries),
    added: { count: () => added.length, entries: () => added.values() }
  }
  return Buffer.concat([...NextState.encode(contents, createSha256)]).toString()
}

const decode = (text: string) => StateFile.decode(Buffer.from(text))

/** What a state file says, as a map. */
const toMap = (file: StateFile.StateFile | undefined) =>
  new Map(
    Array.from({ length: file?.count ?? 0 }, (_, row) => [file?.nameAt(row), file?.entryAt(row)])
  )

const text = encode(names.map((name): Entry => [name, entry]))

describe("the state file", () => {
  it("says again what was written, whatever the names", () => {
    assert.deepStrictEqual(toMap(decode(text)), new Map(names.map((name) => [name, entry])))
  })

  it("is read whole where it is longer than what is made text at a time", () => {
    const many = Array.from({ length: 4000 }, (_, index): Entry => {
      const name = nameOf(`${String(index).padStart(4, "0")}${"é\n".repeat(index % 9)}`)
      return [name, { ...entry, size: index }]
    })
    const encoded = encode(many)
    assert.deepStrictEqual(toMap(decode(encoded)), new Map(many))
    assert.isUndefined(decode(encoded.slice(0, -1)))
    assert.isUndefined(decode(`${encoded}${encoded.slice(-100)}`))
  })

  it("finds names, and tells versions, sizes and times", () => {
    const file = decode(text) ?? assert.fail()
    for (const [row, name] of names.entries()) {
      assert.strictEqual(file.find(ByteString.fromText(name)), row)
      assert.strictEqual(file.keyAt(row), ByteString.fromText(name))
    }
    assert.strictEqual(file.find(ByteString.fromText("b")), 2)
    assert.strictEqual(file.find(ByteString.fromText("\u{1f601}")), names.length)
    assert.isTrue(file.isOf(0, 12, -5))
    assert.isFalse(file.isOf(0, 1, -5))
    assert.isTrue(file.isVersion(0, entry))
    assert.isFalse(file.isVersion(0, { ...entry, version: ByteString.fromText("1-2") }))
  })

  it("says of files what a list with details does", () => {
    const file = decode(text) ?? assert.fail()
    const rows = [...names.keys()]
    const told = (row: number) => listedText({ ...entry, name: names[row] ?? assert.fail() })
    for (const some of [rows, [1, 3, 4], []])
      assert.strictEqual(Buffer.from(file.listed(some)).toString(), some.map(told).join(""))
  })

  it("is made of the rows that stay and of others between them", () => {
    const file = decode(text) ?? assert.fail()
    const newer = { ...entry, size: 13 }
    const next = encode(
      [
        [nameOf("\u{1f601}"), newer],
        [names[1] ?? assert.fail(), newer]
      ],
      [
        [nameOf("A"), newer],
        [nameOf("a0"), newer],
        [nameOf("\u{1f602}"), newer]
      ],
      file,
      Uint8Array.of(1, 0, 1, 0, 1, 1, 1)
    )
    assert.deepStrictEqual(
      [...toMap(decode(next))],
      [
        ["A", newer],
        ["a", entry],
        ["a0", newer],
        ...names.slice(1).flatMap((name, row) => {
          if (row === 2) return []
          return [[name, row === 0 ? newer : entry]]
        }),
        ["\u{1f601}", newer],
        ["\u{1f602}", newer]
      ]
    )
  })

  it("has the digests of the server's pages, whatever stays and what is new", () => {
    const said = (entries: ReadonlyArray<Entry>) =>
      Array.from({ length: Math.ceil(entries.length / 500) }, (_, page) =>
        createHash("sha256")
          .update(
            entries
              .slice(page * 500, page * 500 + 500)
              .map(([name, details]) => listedText({ ...details, name }))
              .join("")
          )
          .digest("hex")
      )
    const all = Array.from({ length: 2600 }, (_, index): Entry => {
      const name = nameOf(`é${String(index).padStart(5, "0")}${index % 7 === 0 ? '"' : ""}`)
      return [name, { ...entry, size: index }]
    })
    const newer = { ...entry, size: 1e6 }
    const below = seeded(1)
    for (let round = 0; round < 8; round++) {
      const first = all.filter(() => below(20) > round)
      const there = new Set(first.map(([name]) => name))
      const file = decode(encode(first)) ?? assert.fail()
      assert.deepStrictEqual(file.pages, said(first))
      // Changed or removed in one part only, so that pages before and after it stay.
      const [from, length] = [below(2600), below(3) * below(400)]
      const isChanged = (row: number) => row >= from && row < from + length
      const settled = Uint8Array.from(first, (_, row) => (isChanged(row) ? 0 : 1))
      const changed = first.flatMap(([name], row): ReadonlyArray<Entry> =>
        isChanged(row) && round % 2 === 0 ? [[name, newer]] : []
      )
      const added = all.filter(([name]) => !there.has(name) && below(9) < 1)
      const next = decode(encode(changed, added, file, settled)) ?? assert.fail()
      const rows = Array.from({ length: next.count }, (_, row): Entry => [
        next.nameAt(row),
        next.entryAt(row)
      ])
      assert.deepStrictEqual(next.pages, said(rows), `round ${round}`)
    }
  })

  it("is none where it was cut off anywhere, or where any line is another", () => {
    const files = text.indexOf('{"pages"')
    for (let end = 0; end < text.length; end++)
      if (end !== files) assert.isUndefined(decode(text.slice(0, end)), `cut at ${end}`)
    // As it was before it had the digests of pages.
    assert.deepStrictEqual(toMap(decode(text.slice(0, files))), toMap(decode(text)))
    assert.deepStrictEqual(decode(text.slice(0, files))?.pages, [])
    for (const wrong of [
      text.replace('"a"', '"../a"'),
      text.replace('"a"', '"z"'),
      text.replace(" 12 ", " 1e3 "),
      text.replace('"app-mirror":1', '"app-mirror":2'),
      text.replace('"files":7', '"files":7000000000'),
      `${text}${State.encodeLine(names[0] ?? assert.fail(), entry)}`,
      text.replace('"a"', '"tab\\t"'),
      text.replace('"pages":["', '"pages":["0'),
      text.replace('"pages":["', `"pages":["${"0".repeat(64)}","`),
      text.replace(/"pages":.*/, '"pages":[]}')
    ])
      assert.isUndefined(decode(wrong), wrong)
  })

  it("is added to by a journal, of which the last line may be cut off", () => {
    const [name = assert.fail()] = names
    const newer = { ...entry, size: 13 }
    const line = State.encodeLine(name, newer)
    const added = State.addJournal(new Map([[name, [entry]]]), `${line}${line.slice(0, 70)}`)
    assert.deepStrictEqual(added, new Map([[name, [entry, newer]]]))
    const known = State.encodeKnown(name, newer)
    for (let end = 0; end < known.length - 1; end++)
      assert.deepStrictEqual(
        State.addJournal(new Map([[name, [entry]]]), known.slice(0, end)),
        new Map([[name, [entry]]])
      )
    assert.deepStrictEqual(State.addJournal(added, known), new Map([[name, [newer]]]))
  })
})
