/**
 * docs/performance.md and its plots, made of the runs that docs/performance.json keeps. The page is a function of those
 * runs, the rows and the reasons: nobody writes in it.
 */
import { Schema } from "effect"
import { judge, median, type Verdict } from "../measure/Measure.ts"
import { barChart, lineChart } from "./Plot.ts"
import { reasons } from "./Reasons.ts"
import * as Report from "../Report.ts"
import type { Row, Unit } from "../Row.ts"
import { type Outcome, Run } from "../Run.ts"

/** How many runs the page shows of each row. */
export const shown = 3

/** The runs that are kept. */
export const Runs = Schema.Array(Run)

type Measured = Extract<Outcome, { readonly _tag: "Measured" }>

/** The last three measurements of a row, the oldest first. */
const lastOf = (runs: ReadonlyArray<Run>, name: string): ReadonlyArray<Measured> =>
  runs
    .map(({ outcomes }) => outcomes[name])
    .filter((outcome) => outcome?._tag === "Measured")
    .slice(-shown)

/** The runs that some row still shows, with this one; a run with a few rows replaces the oldest figures of those. */
export const append = (runs: ReadonlyArray<Run>, run: Run): ReadonlyArray<Run> => {
  const all = [...runs, run]
  const names = new Set(all.flatMap(({ outcomes }) => Object.keys(outcomes)))
  const used = new Set<Outcome>([...names].flatMap((name) => lastOf(all, name)))
  return all.filter(({ outcomes }) => Object.values(outcomes).some((outcome) => used.has(outcome)))
}

/** A row with its measurements, and what they come to. */
interface Line {
  readonly row: Row
  readonly measured: ReadonlyArray<Measured>
  readonly ratio: number
  readonly verdict: Verdict
}

/** Runs that were too noisy have no say unless all were. */
const lines = (rows: ReadonlyArray<Row>, runs: ReadonlyArray<Run>): ReadonlyArray<Line> =>
  rows.flatMap((row) => {
    const measured = lastOf(runs, row.name)
    if (measured.length === 0) return []
    const quiet = measured.filter((one) => judge(row, one) !== "noisy")
    const ratio = median((quiet.length > 0 ? quiet : measured).map(({ ratio }) => ratio))
    return [
      { row, measured, ratio, verdict: judge(row, { ratio, spread: quiet.length > 0 ? 0 : 1 }) }
    ]
  })

const cells = (values: ReadonlyArray<string>): string =>
  `| ${values.map((value) => value.replaceAll("|", "\\|")).join(" | ")} |`

const verdictCell = (verdict: Verdict): string =>
  verdict === "short" ? "**short**" : Report.verdicts[verdict]

const table = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => [
  cells(["Row", "What", "Against", "Reach / aim", "Ours", "Theirs", ...runTitles, "Verdict"]),
  cells(Array.from({ length: 7 + shown }, () => "---")),
  ...lines.map(({ measured, row, verdict }) =>
    cells([
      `\`${row.name}\``,
      row.what,
      row.peer,
      Report.wanted(row),
      Report.figure(median(measured.map(({ ours }) => ours)), row.unit),
      Report.figure(median(measured.map(({ theirs }) => theirs)), row.unit),
      ...runTitles.map((_, index) => {
        const one = measured[index]
        return one === undefined
          ? ""
          : `${Report.ratio(one.ratio)} ± ${Report.percent(one.spread / 2)}`
      }),
      verdictCell(verdict)
    ])
  )
]

/** Where the machine would not have what a row says. */
const notes = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines.flatMap(({ measured, row }) =>
    [...new Set(measured.flatMap(({ note }) => note ?? []))].flatMap((note) => [
      "",
      `\`${row.name}\`: ${note}.`
    ])
  )

const runTitles = Array.from({ length: shown }, (_, index) => `Run ${index + 1}`)

const shortfalls = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => {
  const short = lines.filter(({ verdict }) => verdict === "short")
  if (short.length === 0) return ["No row with a reach falls short of it."]
  return short.map(({ ratio, row }) =>
    `- \`${row.name}\`: ${Report.ratio(ratio)}, where ${Report.ratio(row.reach ?? 0)} is the reach. ${reasons.get(row.name) ?? ""}`.trimEnd()
  )
}

/** The curves of the shape of the growth: what their axes say. */
const curves: ReadonlyArray<{
  readonly name: string
  readonly title: string
  readonly x: string
  readonly peer: string
}> = [
  {
    name: "connections",
    title: "hora_atual: commands a second",
    x: "connections",
    peer: "redis-server"
  },
  { name: "names", title: "Listing: milliseconds", x: "names", peer: "find | sort" },
  { name: "transfers", title: "Most memory held", x: "transfers at once", peer: "nginx" }
]

const short = (value: number): string =>
  value >= 1e6 ? `${value / 1e6} M` : value >= 1e3 ? `${value / 1e3} k` : String(value)

const curvePlot = (
  { name, peer, title, x }: (typeof curves)[number],
  lines: ReadonlyArray<Line>
): ReadonlyArray<readonly [file: string, svg: string]> => {
  const points = lines.flatMap(({ measured, row }) =>
    row.curve?.name === name
      ? [
          {
            at: row.curve.at,
            unit: row.unit,
            ours: median(measured.map(({ ours }) => ours)),
            theirs: median(measured.map(({ theirs }) => theirs))
          }
        ]
      : []
  )
  const unit: Unit | undefined = points[0]?.unit
  if (unit === undefined) return []
  const svg = lineChart({
    title,
    x,
    showX: short,
    showY: (value) => Report.figure(value, unit).replace(/\.0+(?= )/, ""),
    lines: [
      { name: "app serve", points: points.map(({ at, ours }) => [at, ours] as const) },
      { name: peer, points: points.map(({ at, theirs }) => [at, theirs] as const) }
    ]
  })
  return [[`performance-${name}.svg`, svg]]
}

/** Rows that have a reach, as bars in which longer is better. */
const bars = (lines: ReadonlyArray<Line>): string =>
  barChart(
    "Beside each row's peer: longer is better",
    "peer",
    lines
      .filter(({ row }) => row.reach !== undefined)
      .map(({ ratio, row, verdict }) => {
        const better = (value: number) => (row.unit.better === "more" ? value : 1 / value)
        return {
          name: row.name,
          ratio: better(ratio),
          aim: row.aim === undefined ? undefined : better(row.aim),
          noisy: verdict === "noisy"
        }
      })
  )

const when = (at: string): string => at.slice(0, 16).replace("T", " ")

/** The files of the page, by their names in docs/. */
export const page = (
  rows: ReadonlyArray<Row>,
  runs: ReadonlyArray<Run>
): ReadonlyArray<readonly [file: string, content: string]> => {
  const found = lines(rows, runs)
  const plots = [
    ["performance-ratios.svg", bars(found)] as const,
    ...curves.flatMap((curve) => curvePlot(curve, found))
  ]
  const last = runs.at(-1)
  const growth = found.filter(({ row }) => row.curve !== undefined)
  const others = found.filter(({ row }) => row.curve === undefined)
  const markdown = [
    "# Performance",
    "",
    "Measured by `npm run bench` and written by `npm run bench -- --write`: every figure here comes from a run, none from a hand.",
    "",
    "A ratio is ours divided by the peer's, both measured in the same run, in turn, several rounds; it stands with its spread, half the distance between the quartiles of the rounds. Of time and memory less is better, of everything else more. Where the quartiles lie over 25 % apart the machine was too noisy to tell. The last three measurements of each row are shown, each from a run of its own.",
    "",
    ...table(others),
    ...notes(others),
    "",
    "![Ratios of the rows that have a reach](performance-ratios.svg)",
    "",
    "The blue bar is ours, the line in the middle the peer, the orange mark the aim; pale bars were too noisy to tell.",
    "",
    "## What falls short, and why",
    "",
    ...shortfalls(found),
    "",
    "## The shape of the growth",
    "",
    ...table(growth),
    ...notes(growth),
    "",
    ...curves
      .filter(({ name }) => growth.some(({ row }) => row.curve?.name === name))
      .flatMap(({ name, title }) => [`![${title}](performance-${name}.svg)`, ""]),
    "## The machine",
    "",
    ...(last === undefined
      ? []
      : [
          `${last.machine.processor}, ${last.machine.cores} cores, ${last.machine.memory} GiB of memory, ${last.machine.kernel}. Files are served from and fetched to \`${last.machine.files}\`. Load and server share the machine, so a row in which both are busy needs two cores.`,
          "",
          ...Object.entries(last.machine.versions).map(
            ([program, version]) => `- ${program} ${version}`
          ),
          "",
          `Runs: ${runs.map(({ at }) => when(at)).join(", ")} (UTC).`,
          ""
        ])
  ].join("\n")
  return [["performance.md", markdown], ...plots]
}
