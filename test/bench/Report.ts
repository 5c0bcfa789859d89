/** What a person reads on the terminal: the table's rows, one line each. */
import { type Regression, tolerance } from "./measure/Baseline.ts"
import { judge, type Verdict } from "./measure/Measure.ts"
import type { Machine } from "./measure/Machine.ts"
import type { Row, Unit } from "./Row.ts"
import { Outcome } from "./Run.ts"

/** A verdict in words. */
export const verdicts: Readonly<Record<Verdict, string>> = {
  aim: "aim",
  reach: "reach",
  short: "short",
  noisy: "too noisy to tell",
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
      return `${scaled(value, ["", "k", "M"])}/s`
    case "ms":
    case "µs":
    case "calls":
      return `${ratio(value)} ${name}`
  }
}

/** What is wanted of a row, as `0.85 / 1.00`. */
export const wanted = ({ aim, reach }: Row): string =>
  reach === undefined ? "–" : `${ratio(reach)} / ${aim === undefined ? "–" : ratio(aim)}`

const columns = [16, 16, 9, 8, 13, 13] as const

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
  "verdict"
])

/** The line of one row. */
export const rowLine = (row: Row, outcome: Outcome): string =>
  line([
    row.name,
    wanted(row),
    ...Outcome.match(outcome, {
      Measured: (measured) => [
        ratio(measured.ratio),
        percent(measured.spread),
        figure(measured.ours, row.unit),
        figure(measured.theirs, row.unit),
        verdicts[judge(row, measured)] + (measured.note === undefined ? "" : ` (${measured.note})`)
      ],
      Skipped: ({ missing }) => ["", "", "", "", `skipped: no ${missing.join(", no ")}`],
      Failed: ({ reason }) => ["", "", "", "", `failed: ${reason}`]
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
export const regressionLine = ({ ratio: found, recorded, row }: Regression): string =>
  `${row.name}: ${ratio(found)}, over ${row.tolerance ?? tolerance} times worse than the ${ratio(recorded)} that was recorded`
