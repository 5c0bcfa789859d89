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

/** How many would be deleted, or why none. */
const decided = (
  actions: ReadonlyArray<Action>,
  listed: number,
  options: Partial<Options> = {}
): number | string => {
  const found = deletions(actions, { listed, others: 0 }, { ...asked, ...options })
  return found instanceof DeletionRefused ? found.reason : found.length
}

describe("deleting", () => {
  const four = [gone("a"), gone("b"), fresh("c"), fresh("d")]

  it("is done only where it was asked for", () => {
    assert.strictEqual(decided(four, 2), 2)
    assert.strictEqual(decided(four, 2, { delete: false }), 0)
  })

  it("leaves what the mirror did not bring, unless it is forced", () => {
    const actions = [gone("a", false), fresh("c"), fresh("d")]
    assert.strictEqual(decided(actions, 2), 0)
    assert.strictEqual(decided(actions, 2, { force: true }), 1)
  })

  it("is refused where the server lists nothing, and where more than half would go", () => {
    assert.strictEqual(decided([gone("a")], 0), "empty")
    assert.strictEqual(decided([...four, gone("e")], 2), "half")
    assert.strictEqual(decided([], 0), 0)
  })

  it("goes as far as --max-delete says, and no further", () => {
    assert.strictEqual(decided([gone("a")], 0, { maxDelete: { files: 1 } }), 1)
    assert.strictEqual(decided([gone("a")], 0, { maxDelete: { percent: 100 } }), 1)
    assert.strictEqual(decided(four, 2, { maxDelete: { files: 1 } }), "limit")
    assert.strictEqual(decided(four, 2, { maxDelete: { percent: 49 } }), "limit")
    assert.strictEqual(decided(four, 2, { maxDelete: { percent: 50 } }), 2)
  })

  it("comes first only for what stands where something new has to be", () => {
    const removed = [gone("a"), gone("b/x/y"), gone("c")]
    assert.deepStrictEqual(
      [...obstacles(removed, [fresh("a/new"), fresh("b/x"), fresh("d")])],
      ["a", "b/x/y"]
    )
  })
})
