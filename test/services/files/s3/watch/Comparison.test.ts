/** What two listings of a bucket have different, and what is held of them. */
import { assert, describe, it } from "@effect/vitest"
import { type ChangedFile, FileChange } from "../../../../../src/domain/FileChange.ts"
import { byBytes, type FileName, fromText } from "../../../../../src/domain/FileName.ts"
import { Comparison } from "../../../../../src/services/files/s3/watch/Comparison.ts"
import {
  heldBy,
  type Snapshot,
  unpacked
} from "../../../../../src/services/files/s3/watch/Snapshot.ts"
import { seeded } from "../../../../support/values/Seeded.ts"
import { assertSame } from "../../../../support/values/Same.ts"

const name = (text: string): FileName => {
  const name = fromText(text)
  if (name === undefined) throw new Error(`no name: ${text}`)
  return name
}

type Versions = ReadonlyMap<FileName, string>

const run = <A>(work: Generator<void, A>): A => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

const file = (name: FileName, version: string): ChangedFile => ({
  name,
  version,
  size: 1,
  modified: 0
})

/** Lists these files, in pages, and compares them. */
const compare = (before: Snapshot | undefined, versions: Versions, capacity = 10_000_000) => {
  const comparison = new Comparison(before, capacity)
  const files = [...versions]
    .map(([name, version]) => file(name, version))
    .sort((one, other) => byBytes(one.name, other.name))
  for (let start = 0; start < files.length; start += 999)
    run(comparison.take(files.slice(start, start + 999)))
  return { ...run(comparison.finish()), before: comparison.before }
}

/** What is different, found in another way. */
const difference = (before: Versions, after: Versions): ReadonlyArray<FileChange> =>
  [...new Set([...before.keys(), ...after.keys()])]
    .sort(byBytes)
    .flatMap((name): ReadonlyArray<FileChange> => {
      const [old, now] = [before.get(name), after.get(name)]
      if (now === undefined) return [FileChange.Deleted({ name })]
      if (old === undefined) return [FileChange.Created(file(name, now))]
      return old === now ? [] : [FileChange.Changed(file(name, now))]
    })

const contentOf = ({ blocks = [] }: Snapshot): Versions =>
  new Map(blocks.flatMap(unpacked).map(({ name, version }) => [name, version]))

/** Names whose order by their bytes is not that of JavaScript's strings. */
const nameOf = (index: number): FileName =>
  name(`${["f", "\uffee", "\u{1f600}"][index % 3] ?? ""}${index}`)

const filesOf = (count: number): Map<FileName, string> =>
  new Map(Array.from({ length: count }, (_, index) => [nameOf(index), "1"]))

describe("a listing that is compared with the one before", () => {
  it("has just what is different, over many blocks, and is held as it is", () => {
    const random = seeded(7)
    const versions = filesOf(3000)
    let { snapshot } = compare(undefined, versions)
    for (let round = 0; round < 20; round++) {
      const before: Versions = new Map(versions)
      const span = 10 ** (1 + random(4))
      const [first, kind] = [random(4000), random(4)]
      for (let step = 0; step < span / 2; step++) {
        const some = nameOf(first + random(span))
        if (kind === 0) versions.delete(some)
        else if (kind === 1) versions.set(some, "1")
        else if (random(2) === 0) versions.set(some, String(random(3)))
        else versions.delete(some)
      }
      const compared = compare(snapshot, versions)
      // As text, which is compared sooner.
      const wanted = JSON.stringify(difference(before, versions))
      assert.strictEqual(JSON.stringify(compared.changes), wanted, `round ${round}`)
      snapshot = compared.snapshot
      const { blocks = [] } = snapshot
      assert.strictEqual(contentOf(snapshot).size, versions.size)
      // Neither small blocks nor large ones, whatever came and went.
      assert.isAtMost(blocks.length, Math.max(1, versions.size / 500) + 1)
      assert.isAtMost(Math.max(0, ...blocks.map(({ count }) => count)), 1500)
    }
    assertSame(contentOf(snapshot), versions)
  })

  it("shares what is held of files that are the same", () => {
    const versions = filesOf(5000)
    const { snapshot } = compare(undefined, versions)
    versions.set(nameOf(3), "2")
    const { blocks = [] } = compare(snapshot, versions).snapshot
    const shared = blocks.filter((block) => snapshot.blocks?.includes(block) === true)
    assert.deepStrictEqual([blocks.length, shared.length], [5, 4])
  })

  it("takes a third of what names and ETags are long", () => {
    const random = seeded(1)
    const versions = new Map(
      Array.from({ length: 3000 }, (_, index) => [
        name(`fotos/2024/praia-${index}-no-fim-da-tarde.jpg`),
        Array.from({ length: 32 }, () => random(16).toString(16)).join("")
      ])
    )
    const { blocks = [] } = compare(undefined, versions).snapshot
    assert.isBelow(heldBy(blocks) / versions.size, 30)
  })

  it("is told as a rescan where more is different than is collected, and is held all the same", () => {
    const versions = filesOf(1000)
    const { snapshot } = compare(undefined, versions)
    for (let index = 0; index < 65_537; index++) versions.set(name(`g${index}`), "1")
    const more = compare(snapshot, versions)
    assert.deepStrictEqual(more.changes, [FileChange.Rescan()])
    // What was held before is held no longer, even where the listing is not completed.
    assert.isUndefined(more.before?.blocks)
    assert.strictEqual(contentOf(more.snapshot).size, versions.size)
    versions.delete(name("g7"))
    assert.deepStrictEqual(compare(more.snapshot, versions).changes, [
      FileChange.Deleted({ name: name("g7") })
    ])
  })

  it("is told as a rescan where both together would take more memory than they may", () => {
    const versions = filesOf(20_000)
    const { snapshot } = compare(undefined, versions)
    const capacity = heldBy(snapshot.blocks ?? []) * 1.2
    for (const each of versions.keys()) versions.set(each, "2")
    const { changes, snapshot: after } = compare(snapshot, versions, capacity)
    assert.deepStrictEqual(changes, [FileChange.Rescan()])
    assertSame(contentOf(after).size, versions.size)
    assert.isBelow(heldBy(after.blocks ?? []), capacity)
  })

  it("tells a version with a NUL from none, and mixes up no names", () => {
    const versions = new Map([
      [name("a"), "1\0b"],
      [name("c"), "2"]
    ])
    const { snapshot } = compare(undefined, versions)
    assertSame(contentOf(snapshot).get(name("c")), "2")
  })
})
