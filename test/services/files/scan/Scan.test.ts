import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { FileName } from "../../../../src/domain/FileName.ts"
import { FileStore } from "../../../../src/services/files/FileStore.ts"
import * as MemoryFileStore from "../../../../src/services/files/MemoryFileStore.ts"
import { hash, makeScan, type Scan } from "../../../../src/services/files/scan/Scan.ts"
import { seeded } from "../../../support/values/Seeded.ts"
import { fileName } from "../../../support/values/Names.ts"

/** Of the process that scans. */
const mark = 4321

const file = { bytes: new Uint8Array(), modified: 0 }

/** A store whose files can be changed. */
const makeStore = Effect.gen(function* () {
  const files = new Map<FileName, MemoryFileStore.MemoryFile>()
  const store = Context.get(yield* Layer.build(MemoryFileStore.layer(files)), FileStore)
  return { files, store }
})

/** Each name was returned once; which were not is looked for only then, for it takes longer than the scan. */
const assertEachOnce = (names: ReadonlySet<string>, returned: ReadonlyArray<string>): void => {
  const wanted = returned.filter((name) => names.has(name))
  if (wanted.length !== names.size || new Set(wanted).size !== names.size)
    assert.sameMembers(wanted, [...names])
}

/** All that a scan returns, `between` run after each call. */
const scanAll = (
  scan: Pick<Scan, "page">,
  count: () => number,
  between: Effect.Effect<void> = Effect.void
) =>
  Effect.gen(function* () {
    const returned: Array<string> = []
    let calls = 0
    for (let cursor = 0, first = true; first || cursor !== 0; first = false) {
      const page = yield* scan.page(cursor, count())
      returned.push(...page.names)
      assert.isTrue(Number.isSafeInteger(page.cursor) && page.cursor < 2 ** 53)
      // Each cursor is past the last one, so that every scan ends.
      if (page.cursor !== 0) assert.isAbove(page.cursor, cursor)
      cursor = page.cursor
      calls += 1
      yield* between
    }
    return { returned, calls }
  })

describe("a scan", () => {
  it.effect("of nothing ends at once", () =>
    Effect.gen(function* () {
      const { store } = yield* makeStore
      assert.deepStrictEqual(yield* makeScan(store, mark).page(0, 10), { names: [], cursor: 0 })
    })
  )

  it.effect("returns every file once, about as many a call as were asked for", () =>
    Effect.gen(function* () {
      const { files, store } = yield* makeStore
      for (let index = 0; index < 1000; index++) files.set(fileName(`pasta/${index}.txt`), file)
      for (const count of [1, 10, 999, 1000, 5000]) {
        const { calls, returned } = yield* scanAll(makeScan(store, mark), () => count)
        assert.sameMembers(returned, [...files.keys()])
        assert.strictEqual(calls, Math.ceil(1000 / count))
      }
    })
  )

  for (const [what, hashOf] of [
    ["", hash],
    [", even where most names share their hash", (name: string) => hash(name) % 5]
  ] as const) {
    it.effect(
      `returns every file that is there throughout, once, whatever comes and goes${what}`,
      () =>
        Effect.gen(function* () {
          const random = seeded(53)
          for (let run = 0; run < 300; run++) {
            const { files, store } = yield* makeStore
            for (let index = random(60); index >= 0; index--)
              files.set(fileName(`f${random(80)}`), file)
            const scan = makeScan(store, mark, hashOf)
            const throughout = new Set(files.keys())
            const change = Effect.gen(function* () {
              for (let changes = random(4); changes > 0; changes--) {
                const name = fileName(`f${random(80)}`)
                if (files.delete(name)) throughout.delete(name)
                else files.set(name, file)
              }
              // Another scan begins now and then, and now and then the names grow old.
              if (random(4) === 0) yield* Effect.orDie(scan.page(0, 1))
              if (random(4) === 0) yield* TestClock.adjust("6 seconds")
            })
            const { returned } = yield* scanAll(scan, () => 1 + random(7), change)
            assertEachOnce(throughout, returned)
          }
        })
    )
  }

  it.effect("returns what was there when it began, though an older walk ends later", () =>
    Effect.gen(function* () {
      const { files, store } = yield* makeStore
      for (const name of ["a", "b", "c"]) files.set(fileName(name), file)
      const gate = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      let slow = true
      const names = Stream.suspend(() => {
        const found = Stream.fromIterable([...files.keys()])
        if (!slow) return found
        slow = false
        const wait = Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(gate))
        return Stream.concat(found, Stream.drain(Stream.fromEffect(wait)))
      })
      const scan = makeScan({ ...store, names }, mark)
      const older = yield* Effect.forkChild(scan.page(0, 10))
      yield* Deferred.await(begun)
      const late = ["d", "e", "f", "g", "h"].map(fileName)
      for (const name of late) files.set(name, file)
      const first = yield* scan.page(0, 1)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(older)
      const rest = yield* scan.page(first.cursor, 100)
      assert.includeMembers([...first.names, ...rest.names], late)
    })
  )

  it.effect(
    "sees a file that came before it began, however fresh the names of an earlier scan are",
    () =>
      Effect.gen(function* () {
        const { files, store } = yield* makeStore
        const scan = makeScan(store, mark)
        yield* scan.page(0, 10)
        files.set(fileName("a"), file)
        assert.deepStrictEqual((yield* scan.page(0, 10)).names, [fileName("a")])
      })
  )
})

describe("a scan that goes on in another process", () => {
  it.effect(
    "returns what came there after that process had walked, and before the scan began",
    () =>
      Effect.gen(function* () {
        const { files, store } = yield* makeStore
        for (const name of ["a", "b", "c"]) files.set(fileName(name), file)
        const one = makeScan(store, 1)
        const other = makeScan(store, 2)
        yield* other.page(0, 1)
        const late = ["d", "e", "f", "g", "h"].map(fileName)
        for (const name of late) files.set(name, file)
        const first = yield* one.page(0, 1)
        const rest = yield* other.page(first.cursor, 100)
        assert.includeMembers([...first.names, ...rest.names], late)
      })
  )

  it.effect(
    "returns every file that is there throughout, once, though each call is another's",
    () =>
      Effect.gen(function* () {
        const random = seeded(53)
        for (let run = 0; run < 100; run++) {
          const { files, store } = yield* makeStore
          for (let index = 0; index < 40; index++) files.set(fileName(`f${index}`), file)
          const scans = [1, 2, 3].map((mark) => makeScan(store, mark))
          const dealt: Pick<Scan, "page"> = {
            page: (cursor, count) =>
              (scans[random(scans.length)] ?? makeScan(store, mark)).page(cursor, count)
          }
          const throughout = new Set(files.keys())
          const change = Effect.sync(() => {
            const name = fileName(`f${random(80)}`)
            if (files.delete(name)) throughout.delete(name)
            else files.set(name, file)
          })
          const { returned } = yield* scanAll(dealt, () => 1 + random(7), change)
          assertEachOnce(throughout, returned)
        }
      })
  )

  it.effect("lets others have their turn within a page of thousands", () =>
    Effect.gen(function* () {
      const { files, store } = yield* makeStore
      for (let index = 0; index < 10_000; index++) files.set(fileName(`${index}.txt`), file)
      const scan = makeScan(store, mark)
      const { cursor } = yield* scan.page(0, 1)
      let turns = 0
      const other = Effect.andThen(
        Effect.sync(() => (turns += 1)),
        Effect.yieldNow
      )
      yield* Effect.forkChild(Effect.forever(other))
      yield* scan.page(cursor, 10_000)
      assert.isAtLeast(turns, 4)
    })
  )
})

describe("the hash of a name", () => {
  it("has 40 bits, all of which names reach", () => {
    let all = 0n
    for (let index = 0; index < 1000; index++) {
      const value = hash(`relatórios/${index}.csv`)
      assert.isTrue(Number.isSafeInteger(value) && value >= 0)
      all |= BigInt(value)
    }
    assert.strictEqual(all, 2n ** 40n - 1n)
  })

  it("differs from one name to the next, a hundred thousand times", () => {
    const hashes = new Set(Array.from({ length: 100_000 }, (_, index) => hash(`f${index}`)))
    assert.strictEqual(hashes.size, 100_000)
  })
})
