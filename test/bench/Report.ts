/** What a person reads on the terminal: the table's rows, one line each. */
import type { Regression } from "./measure/Baseline.ts"
import { type Compared, judge, type Measured, type Verdict } from "./measure/Measure.ts"
import type { Machine } from "./measure/Machine.ts"
import { microseconds, type Row, type Unit, type Wanted } from "./Row.ts"
import { Outcome } from "./Run.ts"

/** A verdict in words. */
export const verdicts: Readonly<Record<Verdict, string>> = {
  aim: "aim",
  reach: "reach",
  short: "short",
  noisy: "too noisy to tell",
  load: "the load is the limit",
  report: "–"
}

/** Two or three digits that mean something. */
export const ratio = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

/** A spread, in percent. */
export const percent = (spread: number): string => `${(spread * 100).toFixed(0)} %`

const step = 1000

const scaled = (value: number, prefixes: ReadonlyArray<string>): string => {
  let prefix = 0
  let rest = value
  for (; rest >= step && prefix < prefixes.length - 1; prefix++) rest /= step
  return `${ratio(rest)} ${prefixes[prefix] ?? ""}`
}

/** A figure with its unit. */
export const figure = (value: number, { name }: Unit): string => {
  switch (name) {
    case "bytes":
      return `${scaled(value, ["", "k", "M", "G"])}B`
    case "bytes/s":
      return `${scaled(value, ["", "k", "M", "G"])}B/s`
    case "commands/s":
    case "requests/s":
    case "handshakes/s":
      return `${scaled(value, ["", "k", "M"])}/s`
    case "µs":
      return value < 10 * step ? `${ratio(value)} µs` : `${ratio(value / step)} ms`
    case "ms":
    case "calls":
      return `${ratio(value)} ${name}`
  }
}

/** What is wanted, as `0.85 / 1.00`. */
export const wanted = ({ aim, reach }: Wanted): string =>
  reach === undefined ? "–" : `${ratio(reach)} / ${aim === undefined ? "–" : ratio(aim)}`

const columns = [20, 13, 6, 7, 11, 11, 8, 13, 6, 7, 11, 11, 6] as const

const line = (cells: ReadonlyArray<string>): string =>
  cells.map((cell, index) => cell.padEnd(columns[index] ?? 0)).join(" ")

/** The first line. */
export const head: string = line([
  "row",
  "reach / aim",
  "ratio",
  "spread",
  "ours",
  "theirs",
  "load",
  "processor",
  "ratio",
  "spread",
  "ours",
  "theirs",
  "verdict"
])

const cores = (load: number): string => load.toFixed(1)

/** The verdicts on the row's own ratio and on the processors', for both count. */
const verdictsOf = (row: Row, measured: Measured): string =>
  [
    verdicts[judge(row, row.unit, measured)],
    ...(measured.processor === undefined
      ? []
      : [verdicts[judge(row.processor ?? {}, microseconds, measured.processor)]])
  ].join("; ")

const comparedCells = (compared: Compared, unit: Unit): ReadonlyArray<string> => [
  ratio(compared.ratio),
  percent(compared.spread),
  figure(compared.ours, unit),
  figure(compared.theirs, unit)
]

/** The line of one row. */
export const rowLine = (row: Row, outcome: Outcome): string =>
  line([
    row.name,
    ...Outcome.match(outcome, {
      Measured: (measured) => [
        wanted(row),
        ...comparedCells(measured, row.unit),
        measured.load === undefined
          ? ""
          : `${cores(measured.load.ours)} ${cores(measured.load.theirs)}`,
        ...(measured.processor === undefined
          ? ["", "", "", "", ""]
          : [wanted(row.processor ?? {}), ...comparedCells(measured.processor, microseconds)]),
        verdictsOf(row, measured) + (measured.note === undefined ? "" : ` (${measured.note})`)
      ],
      Skipped: ({ missing }) => [`skipped: no ${missing.join(", no ")}`],
      Failed: ({ reason }) => [`failed: ${reason}`]
    })
  ])

/** What `--list` prints of a row. */
export const listLine = (row: Row): string => `${row.name.padEnd(24)} ${row.what}; ${row.peer}`

/** The machine and the versions, one line. */
export const machineLine = ({
  cores,
  files,
  kernel,
  memory,
  processor,
  versions
}: Machine): string =>
  [
    `${processor}, ${cores} cores, ${memory} GiB, ${kernel}, files in ${files}`,
    Object.entries(versions)
      .map(([program, version]) => `${program} ${version}`)
      .join(", ")
  ].join("; ")

/** What is said of a row that became worse. */
export const regressionLine = ({
  of,
  ratio: found,
  recorded,
  row,
  tolerance
}: Regression): string =>
  `${row.name}${of === "processor" ? ", processor's time" : ""}: ${ratio(found)}, over ${tolerance} times worse than the ${ratio(recorded)} that was recorded`
