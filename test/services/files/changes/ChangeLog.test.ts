import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { LoggedChange } from "../../../../src/domain/FileChange.ts"
import { makeChangeRecorder } from "../../../../src/services/files/FileChanges.ts"
import { makeChangeLog } from "../../../../src/services/files/changes/ChangeLog.ts"
import { created, deleted, epoch, rescan } from "../../../support/values/Changes.ts"
import { seeded } from "../../../support/values/Seeded.ts"

const told = (changes: ReadonlyArray<LoggedChange>): ReadonlyArray<string> =>
  changes.map(({ change, id }) =>
    change._tag === "Rescan"
      ? `${id.sequence} rescan`
      : `${id.sequence} ${change._tag.toLowerCase()} ${change.name}`
  )

const plenty = 1_000_000
const at = (sequence: number) => ({ epoch, sequence })

describe("the log of changes", () => {
  it("has only the newest change of a name, at its own place", () => {
    const log = makeChangeLog(epoch, plenty)
    for (const change of [created("a"), created("b"), deleted("a")]) log.append(change)
    assert.deepStrictEqual(told(log.after(at(0), 10)), ["2 created b", "3 deleted a"])
    assert.deepStrictEqual(told(log.after(at(2), 10)), ["3 deleted a"])
    assert.deepStrictEqual(told(log.after(at(3), 10)), [])
    assert.strictEqual(log.length(), 2)
  })

  it("is told from the beginning, with Rescan first, to who stands where it does not reach", () => {
    const log = makeChangeLog(epoch, 1000)
    for (const name of ["a", "b", "c", "d", "e"]) log.append(created(name))
    assert.deepStrictEqual(log.begin(), at(2))
    const whole = ["2 rescan", "3 created c", "4 created d", "5 created e"]
    assert.deepStrictEqual(told(log.after(at(1), 10)), whole)
    assert.deepStrictEqual(told(log.after({ epoch: 1, sequence: 4 }, 10)), whole)
    assert.deepStrictEqual(told(log.after(at(6), 10)), whole)
    assert.deepStrictEqual(told(log.after(at(1), 2)), whole.slice(0, 2))
    assert.deepStrictEqual(told(log.after(at(2), 10)), whole.slice(1))
    assert.isAtMost(log.held(), 1000)
  })

  it("is empty behind a Rescan, and its place can be followed from", () => {
    const log = makeChangeLog(epoch, plenty)
    for (const change of [created("a"), rescan, created("b")]) log.append(change)
    assert.deepStrictEqual(told(log.after(at(0), 10)), ["2 rescan", "3 created b"])
    assert.deepStrictEqual(told(log.after(at(2), 10)), ["3 created b"])
  })

  it("tells a range in both directions", () => {
    const log = makeChangeLog(epoch, plenty)
    for (const name of ["a", "b", "a", "c"]) log.append(created(name))
    assert.deepStrictEqual(told(log.range(0, 4, 10)), ["2 created b", "3 created a", "4 created c"])
    assert.deepStrictEqual(told(log.range(2, 3, 1, true)), ["3 created a"])
    assert.deepStrictEqual(told(log.range(5, 9, 10)), [])
  })

  it("finds the place behind which it holds so many bytes at most, without those that were replaced", () => {
    const log = makeChangeLog(epoch, plenty)
    assert.deepStrictEqual(log.placeBefore(1000), at(0))
    log.append(created("a"))
    const each = log.held()
    for (const name of ["b", "c", "a", "d", "b"]) log.append(created(name))
    // They are c, a, d and b, at 3 to 6.
    assert.deepStrictEqual(log.placeBefore(each - 1), at(6))
    assert.deepStrictEqual(log.placeBefore(each), at(5))
    assert.deepStrictEqual(log.placeBefore(2 * each + 1), at(4))
    assert.deepStrictEqual(log.placeBefore(4 * each - 1), at(3))
    assert.deepStrictEqual(log.placeBefore(4 * each), at(0))
    log.append(deleted("a"))
    assert.deepStrictEqual(log.placeBefore(each), at(6))
    log.append(rescan)
    assert.deepStrictEqual(log.placeBefore(0), at(0))
  })

  it("takes no longer for a file that changes again and again than for many that change once", () => {
    const log = makeChangeLog(epoch, 100 * plenty)
    const many = 30_000
    const timeOf = (nameAt: (index: number) => string): number => {
      const began = performance.now()
      for (let index = 0; index < many; index++) log.append(created(nameAt(index)))
      return performance.now() - began
    }
    const once = timeOf((index) => `f${index}`)
    const again = timeOf(() => "again")
    assert.isBelow(again, 4 * once + 50)
  })

  it("leads from any place to the present state, whatever its capacity", () => {
    for (let seed = 0; seed < 100; seed++) {
      const below = seeded(seed)
      const capacity = below(3000)
      const log = makeChangeLog(epoch, capacity)
      const state = new Map<string, number>()
      const follower = { state: new Map<string, number>(), id: log.last() }
      const follow = (limit: number) => {
        for (const { change, id } of log.after(follower.id, limit)) {
          follower.id = id
          if (change._tag === "Rescan") follower.state = new Map(state)
          else if (change._tag === "Deleted") follower.state.delete(change.name)
          else follower.state.set(change.name, change.size)
        }
      }
      let most = 0
      for (let step = 0; step < 200; step++) {
        const name = "abcdef".charAt(below(6))
        const kind = below(20)
        if (kind < 5) {
          state.delete(name)
          log.append(deleted(name))
        } else if (kind === 5) log.append(rescan)
        else {
          state.set(name, step)
          log.append(created(name, step))
        }
        most = Math.max(most, log.held())
        // A follower that reads seldom, and a little.
        if (below(4) === 0) follow(below(4))
      }
      assert.isAtMost(most, capacity)
      follow(Number.POSITIVE_INFINITY)
      const byName = (all: ReadonlyMap<string, number>) => Object.fromEntries(all)
      assert.deepStrictEqual(byName(follower.state), byName(state), `seed ${seed}`)
    }
  })
})

describe("waiting for a change", () => {
  it.effect("ends with the next change, and at once where there is one already", () =>
    Effect.gen(function* () {
      const { changes, record } = makeChangeRecorder(epoch, plenty)
      const waiting = yield* Effect.forkChild(changes.awaitAfter(changes.last()), {
        startImmediately: true
      })
      assert.isUndefined(waiting.pollUnsafe())
      record([created("a")])
      yield* Fiber.join(waiting)
      yield* changes.awaitAfter(at(0))
      yield* changes.awaitAfter({ epoch: 5, sequence: 0 })
    })
  )
})
