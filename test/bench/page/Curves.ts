/** The plots of docs/performance.md: bars of what is wanted, and the curves of the shape of the growth. */
import * as Report from "../Report.ts"
import type { Unit } from "../Row.ts"
import type { Line, Range } from "./Lines.ts"
import { barChart, lineChart } from "./Plot.ts"

/** The curves of the shape of the growth: what their axes say. */
export const curves: ReadonlyArray<{
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
  const points = lines.flatMap(({ last, row }) =>
    row.curve?.name === name ? [{ ...last, at: row.curve.at, unit: row.unit }] : []
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

/** Ratios that have a reach, as bars in which longer is better. */
const bars = (
  title: string,
  lines: ReadonlyArray<{
    readonly name: string
    readonly range: Range
    readonly aim?: number | undefined
    readonly better: Unit["better"]
  }>
): string =>
  barChart(
    title,
    "peer",
    lines.map(({ aim, better, name, range }) => {
      const length = (value: number) => (better === "more" ? value : 1 / value)
      return {
        name,
        ratio: length(range.worst),
        aim: aim === undefined ? undefined : length(aim),
        noisy: range.verdict === "noisy" || range.verdict === "load"
      }
    })
  )

/** The plots, by their files' names. */
export const plots = (
  lines: ReadonlyArray<Line>
): ReadonlyArray<readonly [file: string, svg: string]> => [
  [
    "performance-ratios.svg",
    bars(
      "Beside each row's peer: longer is better",
      lines.flatMap(({ range, row }) =>
        row.reach === undefined
          ? []
          : [{ name: row.name, range, aim: row.aim, better: row.unit.better }]
      )
    )
  ],
  [
    "performance-processor.svg",
    bars(
      "Work for the same processor's time: longer is better",
      lines.flatMap(({ processor, row }) =>
        row.processor?.reach === undefined || processor === undefined
          ? []
          : [{ name: row.name, range: processor, aim: row.processor.aim, better: "less" as const }]
      )
    )
  ],
  ...curves.flatMap((curve) => curvePlot(curve, lines))
]
