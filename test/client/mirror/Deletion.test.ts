import { assert, describe, it } from "@effect/vitest"
import {
  DeletionRefused,
  deletions,
  obstacles,
  type Options
} from "../../../src/client/mirror/Deletion.ts"
import { Action } from "../../../src/client/mirror/Plan.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as FileName from "../../../src/domain/FileName.ts"

const nameOf = (text: string): FileName.FileName => FileName.fromText(text) ?? assert.fail(text)
const gone = (name: string, isPlaced = true) =>
  Action.Gone({
    name: nameOf(name),
    isPlaced,
    seen: { kind: "file", size: 1, modified: 1 }
  })
const fresh = (name: string) =>
  Action.New({
    name: nameOf(name),
    remote: { name: nameOf(name), size: 1, modified: 1, version: ByteString.fromText("1") },
    seen: undefined
  })
const asked: Options = { delete: true, maxDelete: undefined, force: false }

/** How many of so many known files would be deleted, or why none. */
const decided = (
  actions: ReadonlyArray<Action>,
  { known, listed }: { readonly known: number; readonly listed: number },
  options: Partial<Options> = {}
): number | string => {
  const found = deletions(actions, { known, listed }, { ...asked, ...options })
  return found instanceof DeletionRefused ? found.reason : found.length
}

describe("deleting", () => {
  const two = [gone("a"), gone("b")]
  const counts = { known: 4, listed: 2 }

  it("is done only where it was asked for", () => {
    assert.strictEqual(decided(two, counts), 2)
    assert.strictEqual(decided(two, counts, { delete: false }), 0)
  })

  it("leaves what the mirror did not bring, unless it is forced", () => {
    assert.strictEqual(decided([gone("a", false)], counts), 0)
    assert.strictEqual(decided([gone("a", false)], counts, { force: true }), 1)
  })

  it("is refused where the server lists nothing, and where more than half would go", () => {
    assert.strictEqual(decided([gone("a")], { known: 1, listed: 0 }), "empty")
    assert.strictEqual(decided([...two, gone("e")], counts), "half")
    assert.strictEqual(decided([], { known: 0, listed: 0 }), 0)
  })

  // What is new was counted among those of which at most half may go: as many new files allowed all old ones to go.
  it("is not allowed more for files that are new", () => {
    const replaced = [...two, fresh("c"), fresh("d")]
    const all = { known: 2, listed: 2 }
    assert.strictEqual(decided(replaced, all), "half")
    assert.strictEqual(decided(replaced, all, { maxDelete: { percent: 99 } }), "limit")
    assert.strictEqual(decided(replaced, all, { maxDelete: { percent: 100 } }), 2)
  })

  it("goes beyond half for files that are only renamed, for their bytes stay", () => {
    const moved = (from: string, to: string) =>
      Action.Renamed({ ...fresh(to), from: nameOf(from), sha256: "0".repeat(64) })
    const all = { known: 2, listed: 2 }
    assert.strictEqual(decided([...two, moved("a", "c"), moved("b", "d")], all), 2)
    assert.strictEqual(
      decided([...two, gone("e"), moved("a", "c")], { known: 3, listed: 1 }),
      "half"
    )
  })

  it("goes as far as --max-delete says, and no further", () => {
    assert.strictEqual(
      decided([gone("a")], { known: 1, listed: 0 }, { maxDelete: { files: 1 } }),
      1
    )
    assert.strictEqual(
      decided([gone("a")], { known: 1, listed: 0 }, { maxDelete: { percent: 100 } }),
      1
    )
    assert.strictEqual(decided(two, counts, { maxDelete: { files: 1 } }), "limit")
    assert.strictEqual(decided(two, counts, { maxDelete: { percent: 49 } }), "limit")
    assert.strictEqual(decided(two, counts, { maxDelete: { percent: 50 } }), 2)
  })

  it("comes first only for what stands where something new has to be", () => {
    const removed = [gone("a"), gone("b/x/y"), gone("c")]
    assert.deepStrictEqual(
      [...obstacles(removed, [fresh("a/new"), fresh("b/x"), fresh("d")])],
      ["a", "b/x/y"]
    )
  })
})
