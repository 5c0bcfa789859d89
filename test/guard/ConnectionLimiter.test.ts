import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Exit, Schema, Scope } from "effect"
import { type ConnectionLimiter, makeConnectionLimiter } from "../../src/guard/ConnectionLimiter.ts"

const many = 1_000_000

/** How many of these come in one after the other, none leaving. */
const entering = (limiter: ConnectionLimiter, addresses: ReadonlyArray<string>): number =>
  addresses.filter((address) => limiter.enter(address)).length

const times = (count: number, address: string): ReadonlyArray<string> =>
  Array.from({ length: count }, () => address)

/** Whether two addresses are counted together: one may come in, and then the other not. */
const together = (one: string, other: string): boolean => {
  const limiter = makeConnectionLimiter({ connections: many, perAddress: 1 })
  assert.isTrue(limiter.enter(one), one)
  return !limiter.enter(other)
}

describe("a limiter", () => {
  it("lets in so many in all, whoever they are, and one for each that leaves", () => {
    const limiter = makeConnectionLimiter({ connections: 3, perAddress: many })
    const addresses = ["192.0.2.1", "127.0.0.1", "2001:db8::1", "192.0.2.2"]
    assert.strictEqual(entering(limiter, addresses), 3)
    assert.isFalse(limiter.enter("127.0.0.1"))
    limiter.leave("2001:db8::1")
    assert.isTrue(limiter.enter("192.0.2.2"))
    assert.isFalse(limiter.enter("192.0.2.2"))
  })

  it("lets in so many from one address, and others all the same", () => {
    const limiter = makeConnectionLimiter({ connections: many, perAddress: 2 })
    assert.strictEqual(entering(limiter, times(5, "192.0.2.1")), 2)
    assert.strictEqual(entering(limiter, times(5, "192.0.2.2")), 2)
    limiter.leave("192.0.2.1")
    assert.strictEqual(entering(limiter, times(5, "192.0.2.1")), 1)
  })

  it.effect("counts transfers with connections, and tells either that there is no room", () =>
    Effect.gen(function* () {
      const limiter = makeConnectionLimiter({ connections: 3, perAddress: many, descriptors: 4 })
      assert.strictEqual(entering(limiter, times(2, "192.0.2.1")), 2)
      const scope = yield* Scope.make()
      const transfer = Scope.provide(limiter.transfer, scope)
      yield* Effect.andThen(transfer, transfer)
      const refused = yield* Effect.flip(transfer)
      assert.strictEqual(
        String(refused.cause),
        "Error: 4 descriptors are taken by connections and transfers"
      )
      assert.isFalse(limiter.enter("192.0.2.1"))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(entering(limiter, times(2, "192.0.2.1")), 1)
      yield* Effect.scoped(limiter.transfer)
      yield* Effect.scoped(limiter.transfer)
    })
  )

  it("counts who is turned away in neither number", () => {
    const limiter = makeConnectionLimiter({ connections: 3, perAddress: 1 })
    assert.strictEqual(entering(limiter, times(100, "192.0.2.1")), 1)
    assert.isTrue(limiter.enter("192.0.2.2"))
    assert.isTrue(limiter.enter("192.0.2.3"))
    assert.isFalse(limiter.enter("192.0.2.4"))
    limiter.leave("192.0.2.3")
    // It was full when this one came, and that is not held against its address.
    assert.isTrue(limiter.enter("192.0.2.4"))
  })

  it("takes a /64 of IPv6 for one address, however it is written", () => {
    assert.isTrue(together("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"))
    assert.isTrue(together("2001:db8::1", "2001:0DB8:0:0:1:2:3:4"))
    assert.isTrue(together("fe80::1%eth0", "fe80::2"))
    assert.isFalse(together("2001:db8::1", "2001:db8:0:1::1"))
    assert.isFalse(together("2001:db8::1", "2001:db9::1"))
  })

  it("takes an IPv4 address in IPv6's clothes for the IPv4 address", () => {
    assert.isTrue(together("192.0.2.1", "::ffff:192.0.2.1"))
    assert.isTrue(together("::FFFF:192.0.2.1", "192.0.2.1"))
    assert.isFalse(together("::ffff:192.0.2.1", "::ffff:192.0.2.2"))
  })

  it("counts this machine's own programs only in all", () => {
    for (const address of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) {
      const limiter = makeConnectionLimiter({ connections: 10, perAddress: 1 })
      assert.strictEqual(entering(limiter, times(20, address)), 10, address)
    }
    // What only looks like loopback is not.
    for (const address of ["128.0.0.1", "::2", "::ffff:128.0.0.1", "1::1", "12.7.0.1"]) {
      const limiter = makeConnectionLimiter({ connections: 10, perAddress: 1 })
      assert.strictEqual(entering(limiter, times(20, address)), 1, address)
    }
  })

  it("forgets an address that is gone", () => {
    const limiter = makeConnectionLimiter({ connections: many, perAddress: 3 })
    for (let round = 0; round < 10; round++) {
      assert.strictEqual(entering(limiter, times(5, "192.0.2.1")), 3)
      for (let index = 0; index < 3; index++) limiter.leave("192.0.2.1")
    }
  })
})

/** Addresses, and what each is counted as; loopback as nothing. */
const addresses: ReadonlyArray<readonly [address: string, group: string | undefined]> = [
  ["192.0.2.1", "a"],
  ["::ffff:192.0.2.1", "a"],
  ["192.0.2.2", "b"],
  ["2001:db8::1", "c"],
  ["2001:db8::2:0:0:1", "c"],
  ["2001:db8:0:1::1", "d"],
  ["127.0.0.1", undefined],
  ["::1", undefined]
]

const step = Arbitrary.schema(
  Schema.Struct({
    which: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: addresses.length - 1 })),
    comes: Schema.Boolean
  })
)

it.prop(
  "a limiter's counts are right whoever comes and goes in whatever order",
  [Arbitrary.array(step, { minLength: 0, maxLength: 80 })],
  ([steps]) => {
    const limits = { connections: 9, perAddress: 2 }
    const limiter = makeConnectionLimiter(limits)
    const inside: Array<readonly [address: string, group: string | undefined]> = []
    for (const { comes, which } of steps) {
      const visitor = addresses[which]
      if (visitor === undefined) throw new Error("no such address")
      const [address, group] = visitor
      if (comes) {
        const neighbours = inside.filter(([, other]) => other === group).length
        const room =
          inside.length < limits.connections
          && (group === undefined || neighbours < limits.perAddress)
        assert.strictEqual(limiter.enter(address), room)
        if (room) inside.push(visitor)
      } else {
        // Only who is in can leave.
        const place = inside.findIndex(([inside]) => inside === address)
        if (place === -1) continue
        inside.splice(place, 1)
        limiter.leave(address)
      }
    }
  },
  { arbitrary: { runs: 500 } }
)
