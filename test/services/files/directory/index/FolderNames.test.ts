/** What is kept of a folder's entries: in the order of bytes, whatever their number, and only what can be asked for. */
import { assert, describe, it } from "@effect/vitest"
import {
  type Entry,
  FolderNames,
  pack
} from "../../../../../src/services/files/directory/index/FolderNames.ts"
import { seeded } from "../../../../support/values/Seeded.ts"

const entry = (name: string, kind: "file" | "folder" | "link" | "other" = "file"): Entry => ({
  name: Buffer.from(name).toString("latin1"),
  isFile: () => kind === "file",
  isDirectory: () => kind === "folder",
  isSymbolicLink: () => kind === "link"
})

const packed = (entries: Iterable<Entry>, hidden = false) =>
  pack(entries, { hidden, links: true, mostUnshareable: 2 })

const keysOf = (names: FolderNames) => names.keysBehind("", 0, names.length, (key) => key)

describe("the names in a folder", () => {
  it("stand in the order of their bytes, folders as they would with a slash", () => {
    const random = seeded(3)
    for (const count of [0, 1, 255, 256, 5000]) {
      const parts = ["a", "b", "0", "-", ".", "ç", "\uffff", "\u{10000}", "igual-"]
      const names = new Map<string, "file" | "folder" | "link">()
      while (names.size < count) {
        const name = `prefixo-${Array.from({ length: 1 + random(9) }, () => parts[random(parts.length)]).join("")}`
        names.set(name, (["file", "file", "file", "folder", "link"] as const)[random(5)] ?? "file")
      }
      const expected = [...names]
        .flatMap(([name, kind]) =>
          kind === "file" ? [name] : kind === "folder" ? [`${name}/`] : [name, `${name}/`]
        )
        .map((key) => Buffer.from(key))
        .sort(Buffer.compare)
        .map(String)
      const folder = new FolderNames(packed([...names].map(([name, kind]) => entry(name, kind))))
      assert.deepStrictEqual(keysOf(folder), expected)
      for (const [index, key] of expected.entries()) {
        if (index % 50 === 0) assert.strictEqual(folder.indexOf(Buffer.from(key)), index)
      }
    }
  })

  it("are those that can be asked for; of the others some are told", () => {
    const found = packed([
      entry("a"),
      entry("b\\c"),
      { ...entry(""), name: "\xff" },
      { ...entry(""), name: "\xc3" },
      entry(".oculto"),
      entry("fifo", "other")
    ])
    assert.deepStrictEqual(keysOf(new FolderNames(found)), ["a"])
    assert.deepStrictEqual(found.unshareable, ["b\\c", "\xff"])
    assert.deepStrictEqual(keysOf(new FolderNames(packed([entry(".oculto")], true))), [".oculto"])
  })

  it("take less than 40 bytes each, with all that belongs to them", () => {
    const names = new FolderNames(
      packed(Array.from({ length: 1000 }, (_, index) => entry(`arquivo-${index}.txt`)))
    )
    assert.isBelow(names.size / 1000, 25)
  })
})
