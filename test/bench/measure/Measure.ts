/**
 * Takes both figures of a row in turn, and makes one ratio of all rounds. What the figures are it does not know.
 *
 * The spread is the distance between the quartiles of the rounds' ratios, as a part of their median: unlike the whole
 * range it does not grow with the number of rounds, and one round that another program spoiled does not decide it.
 */
import { Effect } from "effect"
import type { Contest, Row, Trouble } from "../Row.ts"

/** The figures of one round. */
export interface Round {
  readonly ours: number
  readonly theirs: number
}

/** All rounds of a row, and what they come to. */
export interface Measured {
  /** The median of the rounds' ratios. */
  readonly ratio: number
  /** The middle half of the ratios, as a part of the median. */
  readonly spread: number
  /** The medians of the figures themselves, in the row's unit. */
  readonly ours: number
  readonly theirs: number
  readonly rounds: ReadonlyArray<Round>
}

/** Above this spread a row does not tell. */
export const mostSpread = 0.25

/** The value below which this part of the values lies, between two of them in proportion. */
export const quantile = (values: ReadonlyArray<number>, part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** The value in the middle. */
export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

/** What rounds come to. */
export const summarize = (rounds: ReadonlyArray<Round>): Measured => {
  const ratios = rounds.map(({ ours, theirs }) => ours / theirs)
  const ratio = median(ratios)
  return {
    ratio,
    spread: (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / ratio,
    ours: median(rounds.map(({ ours }) => ours)),
    theirs: median(rounds.map(({ theirs }) => theirs)),
    rounds
  }
}

/** How a ratio stands to what is wanted of its row. */
export type Verdict = "aim" | "reach" | "short" | "noisy" | "report"

/** Whether the first ratio is as good as the second. */
export const isAtLeast = ({ unit }: Pick<Row, "unit">, ratio: number, wanted: number): boolean =>
  unit.better === "more" ? ratio >= wanted : ratio <= wanted

/** The verdict on a ratio. */
export const judge = (
  row: Pick<Row, "unit" | "reach" | "aim">,
  { ratio, spread }: Pick<Measured, "ratio" | "spread">
): Verdict => {
  if (spread > mostSpread) return "noisy"
  if (row.reach === undefined) return "report"
  if (row.aim !== undefined && isAtLeast(row, ratio, row.aim)) return "aim"
  return isAtLeast(row, ratio, row.reach) ? "reach" : "short"
}

/** Measures a contest: ours, theirs, ours, theirs… after one turn of each that warms up what is made once. */
export const inTurn = (
  { ours, theirs }: Contest,
  rounds: number
): Effect.Effect<Measured, Trouble> =>
  Effect.all({ ours, theirs }).pipe(
    Effect.andThen(
      Effect.forEach(Array.from({ length: rounds }), () => Effect.all({ ours, theirs }))
    ),
    Effect.map(summarize)
  )
