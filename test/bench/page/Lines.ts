/**
 * What the runs that are kept say of each row, over all machines: the range of its ratios, and a verdict that is that of
 * the machine on which it does worst. Knows nothing of Markdown.
 */
import { Schema } from "effect"
import type { Machine } from "../measure/Machine.ts"
import {
  type Compared,
  isLoadBound,
  judge,
  median,
  mostSpread,
  type Verdict
} from "../measure/Measure.ts"
import { microseconds, type Row, type Unit, type Wanted } from "../Row.ts"
import { type Outcome, Run } from "../Run.ts"

/** How many measurements of a row are kept of each machine, the last ones. */
export const kept = 3

/** The runs that are kept. */
export const Runs = Schema.Array(Run)

type Measured = Extract<Outcome, { readonly _tag: "Measured" }>

/** Whether two runs are taken as of one machine: by what the machine says of itself. */
export const machineName = ({ cores, kernel, memory, processor }: Machine): string =>
  `${processor}, ${cores} cores, ${memory} GiB of memory, ${kernel}`

const byMachine = (runs: ReadonlyArray<Run>): ReadonlyArray<ReadonlyArray<Run>> => [
  ...Map.groupBy(runs, ({ machine }) => machineName(machine)).values()
]

/** The last measurements of a row on each machine that have what is asked for, the oldest first. */
const lastOf = (
  runs: ReadonlyArray<Run>,
  name: string,
  has: (measured: Measured) => boolean
): ReadonlyArray<ReadonlyArray<Measured>> =>
  byMachine(runs).flatMap((runs) => {
    const measured = runs
      .map(({ outcomes }) => outcomes[name])
      .filter((outcome) => outcome?._tag === "Measured")
      .filter(has)
      .slice(-kept)
    return measured.length === 0 ? [] : [measured]
  })

const any = () => true
const hasProcessor = ({ processor }: Measured) => processor !== undefined

/** The runs that some row still shows, with this one; a run with a few rows replaces the oldest figures of those. */
export const append = (runs: ReadonlyArray<Run>, run: Run): ReadonlyArray<Run> => {
  const all = [...runs, run]
  const names = new Set(all.flatMap(({ outcomes }) => Object.keys(outcomes)))
  const used = new Set<Outcome>(
    [...names].flatMap((name) =>
      [any, hasProcessor].flatMap((has) => lastOf(all, name, has).flat())
    )
  )
  return all.filter(({ outcomes }) => Object.values(outcomes).some((outcome) => used.has(outcome)))
}

/** A ratio over machines and runs. */
export interface Range {
  readonly low: number
  readonly high: number
  /** The median on the machine on which it is worst. */
  readonly worst: number
  readonly verdict: Verdict
}

/** A measurement as far as one of its ratios goes. */
type Ratio = Pick<Compared, "ratio" | "spread"> & Pick<Measured, "load">

/** Measurements that were too noisy have no say unless all were, nor those that tell of the load where others do not. */
const rangeOf = (
  wanted: Wanted,
  unit: Unit,
  machines: ReadonlyArray<ReadonlyArray<Ratio>>
): Range => {
  const quiet = (ratio: Ratio) => ratio.spread <= mostSpread
  const telling = (ratio: Ratio) => quiet(ratio) && !isLoadBound(ratio)
  const all = machines.flat()
  const [told, verdict] = all.some(telling)
    ? [telling, undefined]
    : all.some(quiet)
      ? [quiet, judge(wanted, unit, all.find(quiet) ?? { ratio: 1, spread: 0 })]
      : [() => true, "noisy" as const]
  const medians = machines.flatMap((ratios) => {
    const some = ratios.filter(told)
    return some.length === 0 ? [] : [median(some.map(({ ratio }) => ratio))]
  })
  const worst = unit.better === "more" ? Math.min(...medians) : Math.max(...medians)
  const shown = (all.some(quiet) ? all.filter(quiet) : all).map(({ ratio }) => ratio)
  return {
    low: Math.min(...shown),
    high: Math.max(...shown),
    worst,
    verdict: verdict ?? judge(wanted, unit, { ratio: worst, spread: 0 })
  }
}

/** A row, and what is known of it. */
export interface Line {
  readonly row: Row
  /** Its last measurement. */
  readonly last: Measured
  readonly range: Range
  /** Of the processors' times. */
  readonly processor?: Range
  /** How many cores the load kept busy at most: the median over the measurements. */
  readonly load?: number
  readonly measurements: number
  readonly machines: number
  readonly notes: ReadonlyArray<string>
}

/** The lines of the rows that were measured. */
export const lines = (rows: ReadonlyArray<Row>, runs: ReadonlyArray<Run>): ReadonlyArray<Line> =>
  rows.flatMap((row) => {
    const machines = lastOf(runs, row.name, any)
    const all = machines.flat()
    const last = runs
      .map(({ outcomes }) => outcomes[row.name])
      .findLast((outcome) => outcome?._tag === "Measured")
    if (last === undefined) return []
    const processors = lastOf(runs, row.name, hasProcessor).map((measured) =>
      measured.flatMap(({ processor }) => (processor === undefined ? [] : [processor]))
    )
    const loads = all.flatMap(({ load }) =>
      load === undefined ? [] : [Math.max(load.ours, load.theirs)]
    )
    return [
      {
        row,
        last,
        range: rangeOf(row, row.unit, machines),
        ...(processors.flat().length === 0
          ? {}
          : { processor: rangeOf(row.processor ?? {}, microseconds, processors) }),
        ...(loads.length === 0 ? {} : { load: median(loads) }),
        measurements: all.length,
        machines: machines.length,
        notes: [...new Set(all.flatMap(({ note }) => note ?? []))]
      }
    ]
  })
