/** The changes that are found by listing a bucket again and again. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { recordChanges } from "../../../../../src/services/files/s3/watch/BucketChanges.ts"
import type { ChangeId, LoggedChange } from "../../../../../src/domain/FileChange.ts"
import {
  type MemoryBucket,
  memoryBucket,
  unavailable
} from "../../../../support/stores/MemoryBucket.ts"
import { makeReplica } from "../../../../support/stores/Replica.ts"
import { recorderOf } from "../../../../support/values/Changes.ts"
import { seeded } from "../../../../support/values/Seeded.ts"
import { steps, withSettableWall } from "../../../../support/values/WallClock.ts"
import { assertSame } from "../../../../support/values/Same.ts"

const every = Duration.seconds(30)

/** What a change says. */
const told = ({ change }: LoggedChange): string => {
  switch (change._tag) {
    case "Rescan":
      return "rescan"
    case "Deleted":
      return `deleted ${change.name}`
    default:
      return `${change._tag.toLowerCase()} ${change.name} ${change.version}`
  }
}

/** Watches a bucket: what was logged, and a function that returns what was recorded since it was last called. */
const watch = Effect.fnUntraced(function* (
  { bucket }: MemoryBucket,
  { names = 1_000_000, prefix = "" }: { readonly names?: number; readonly prefix?: string } = {}
) {
  const logged: Array<string> = []
  const logger = Logger.map(Logger.formatStructured, ({ message }) => {
    logged.push(String(message))
  })
  const recorder = recorderOf(1_000_000, true)
  const { changes } = recorder
  const starting = yield* Effect.forkChild(changes.started)
  yield* recordChanges({ bucket, prefix }, recorder, { every, hidden: false, names }).pipe(
    Effect.provide(Logger.layer([logger]))
  )
  yield* TestClock.adjust(0)
  let id: ChangeId = changes.last()
  const next = (): ReadonlyArray<string> => {
    const found = changes.after(id, Number.POSITIVE_INFINITY)
    id = changes.last()
    return found.map(told)
  }
  return { changes, logged, next, starting }
})

/** In the order of their bytes, which is not that of JavaScript's strings. */
const letters = ["", "-", "a", "é", "\uffee", "\u{1f600}"]

/** As many objects as there are of a few pages. */
const many = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [`0/${String(index).padStart(3, "0")}`, "1"])
)

describe("a bucket that is watched", () => {
  it.effect("is told of by what two listings have different, and not sooner", () =>
    Effect.gen(function* () {
      const memory = memoryBucket({ "a/b": "1", "a.txt": "1", z: "1", "p/": "1", ".git/x": "1" })
      const { changes, next } = yield* watch(memory)
      assert.deepStrictEqual([changes.source(), changes.watches()], ["poll", 0])
      memory.etags.set("a.txt", "2").set("é", "1").set("a//b", "1").delete("z")
      memory.etags.set(".git/x", "2").set("p/", "2")
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(next(), [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(next(), ["changed a.txt 2", "deleted z", "created é 1"])
      assert.strictEqual(changes.files()?.names, 3)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(next(), [])
      assert.strictEqual(memory.listings(), 4)
    })
  )

  it.effect("is the part of it that is shared", () =>
    Effect.gen(function* () {
      const memory = memoryBucket({ "fotos/a": "1", b: "1" })
      const { next } = yield* watch(memory, { prefix: "fotos/" })
      memory.etags.set("fotos/a", "2").set("b", "2").set("fotos2/c", "1")
      yield* TestClock.adjust(every)
      assert.deepStrictEqual(next(), ["changed a 2"])
    })
  )

  for (const names of [1_000_000, 0]) {
    it.effect(
      `leads a replica to what is there, whatever happened, with ${names} bytes for names`,
      () =>
        Effect.gen(function* () {
          const random = seeded(14)
          const memory = memoryBucket(many)
          const { changes } = yield* watch(memory, { names })
          const { follow, rescans, versions } = makeReplica(changes, () => memory.etags)
          for (let round = 0; round < 25; round++) {
            for (let step = random(30); step > 0; step--) {
              const key = `${random(2)}/${letters[random(letters.length)] ?? ""}${random(40)}`
              if (random(3) === 0) memory.etags.delete(key)
              else memory.etags.set(key, String(random(5)))
            }
            if (random(10) === 0)
              for (const key of memory.etags.keys()) if (key < "1") memory.etags.delete(key)
            yield* TestClock.adjust(every)
            follow()
            assertSame(versions, memory.etags, `round ${round}`)
          }
          assert.strictEqual(rescans() > 0, names === 0)
        })
    )
  }

  it.effect(
    "is not listed twice at a time, and from the beginning of one listing to the next",
    () =>
      Effect.gen(function* () {
        const memory = memoryBucket(many)
        const { next } = yield* watch(memory)
        let underWay = 0
        memory.beforePage(() =>
          Effect.acquireUseRelease(
            Effect.sync(() => assert.strictEqual(++underWay, 1)),
            () => Effect.sleep("4 seconds"),
            () => Effect.sync(() => underWay--)
          )
        )
        // The second begins after 30 s and has six pages of 4 s; the third begins after 60 s.
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(memory.listings(), 2)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(memory.listings(), 3)
        memory.beforePage(() => Effect.sleep("10 seconds"))
        memory.etags.set("0/000", "2").set("z", "1")
        // The third takes longer than the interval, and the fourth begins at once.
        yield* TestClock.adjust("54 seconds")
        assert.deepStrictEqual([memory.listings(), next()], [4, ["changed 0/000 2", "created z 1"]])
      })
  )

  for (const [step, by] of steps) {
    it.effect(`is listed as often where the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const memory = memoryBucket(many)
          yield* watch(memory)
          memory.beforePage(() => setWall(by))
          yield* TestClock.adjust("5 minutes")
          assert.strictEqual(memory.listings(), 11)
        })
      )
    )
  }
})

describe("a listing of a bucket that is watched", () => {
  it.effect("changes nothing where it fails or is cut off, which is told once", () =>
    Effect.gen(function* () {
      const memory = memoryBucket(many)
      const { logged, next } = yield* watch(memory)
      memory.etags.set("0/000", "2").delete("0/039")
      memory.beforePage(({ after = "" }) =>
        after < "0/020" ? Effect.void : Effect.fail(unavailable)
      )
      yield* TestClock.adjust("5 minutes")
      assert.isAbove(memory.listings(), 5)
      assert.deepStrictEqual([next(), logged], [[], ["changes.unlisted"]])
      memory.beforePage(() => Effect.void)
      yield* TestClock.adjust(every)
      assert.deepStrictEqual(next(), ["changed 0/000 2", "deleted 0/039"])
      assert.deepStrictEqual(logged, ["changes.unlisted", "changes.listed"])
    })
  )

  it.effect("asks for a page again that was not answered", () =>
    Effect.gen(function* () {
      const memory = memoryBucket(many)
      const { logged, next } = yield* watch(memory)
      memory.etags.set("0/000", "2")
      let failures = 0
      memory.beforePage(({ after }) =>
        after !== undefined && ++failures < 4 ? Effect.fail(unavailable) : Effect.void
      )
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual([next(), logged], [["changed 0/000 2"], []])
    })
  )

  it.effect("is waited for by who follows, and not for long", () =>
    Effect.gen(function* () {
      const memory = memoryBucket(many)
      memory.beforePage(() => Effect.sleep("400 millis"))
      const { next, starting } = yield* watch(memory)
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(starting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isDefined(starting.pollUnsafe())
      assert.deepStrictEqual(next(), [])
      // Who followed meanwhile may have missed changes.
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(next(), ["rescan"])
      memory.etags.delete("0/000")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(next(), ["deleted 0/000"])
    })
  )

  it.effect("has a digest where its names are too many, and that is told once", () =>
    Effect.gen(function* () {
      const memory = memoryBucket(many)
      const { logged, next } = yield* watch(memory, { names: 100 })
      assert.deepStrictEqual(logged, ["changes.summarized"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(next(), [])
      memory.etags.set("0/000", "2")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(next(), ["rescan"])
      memory.etags.clear()
      yield* TestClock.adjust(every)
      assert.deepStrictEqual(next(), ["rescan"])
      // Now they are few again.
      memory.etags.set("a", "1")
      yield* TestClock.adjust(every)
      assert.deepStrictEqual(next(), ["created a 1"])
      assert.deepStrictEqual(logged, ["changes.summarized"])
    })
  )
})
