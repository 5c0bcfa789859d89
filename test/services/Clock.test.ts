import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Clock } from "../../src/services/Clock.ts"

const clockIn = (zone?: DateTime.TimeZone) =>
  Effect.map(Layer.build(Clock.layer(zone)), (context) => Context.get(context, Clock))

describe("the clock", () => {
  it.effect("tells the time as it goes by, to the second", () =>
    Effect.gen(function* () {
      const clock = yield* clockIn(DateTime.zoneMakeOffset(0))
      assert.strictEqual(clock.now(), "00:00:00")
      yield* TestClock.adjust(999)
      assert.strictEqual(clock.now(), "00:00:00")
      yield* TestClock.adjust(1)
      assert.strictEqual(clock.now(), "00:00:01")
      yield* TestClock.adjust("13 hours")
      assert.strictEqual(clock.now(), "13:00:01")
      yield* TestClock.adjust("10 hours")
      yield* TestClock.adjust("59 minutes")
      yield* TestClock.adjust("58 seconds")
      assert.strictEqual(clock.now(), "23:59:59")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(clock.now(), "00:00:00")
    })
  )

  it.effect("tells it again when it was set back", () =>
    Effect.gen(function* () {
      const clock = yield* clockIn(DateTime.zoneMakeOffset(0))
      yield* TestClock.setTime(5_000)
      assert.strictEqual(clock.now(), "00:00:05")
      yield* TestClock.setTime(2_000)
      assert.strictEqual(clock.now(), "00:00:02")
    })
  )

  it.effect("tells the host's time where no zone is given", () =>
    Effect.gen(function* () {
      const [host, local] = [yield* clockIn(), yield* clockIn(DateTime.zoneMakeLocal())]
      for (const month of [0, 3, 6, 9]) {
        yield* TestClock.setTime(Date.UTC(2026, month, 15, 2, 34, 56))
        assert.strictEqual(host.now(), local.now())
      }
    })
  )

  it.effect("tells the time of its own zone, summer time included", () =>
    Effect.gen(function* () {
      const lisbon = yield* clockIn(DateTime.zoneMakeNamedUnsafe("Europe/Lisbon"))
      const saoPaulo = yield* clockIn(DateTime.zoneMakeNamedUnsafe("America/Sao_Paulo"))
      yield* TestClock.setTime(Date.UTC(2026, 0, 15, 12, 34, 56))
      assert.deepStrictEqual([lisbon.now(), saoPaulo.now()], ["12:34:56", "09:34:56"])
      yield* TestClock.setTime(Date.UTC(2026, 6, 15, 12, 34, 56))
      assert.deepStrictEqual([lisbon.now(), saoPaulo.now()], ["13:34:56", "09:34:56"])
    })
  )
})
