import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Logger, Scope } from "effect"
import { TestClock } from "effect/testing"
import { type Event, makeEventLog } from "../../src/telemetry/EventLog.ts"

/** Runs `use` with a eventLog and all that it has written so far. */
const withJournal = <E>(
  use: (eventLog: {
    readonly lines: Array<string>
    readonly note: (event: Event, times: number) => Effect.Effect<void>
    readonly close: Effect.Effect<void>
  }) => Effect.Effect<void, E>
) => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
    lines.push([level, message, ...Object.values(annotations)].map(String).join(" "))
  })
  return Effect.gen(function* () {
    const scope = yield* Scope.make()
    const eventLog = yield* Scope.provide(makeEventLog, scope)
    yield* use({
      lines,
      note: (event, times) =>
        Effect.repeat(eventLog.log(event, { address: "a" }), { times: times - 1 }),
      close: Scope.close(scope, Exit.void)
    })
  }).pipe(Effect.provide(Logger.layer([logger])))
}

const failed = "WARN authentication.failed a"
const tenFailed = Array.from({ length: 10 }, () => failed)

describe("a eventLog", () => {
  it.effect("writes ten refusals a second at most, and then says how many it left out", () =>
    withJournal(({ lines, note }) =>
      Effect.gen(function* () {
        yield* note("authentication.failed", 1010)
        assert.deepStrictEqual(lines, tenFailed)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(lines[10], "WARN log.suppressed authentication.failed 1000")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(lines.length, 11)
        yield* note("authentication.failed", 1)
        assert.strictEqual(lines[11], failed)
      })
    )
  )

  it.effect("writes of one event however many there are of another", () =>
    withJournal(({ lines, note }) =>
      Effect.gen(function* () {
        yield* note("connection.refused", 1000)
        yield* note("connection.closed", 1000)
        assert.strictEqual(lines.filter((line) => line === "INFO connection.closed a").length, 100)
      })
    )
  )

  it.effect("says at its end what it left out in its last second", () =>
    withJournal(({ close, lines, note }) =>
      Effect.gen(function* () {
        yield* note("authentication.failed", 12)
        yield* close
        assert.deepStrictEqual(lines, [...tenFailed, "WARN log.suppressed authentication.failed 2"])
      })
    )
  )
})
