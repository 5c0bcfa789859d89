import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Socket } from "node:net"
import { Peer } from "../../src/net/Peer.ts"
import { PendingWrites } from "../../src/net/PendingWrites.ts"
import { steps, withSettableWall } from "../support/values/WallClock.ts"
import {
  ReadProgress,
  type Limits,
  makeConnectionReaper,
  noReaper
} from "../../src/guard/ConnectionReaper.ts"

const limits: Limits = {
  request: Duration.seconds(30),
  memory: 1000,
  idle: Duration.zero
}

/** A connection to nowhere, on which so many bytes of a request have come. */
class Fake extends ReadProgress {
  /** What has come of a request that is not complete. */
  unfinished: number
  readonly #socket: Socket

  constructor(unfinished: number, queued: number) {
    const socket = new Socket()
    super(
      noReaper,
      new Peer(socket, new PendingWrites()),
      { unfinished: () => this.unfinished },
      { queued, isFollowing: false, isBehind: () => false }
    )
    this.#socket = socket
    this.unfinished = unfinished
  }

  isCut(): boolean {
    return this.#socket.destroyed
  }
}

/** The server waits for more of it unless it is busy. */
const progress = Effect.fnUntraced(function* (
  held: number,
  { busy = false, queued = 0 }: { readonly busy?: boolean; readonly queued?: number } = {}
) {
  const fake = new Fake(held, queued)
  if (!busy) yield* Effect.forkChild(Effect.exit(fake.peer.read), { startImmediately: true })
  return fake
})

const cut = (...all: ReadonlyArray<Fake>): ReadonlyArray<boolean> =>
  all.map((progress) => progress.isCut())

describe("a reaper", () => {
  it.effect("cuts off a request that was begun and is not complete in time, no sooner", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const slow = yield* progress(1)
      reaper.add(slow)
      yield* TestClock.adjust("30 seconds")
      assert.isFalse(slow.isCut())
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(slow.isCut())
    })
  )

  for (const [step, by] of steps) {
    it.effect(`cuts off in time, no sooner, where the wall clock is set ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const reaper = yield* makeConnectionReaper({ ...limits, idle: Duration.seconds(30) })
          const slow = yield* progress(1)
          const idle = yield* progress(0)
          for (const each of [slow, idle]) reaper.add(each)
          yield* TestClock.adjust("10 seconds")
          yield* setWall(by)
          yield* TestClock.adjust("20 seconds")
          assert.deepStrictEqual(cut(slow, idle), [false, false])
          assert.isUndefined(idle.peer.closeReason)
          yield* TestClock.adjust("2 seconds")
          assert.isTrue(slow.isCut())
          assert.strictEqual(idle.peer.closeReason, "idle")
        })
      )
    )
  }

  it.effect("is not put off by bytes that complete nothing", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const slow = yield* progress(1)
      reaper.add(slow)
      for (let second = 0; second < 32; second++) {
        slow.unfinished += 1
        yield* TestClock.adjust("1 second")
      }
      assert.isTrue(slow.isCut())
    })
  )

  it.effect("gives the next request a time of its own", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const steady = yield* progress(1)
      reaper.add(steady)
      for (let request = 0; request < 10; request++) {
        yield* TestClock.adjust("29 seconds")
        // One is complete and, with the same bytes, the next is begun.
        steady.completed += 1
      }
      assert.isFalse(steady.isCut())
      yield* TestClock.adjust("32 seconds")
      assert.isTrue(steady.isCut())
    })
  )

  it.effect("has nothing against small requests without end, whatever is seen of the last", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const busy = yield* progress(5)
      reaper.add(busy)
      for (let second = 0; second < 300; second++) {
        busy.completed += 100
        yield* TestClock.adjust("1 second")
      }
      assert.isFalse(busy.isCut())
    })
  )

  it.effect("has nothing against a peer that has begun nothing", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const idle = yield* progress(0)
      reaper.add(idle)
      yield* TestClock.adjust("1 hour")
      assert.isFalse(idle.isCut())
      // What is begun later counts from then.
      idle.unfinished = 1
      yield* TestClock.adjust("30 seconds")
      assert.isFalse(idle.isCut())
      yield* TestClock.adjust("2 seconds")
      assert.isTrue(idle.isCut())
    })
  )

  it.effect("cuts off the largest first where they hold too much together", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const small = yield* progress(300)
      const largest = yield* progress(500)
      const large = yield* progress(400)
      for (const each of [small, largest, large]) reaper.add(each)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(cut(small, largest, large), [false, true, false])
    })
  )

  it.effect("does not wait for the next second where too much is held", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const small = yield* progress(300)
      const large = yield* progress(400)
      for (const each of [small, large]) {
        reaper.add(each)
        reaper.note(each)
      }
      large.unfinished = 701
      reaper.note(large)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(cut(small, large), [false, true])
      // What was cut off is no longer counted.
      small.unfinished = 1000
      reaper.note(small)
      yield* TestClock.adjust(0)
      assert.isFalse(small.isCut())
    })
  )

  it.effect("counts what is queued between MULTI and EXEC with what is unfinished", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const unfinished = yield* progress(450)
      const queueing = yield* progress(100, { queued: 451 })
      for (const each of [unfinished, queueing]) {
        reaper.add(each)
        reaper.note(each)
      }
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(cut(unfinished, queueing), [false, true])
    })
  )

  it.effect(
    "cuts off as many as it takes, and nobody where they hold just as much as they may",
    () =>
      Effect.gen(function* () {
        const reaper = yield* makeConnectionReaper(limits)
        const one = yield* progress(600)
        const other = yield* progress(400)
        reaper.add(one)
        reaper.add(other)
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(cut(one, other), [false, false])
        const third = yield* progress(2000)
        const fourth = yield* progress(601)
        reaper.add(third)
        reaper.add(fourth)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(cut(one, other, third, fourth), [false, false, true, true])
      })
  )

  it.effect("does not hold a peer's own bytes against it while the server is busy for it", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      // What would complete the request may have come; the server is not looking while it sends a long file.
      const served = yield* progress(1, { busy: true })
      reaper.add(served)
      yield* TestClock.adjust("10 minutes")
      assert.isFalse(served.isCut())
      yield* Effect.forkChild(Effect.exit(served.peer.read), { startImmediately: true })
      yield* TestClock.adjust("32 seconds")
      assert.isTrue(served.isCut())
    })
  )

  it.effect("does not look after who was removed", () =>
    Effect.gen(function* () {
      const reaper = yield* makeConnectionReaper(limits)
      const gone = yield* progress(5000)
      reaper.add(gone)
      reaper.remove(gone)
      yield* TestClock.adjust("1 hour")
      assert.isFalse(gone.isCut())
    })
  )

  it.effect("ends with its scope", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const reaper = yield* Scope.provide(makeConnectionReaper(limits), scope)
      const slow = yield* progress(5000)
      reaper.add(slow)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("1 hour")
      assert.isFalse(slow.isCut())
    })
  )
})
