import { assert, describe, it } from "@effect/vitest"
import { makeFileNames } from "../../../../../src/services/files/directory/watch/FileNames.ts"
import { makeWatchedFolder } from "../../../../../src/services/files/directory/watch/WatchedFolder.ts"

const folders = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    makeWatchedFolder(undefined, `d${index}`, `d${index}`, `/d${index}`, `${index}`)
  )

describe("the names of the files in folders", () => {
  it("are one text until one of them is asked for, and are so again once many others were", () => {
    const names = makeFileNames()
    const [first, ...others] = folders(1000)
    if (first === undefined) return assert.fail("no folder")
    for (const folder of [first, ...others]) names.add(folder, ["a", "é b"])
    assert.strictEqual(first.files, "a/é b")
    names.of(first).set("c", "")
    names.of(first).delete("a")
    for (const folder of others)
      assert.deepStrictEqual(
        [...names.of(folder)],
        [
          ["a", ""],
          ["é b", ""]
        ]
      )
    assert.strictEqual(first.files, "é b/c")
    assert.deepStrictEqual([...names.partsOf(first)], ["é b", "c"])
    assert.isAtMost(others.filter(({ files }) => typeof files !== "string").length, 256)
    names.of(first).clear()
    for (const folder of others) names.of(folder)
    assert.deepStrictEqual([...names.partsOf(first)], [])
  })

  it("keep their versions where the folder is polled or has links", () => {
    const names = makeFileNames()
    const [polled, linking, ...others] = folders(1000)
    if (polled === undefined || linking === undefined) return assert.fail("no folder")
    polled.isPolled = true
    names.add(linking, ["a"])
    names.of(linking).set("link", "v1")
    linking.links = new Set(["link"])
    names.add(polled, ["a"])
    names.of(polled).set("a", "v2")
    for (const folder of others) names.of(folder)
    assert.strictEqual(names.of(linking).get("link"), "v1")
    assert.strictEqual(names.of(polled).get("a"), "v2")
  })

  it("are let go with a folder that is no longer part of the tree", () => {
    const names = makeFileNames()
    const [gone, ...others] = folders(300)
    if (gone === undefined) return assert.fail("no folder")
    names.add(gone, ["a"])
    names.of(gone)
    names.forget(gone)
    for (const folder of others) names.of(folder)
    assert.isTrue(typeof gone.files !== "string")
  })
})
