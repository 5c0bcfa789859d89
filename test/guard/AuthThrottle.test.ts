import { assert, describe, it } from "@effect/vitest"
import { makeAuthThrottle } from "../../src/guard/AuthThrottle.ts"

/** How long each of so many wrong passwords is kept back, in seconds, that come at these times, in seconds. */
const delays = (times: ReadonlyArray<number>, host = "192.0.2.1"): ReadonlyArray<number> => {
  const { add } = makeAuthThrottle()
  return times.map((time) => add(host, time * 1000) / 1000)
}

describe("the answer to a wrong password", () => {
  it("is kept back from the fifth within a minute on, twice as long each time, eight seconds at most", () => {
    assert.deepStrictEqual(delays([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), [0, 0, 0, 0, 1, 2, 4, 8, 8, 8])
  })

  it("is kept back for the fifth only if it is within a minute of the first", () => {
    assert.deepStrictEqual(delays([0, 15, 30, 45, 59.999]), [0, 0, 0, 0, 1])
    assert.deepStrictEqual(delays([0, 15, 30, 45, 60, 75]), [0, 0, 0, 0, 0, 0])
  })

  it("begins again with one second when the address was quiet", () => {
    assert.deepStrictEqual(
      delays([0, 0, 0, 0, 0, 0, 60, 61, 62, 63, 64]),
      [0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1]
    )
  })

  it("is kept back for who tries on at that pace, for ever", () => {
    const patient = delays(Array.from({ length: 1000 }, (_, index) => index * 8))
    assert.isTrue(patient.slice(7).every((delay) => delay === 8))
  })

  it("depends on the /64 of an IPv6 address, and on the whole of an IPv4 one", () => {
    const { add } = makeAuthThrottle()
    for (const host of ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"]) add(host, 0)
    assert.strictEqual(add("2001:db8::5", 0), 1000)
    assert.strictEqual(add("2001:db8:0:1::1", 0), 0)
    for (let time = 0; time < 4; time++) add("192.0.2.1", 0)
    assert.strictEqual(add("192.0.2.2", 0), 0)
    assert.strictEqual(add("::ffff:192.0.2.1", 0), 1000)
  })
})

describe("the table of addresses", () => {
  it("forgets the one that was quiet longest when it is full, and no other", () => {
    const { add } = makeAuthThrottle(2)
    const fill = (host: string) => {
      for (let time = 0; time < 4; time++) add(host, 0)
    }
    fill("192.0.2.1")
    fill("192.0.2.2")
    assert.strictEqual(add("192.0.2.1", 1), 1000)
    add("192.0.2.3", 2)
    assert.strictEqual(add("192.0.2.1", 3), 2000)
    assert.strictEqual(add("192.0.2.2", 4), 0)
  })
})
