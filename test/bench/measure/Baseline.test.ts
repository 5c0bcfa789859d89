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
const baseline = { rate: { ratio: 0.8 }, time: { ratio: 2 } }

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

  it("fails only where the best of its rounds does", () => {
    assert.deepStrictEqual(worse({ rate: [0.1, 0.2, 0.5], time: [3.9, 6, 9] }), [])
    assert.deepStrictEqual(worse({ rate: [0.1, 0.2, 0.39], time: [4.1, 6, 9] }), ["rate", "time"])
  })

  it("fails though a round of the other side was spoiled", () => {
    const rounds = [
      { ours: 5, theirs: 1 },
      { ours: 5, theirs: 9 }
    ]
    const run = {
      ...found({}),
      outcomes: { time: Outcome.cases.Measured.make(summarize(rounds)) }
    }
    assert.deepStrictEqual(
      regressions(baseline, rows, run).map(({ ratio }) => ratio),
      [5]
    )
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

describe("processors' times", () => {
  const compared = (ratio: number) => summarize([{ ours: ratio, theirs: 1 }])
  const taking = (ratio: number): Run => ({
    ...found({}),
    outcomes: {
      rate: Outcome.cases.Measured.make({ ...compared(1), processor: compared(ratio) })
    }
  })
  const recorded = { rate: { ratio: 0.8, processor: 1.2 } }

  it("are held as well, with a tolerance of their own", () => {
    const held = [{ ...row("rate", commandsPerSecond), processor: { tolerance: 1.25 } }]
    const worse = (rows: ReadonlyArray<Row>, ratio: number) =>
      regressions(recorded, rows, taking(ratio)).map(({ of, tolerance }) => [of, tolerance])
    assert.deepStrictEqual(worse(held, 1.49), [])
    assert.deepStrictEqual(worse(held, 1.51), [["processor", 1.25]])
    assert.deepStrictEqual(worse(rows, 2.39), [])
    assert.deepStrictEqual(worse(rows, 2.41), [["processor", 2]])
  })

  it("are recorded where their rounds agree", () => {
    assert.deepStrictEqual(record(recorded, taking(1.1)), { rate: { ratio: 1, processor: 1.1 } })
    const apart = {
      ...compared(1),
      processor: summarize([1, 2, 3].map((ours) => ({ ours, theirs: 1 })))
    }
    const run = { ...found({}), outcomes: { rate: Outcome.cases.Measured.make(apart) } }
    assert.deepStrictEqual(record(recorded, run), { rate: { ratio: 1, processor: 1.2 } })
  })
})

describe("a baseline", () => {
  it("takes the rows that were measured, and keeps the others", () => {
    assert.deepStrictEqual(record(baseline, found({ rate: [0.98765] })), {
      rate: { ratio: 0.988 },
      time: { ratio: 2 }
    })
  })

  it("takes no row whose rounds disagree", () => {
    assert.deepStrictEqual(record(baseline, found({ rate: [1, 2, 3] })), baseline)
  })
})
