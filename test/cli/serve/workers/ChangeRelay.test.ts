import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch } from "effect"
import {
  type ChangeBatch,
  makeChangeReplica,
  relayChanges
} from "../../../../src/cli/serve/workers/ChangeRelay.ts"
import { makeChangeRecorder } from "../../../../src/services/files/FileChanges.ts"
import { deleted, epoch, rescan } from "../../../support/values/Changes.ts"

const plenty = 10_000_000

const many = (count: number) => Array.from({ length: count }, (_, index) => deleted(`f${index}`))

describe("the log of a worker", () => {
  it.effect("has the changes of the supervisor's at the same places, one batch at a time", () =>
    Effect.gen(function* () {
      const { changes, record, setFiles, setSource } = makeChangeRecorder(epoch, plenty)
      record([...many(2000), ...many(1500)])
      setSource("watch", 3)
      setFiles({ names: 7, at: 100 })
      const replica = makeChangeReplica(changes.last(), plenty)
      const gate = yield* Latch.make(false)
      const sizes: Array<number> = []
      const send = (batch: ChangeBatch) => {
        sizes.push(batch.changes.length)
        replica.receive(batch)
        return gate.await
      }
      const ready = yield* Effect.forkChild(replica.changes)
      yield* Effect.forkChild(relayChanges(changes, send), { startImmediately: true })
      record([deleted("late")])
      yield* Effect.yieldNow
      assert.deepStrictEqual(sizes, [512])
      assert.isUndefined(ready.pollUnsafe())
      yield* gate.open
      const known = yield* Fiber.join(ready)
      while (known.last().sequence < changes.last().sequence) yield* Effect.yieldNow
      assert.deepStrictEqual(known.range(0, Infinity, 9999), changes.range(0, Infinity, 9999))
      assert.strictEqual(known.source(), "watch")
      assert.strictEqual(known.watches(), 3)
      assert.deepStrictEqual(known.files(), { names: 7, at: 100 })
    })
  )

  it.effect("begins with Rescan where the supervisor's does", () =>
    Effect.gen(function* () {
      const { changes, record } = makeChangeRecorder(epoch, plenty)
      record([deleted("a"), rescan, deleted("b")])
      const replica = makeChangeReplica(changes.last(), plenty)
      yield* Effect.forkChild(
        relayChanges(changes, (batch) => Effect.sync(() => replica.receive(batch)))
      )
      const known = yield* replica.changes
      assert.deepStrictEqual(
        known.after({ epoch, sequence: 0 }, 9),
        changes.after({ epoch, sequence: 0 }, 9)
      )
      assert.deepStrictEqual(known.begin(), { epoch, sequence: 2 })
    })
  )

  it.effect("waits for what another worker told already", () =>
    Effect.gen(function* () {
      const replica = makeChangeReplica({ epoch, sequence: 0 }, plenty)
      const known = yield* replica.changes
      const place = { epoch, sequence: 2 }
      const waiting = yield* Effect.forkChild(known.awaitAfter(place), { startImmediately: true })
      const receive = (sequence: number) =>
        replica.receive({
          changes: [{ id: { epoch, sequence }, change: deleted(`f${sequence}`) }],
          source: "watch",
          watches: 1,
          files: null,
          isStarting: false
        })
      receive(1)
      assert.deepStrictEqual(known.after(place, 9), [])
      receive(2)
      yield* Effect.yieldNow
      assert.isUndefined(waiting.pollUnsafe())
      receive(3)
      yield* Fiber.join(waiting)
      assert.lengthOf(known.after(place, 9), 1)
    })
  )

  it.effect("tells places no sooner than the supervisor's, and then at once", () =>
    Effect.gen(function* () {
      const { changes, start } = makeChangeRecorder(epoch, plenty, true)
      const replica = makeChangeReplica(changes.last(), plenty)
      yield* Effect.forkChild(
        relayChanges(changes, (batch) => Effect.sync(() => replica.receive(batch)))
      )
      const known = yield* replica.changes
      yield* Effect.yieldNow
      assert.isTrue(known.isStarting())
      start()
      yield* known.started
      assert.isFalse(known.isStarting())
    })
  )
})
