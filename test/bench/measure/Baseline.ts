/**
 * What the smoke run is held against: the ratios of an earlier one, in baseline.json. Tolerances are wide, for it runs
 * on machines that others use: a row fails where its ratio is worse than half of what was recorded, unless the row says
 * otherwise because no machine makes a difference to it. One whose rounds
 * disagree fails only where its best round does: noise alone is no regression, and no alibi for one.
 */
import { Schema } from "effect"
import { isAtLeast, mostSpread } from "./Measure.ts"
import type { Row } from "../Row.ts"
import type { Outcome, Run } from "../Run.ts"

/** Ratios by the rows' names. */
export const Baseline = Schema.Record(Schema.String, Schema.Number)
export type Baseline = typeof Baseline.Type

/** How much worse than recorded a ratio may be, unless its row says otherwise. */
export const tolerance = 2

/** A row's own ratio, or its best round's where the rounds disagree. */
const judged = (
  row: Row,
  { ratio, rounds, spread }: Extract<Outcome, { readonly _tag: "Measured" }>
): number => {
  if (spread <= mostSpread) return ratio
  const ratios = rounds.map(({ ours, theirs }) => ours / theirs)
  return row.unit.better === "more" ? Math.max(...ratios) : Math.min(...ratios)
}

/** A row that became worse than it may be. */
export interface Regression {
  readonly row: Row
  readonly ratio: number
  readonly recorded: number
}

/** All rows that did. Rows that were not measured, or not recorded, are none. */
export const regressions = (
  baseline: Baseline,
  rows: ReadonlyArray<Row>,
  { outcomes }: Run
): ReadonlyArray<Regression> =>
  rows.flatMap((row) => {
    const outcome = outcomes[row.name]
    const recorded = baseline[row.name]
    if (outcome?._tag !== "Measured" || recorded === undefined) return []
    const ratio = judged(row, outcome)
    const most = row.tolerance ?? tolerance
    const limit = row.unit.better === "more" ? recorded / most : recorded * most
    return isAtLeast(row, ratio, limit) ? [] : [{ row, ratio, recorded }]
  })

/** The ratios of a run, over those that were recorded before; rows whose rounds disagree keep theirs. */
export const record = (baseline: Baseline, { outcomes }: Run): Baseline => ({
  ...baseline,
  ...Object.fromEntries(
    Object.entries(outcomes).flatMap(([name, outcome]) =>
      outcome._tag === "Measured" && outcome.spread <= mostSpread
        ? [[name, Number(outcome.ratio.toPrecision(3))]]
        : []
    )
  )
})
