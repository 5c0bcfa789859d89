import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { PendingWrites } from "../../src/net/PendingWrites.ts"
import { turn } from "../support/EventLoop.ts"

/** Somebody with something to send, and whether it has left. */
class FakeSender {
  sent = false
  readonly flush = (): void => void (this.sent = true)
}

const senders = (count: number): ReadonlyArray<FakeSender> =>
  Array.from({ length: count }, () => new FakeSender())

const addAll = (writes: PendingWrites, all: ReadonlyArray<FakeSender>): void =>
  all.forEach((sender) => writes.add(sender))

const sent = (all: ReadonlyArray<FakeSender>): number => all.filter((sender) => sender.sent).length

describe("pending writes", () => {
  it.effect("leave at the end of the turn of the event loop", () =>
    Effect.gen(function* () {
      const writes = new PendingWrites()
      const all = senders(63)
      addAll(writes, all)
      assert.strictEqual(sent(all), 0)
      yield* turn
      assert.strictEqual(sent(all), 63)
    })
  )

  it("leave at once when 64 wait, or after 32 reads of others", () => {
    const writes = new PendingWrites()
    const many = senders(64)
    addAll(writes, many)
    assert.strictEqual(sent(many), 64)
    const one = senders(1)
    addAll(writes, one)
    for (let read = 1; read < 32; read++) writes.noteRead()
    assert.strictEqual(sent(one), 0)
    writes.noteRead()
    assert.strictEqual(sent(one), 1)
  })

  it("of one server do not leave with another's, however many those are", () => {
    const one = new PendingWrites()
    const other = new PendingWrites()
    const [waiting, many] = [senders(1), senders(640)]
    addAll(one, waiting)
    addAll(other, many)
    for (let read = 0; read < 320; read++) other.noteRead()
    assert.deepStrictEqual([sent(waiting), sent(many)], [0, 640])
  })
})
