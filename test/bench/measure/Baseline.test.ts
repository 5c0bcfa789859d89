import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { record, regressions } from "./Baseline.ts"
import { summarize } from "./Measure.ts"
import { commandsPerSecond, milliseconds, type Row, type Unit } from "../Row.ts"
import { Outcome, type Run } from "../Run.ts"

const row = (name: string, unit: Unit): Row => ({
  name,
  what: "",
  peer: "",
  unit,
  needs: [],
  contest: () => Effect.die("not measured here")
})

const rows = [row("rate", commandsPerSecond), row("time", milliseconds)]
const baseline = { rate: 0.8, time: 2 }

/** A run in which each row had rounds of these ratios. */
const found = (ratios: Readonly<Record<string, ReadonlyArray<number>>>): Run => ({
  at: "2026-01-02T03:04:05.000Z",
  scale: "smoke",
  machine: { processor: "", cores: 2, kernel: "", memory: 1, files: "/tmp", versions: {} },
  outcomes: Object.fromEntries(
    Object.entries(ratios).map(([name, values]) => [
      name,
      Outcome.cases.Measured.make(summarize(values.map((ours) => ({ ours, theirs: 1 }))))
    ])
  )
})

const worse = (ratios: Readonly<Record<string, ReadonlyArray<number>>>) =>
  regressions(baseline, rows, found(ratios)).map(({ row }) => row.name)

describe("a smoke run", () => {
  it("passes at half of the recorded ratios, and fails below", () => {
    assert.deepStrictEqual(worse({ rate: [0.4], time: [4] }), [])
    assert.deepStrictEqual(worse({ rate: [0.39], time: [4.1] }), ["rate", "time"])
  })

  it("whose rounds disagree fails only where its best round does", () => {
    assert.deepStrictEqual(worse({ rate: [0.1, 0.2, 0.5], time: [3.9, 6, 9] }), [])
    assert.deepStrictEqual(worse({ rate: [0.1, 0.2, 0.39], time: [4.1, 6, 9] }), ["rate", "time"])
  })

  it("is held against nothing where a row was not recorded or not measured", () => {
    assert.deepStrictEqual(regressions({}, rows, found({ rate: [0.001] })), [])
    const skipped = {
      ...found({}),
      outcomes: { rate: Outcome.cases.Skipped.make({ missing: ["wrk"] }) }
    }
    assert.deepStrictEqual(regressions(baseline, rows, skipped), [])
  })
})

describe("a baseline", () => {
  it("takes the rows that were measured, and keeps the others", () => {
    assert.deepStrictEqual(record(baseline, found({ rate: [0.98765] })), { rate: 0.988, time: 2 })
  })

  it("takes no row whose rounds disagree", () => {
    assert.deepStrictEqual(record(baseline, found({ rate: [1, 2, 3] })), baseline)
  })
})
