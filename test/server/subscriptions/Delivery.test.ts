/** When a follower of the changes is behind: where it takes nothing, and too much waits for it. */
import { assert, describe, it } from "@effect/vitest"
import { Delivery } from "../../../src/server/subscriptions/Delivery.ts"
import { created, recorderOf } from "../../support/values/Changes.ts"

const most = 8 * 1024 * 1024

/** A log, a follower of it, and what records new names until the log holds so many bytes. */
const setUp = () => {
  const { changes, record } = recorderOf(2 * most)
  const delivery = new Delivery(changes)
  let recorded = 0
  return {
    delivery,
    fill: (bytes: number): void => {
      while (changes.held() < bytes) record([created(`${"n".repeat(2000)}/${recorded++}`)])
    }
  }
}

/** It is looked at so often; whether it was behind the last time. */
const look = (delivery: Delivery, times: number): boolean =>
  Array.from({ length: times }, () => delivery.isBehind()).at(-1) === true

describe("a follower of the changes", () => {
  it("is behind where it takes nothing for five looks while 8 MiB of the log wait", () => {
    const { delivery, fill } = setUp()
    fill(most + 10_000)
    delivery.noteSending()
    assert.isFalse(look(delivery, 4))
    assert.isFalse(delivery.isOver)
    assert.isTrue(look(delivery, 1))
    delivery.noteSent()
    assert.isTrue(delivery.isOver)
  })

  it("is not while less waits, whatever it takes, nor while it takes what it is sent", () => {
    const { delivery, fill } = setUp()
    fill(most - 10_000)
    delivery.noteSending()
    assert.isFalse(look(delivery, 100))
    delivery.noteSent()
    fill(most + 10_000)
    assert.isFalse(look(delivery, 100))
    delivery.noteSending()
    assert.isFalse(look(delivery, 4))
    delivery.noteSent()
    delivery.noteSending()
    assert.isFalse(look(delivery, 4))
  })

  it("is where it comes from another epoch, whatever its place there, for it is told all that the log holds", () => {
    for (const sequence of [0, 1_000_000]) {
      const { delivery, fill } = setUp()
      delivery.place = { epoch: delivery.place.epoch - 1, sequence }
      delivery.noteSending()
      fill(most - 10_000)
      assert.isFalse(look(delivery, 100))
      fill(most + 10_000)
      assert.isTrue(look(delivery, 1))
    }
  })

  it("is not where what waits is nearer than its place", () => {
    const { delivery, fill } = setUp()
    fill(most)
    delivery.place = { ...delivery.place, sequence: 1000 }
    fill(most + 10_000)
    delivery.noteSending()
    assert.isFalse(look(delivery, 100))
  })
})
