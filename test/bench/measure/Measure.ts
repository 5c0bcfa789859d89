/**
 * Takes both figures of a row in turn, and makes one ratio of all rounds. What the figures are it does not know.
 *
 * The spread is the distance between the quartiles of the rounds' ratios, as a part of their median: unlike the whole
 * range it does not grow with the number of rounds, and one round that another program spoiled does not decide it.
 */
import { Effect } from "effect"
import type { Contest, Sample, Trouble, Unit, Wanted } from "../Row.ts"

/** The figures of one round. */
export interface Round {
  readonly ours: number
  readonly theirs: number
}

/** One figure of all rounds, and what it comes to. */
export interface Compared {
  /** The median of the rounds' ratios. */
  readonly ratio: number
  /** The middle half of the ratios, as a part of the median. */
  readonly spread: number
  /** The medians of the figures themselves. */
  readonly ours: number
  readonly theirs: number
  readonly rounds: ReadonlyArray<Round>
}

/** All rounds of a row: its own figure, in its unit, and what else both sides had measured. */
export interface Measured extends Compared {
  /** The processors' time for the same work, in microseconds. */
  readonly processor?: Compared
  /** How many cores the load kept busy: the medians. */
  readonly load?: Round
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
export const summarize = (rounds: ReadonlyArray<Round>): Compared => {
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

/** Both sides of a round. */
interface Samples {
  readonly ours: Sample
  readonly theirs: Sample
}

/** One of the figures that a round may have; of time below a tick of its clock (zero) there is no ratio. */
const only = (
  samples: ReadonlyArray<Samples>,
  key: "processor" | "load"
): ReadonlyArray<Round> | undefined => {
  const rounds = samples.flatMap(({ ours, theirs }) =>
    ours[key] === undefined || theirs[key] === undefined
      ? []
      : [{ ours: ours[key], theirs: theirs[key] }]
  )
  const isBelowTick = key === "processor" && rounds.some(({ ours, theirs }) => ours * theirs === 0)
  return rounds.length === 0 || isBelowTick ? undefined : rounds
}

/** What samples come to. */
const measured = (samples: ReadonlyArray<Samples>): Measured => {
  const processor = only(samples, "processor")
  const load = only(samples, "load")
  return {
    ...summarize(samples.map(({ ours, theirs }) => ({ ours: ours.figure, theirs: theirs.figure }))),
    ...(processor === undefined ? {} : { processor: summarize(processor) }),
    ...(load === undefined
      ? {}
      : {
          load: {
            ours: median(load.map(({ ours }) => ours)),
            theirs: median(load.map(({ theirs }) => theirs))
          }
        })
  }
}

/** From so much of a core on, the load is what limits a figure: it asks as fast as it can, and the server waits. */
export const mostLoad = 0.9

/** Whether the load was the limit on either side, so that the ratio tells less of the servers than of it. */
export const isLoadBound = ({ load }: Pick<Measured, "load">): boolean =>
  load !== undefined && Math.max(load.ours, load.theirs) >= mostLoad

/** How a ratio stands to what is wanted of it. */
export type Verdict = "aim" | "reach" | "short" | "noisy" | "load" | "report"

/** Whether the first ratio is as good as the second. */
export const isAtLeast = (
  { better }: Pick<Unit, "better">,
  ratio: number,
  wanted: number
): boolean => (better === "more" ? ratio >= wanted : ratio <= wanted)

/** The verdict on a ratio. */
export const judge = (
  { aim, reach }: Wanted,
  unit: Pick<Unit, "better">,
  { ratio, spread, ...rest }: Pick<Measured, "ratio" | "spread" | "load">
): Verdict => {
  if (spread > mostSpread) return "noisy"
  if (reach === undefined) return "report"
  if (isLoadBound(rest)) return "load"
  if (aim !== undefined && isAtLeast(unit, ratio, aim)) return "aim"
  return isAtLeast(unit, ratio, reach) ? "reach" : "short"
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
    Effect.map(measured)
  )
