/**
 * What the smoke run is held against: the ratios of an earlier one, in baseline.json. Tolerances are wide, for it runs
 * on machines that others use: a ratio fails where it is worse than half of what was recorded, unless the row says
 * otherwise because the machine has little say in it. The best rounds of both sides are held: noise alone is no
 * regression, and no alibi for one.
 */
import { Schema } from "effect"
import { type Compared, isAtLeast, mostSpread } from "./Measure.ts"
import { microseconds, type Row, type Unit, type Wanted } from "../Row.ts"
import type { Run } from "../Run.ts"

/** What was recorded of a row. */
const Ratios = Schema.Struct({ ratio: Schema.Number, processor: Schema.optionalKey(Schema.Number) })

/** By the rows' names. */
export const Baseline = Schema.Record(Schema.String, Ratios)
export type Baseline = typeof Baseline.Type

/** How much worse than recorded a ratio may be, unless its row says otherwise. */
export const tolerance = 2

/**
 * The ratio of the best rounds of both sides: another program may spoil some rounds of either, and a way that became longer
 * spoils all of ours. The best round's ratio would be that of a round in which theirs was spoiled.
 */
const best = ({ rounds }: Compared, { better }: Unit): number => {
  const bestOf = better === "more" ? Math.max : Math.min
  return bestOf(...rounds.map(({ ours }) => ours)) / bestOf(...rounds.map(({ theirs }) => theirs))
}

/** A ratio that became worse than it may be: the row's own, or that of the processors' times. */
export interface Regression {
  readonly row: Row
  readonly of: "figure" | "processor"
  readonly ratio: number
  readonly recorded: number
  readonly tolerance: number
}

/** All that did. What was not measured, or not recorded, is none. */
export const regressions = (
  baseline: Baseline,
  rows: ReadonlyArray<Row>,
  { outcomes }: Run
): ReadonlyArray<Regression> =>
  rows.flatMap((row) => {
    const outcome = outcomes[row.name]
    const recorded = baseline[row.name]
    if (outcome?._tag !== "Measured" || recorded === undefined) return []
    const compare = (
      of: Regression["of"],
      { tolerance: most = tolerance }: Wanted,
      unit: Unit,
      found: Compared | undefined,
      before: number | undefined
    ): ReadonlyArray<Regression> => {
      if (found === undefined || before === undefined) return []
      const ratio = best(found, unit)
      const limit = unit.better === "more" ? before / most : before * most
      return isAtLeast(unit, ratio, limit)
        ? []
        : [{ row, of, ratio, recorded: before, tolerance: most }]
    }
    return [
      ...compare("figure", row, row.unit, outcome, recorded.ratio),
      ...compare(
        "processor",
        row.processor ?? {},
        microseconds,
        outcome.processor,
        recorded.processor
      )
    ]
  })

const digits = (ratio: number): number => Number(ratio.toPrecision(3))

/** The ratios of a run, over those that were recorded before; rows whose rounds disagree keep theirs. */
export const record = (baseline: Baseline, { outcomes }: Run): Baseline => ({
  ...baseline,
  ...Object.fromEntries(
    Object.entries(outcomes).flatMap(([name, outcome]) => {
      if (outcome._tag !== "Measured" || outcome.spread > mostSpread) return []
      const { processor } = outcome
      const of =
        processor === undefined || processor.spread > mostSpread
          ? baseline[name]?.processor
          : digits(processor.ratio)
      return [
        [
          name,
          { ratio: digits(outcome.ratio), ...(of === undefined ? {} : { processor: of }) }
        ] as const
      ]
    })
  )
})
