/**
 * docs/performance.md and its plots, made of the runs that docs/performance.json keeps. The page is a function of those
 * runs, the rows and the reasons: nobody writes in it.
 */
import type { Verdict } from "../measure/Measure.ts"
import * as Report from "../Report.ts"
import { microseconds, type Row } from "../Row.ts"
import type { Run } from "../Run.ts"
import { curves, plots } from "./Curves.ts"
import { kept, type Line, lines, machineName, type Range } from "./Lines.ts"
import { reasons } from "./Reasons.ts"

const cells = (values: ReadonlyArray<string>): string =>
  `| ${values.map((value) => value.replaceAll("|", "\\|")).join(" | ")} |`

const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => [cells(head), cells(head.map(() => "---")), ...rows.map(cells)]

const verdictCell = (verdict: Verdict): string =>
  verdict === "short" ? "**short**" : Report.verdicts[verdict]

/** `0.97 to 1.08`, or one ratio where they do not differ. */
export const rangeText = ({ high, low }: Range, to = "to"): string => {
  const [from, until] = [Report.ratio(low), Report.ratio(high)]
  return from === until ? from : `${from} ${to} ${until}`
}

const ratios = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  table(
    [
      "Row",
      "What",
      "Against",
      "Reach / aim",
      "Ratio",
      "",
      "Processor: reach / aim",
      "Ratio",
      "",
      "Load",
      "Measured"
    ],
    lines.map(({ load, machines, measurements, processor, range, row }) => [
      `\`${row.name}\``,
      row.what,
      row.peer,
      Report.wanted(row),
      rangeText(range),
      verdictCell(range.verdict),
      processor === undefined ? "" : Report.wanted(row.processor ?? {}),
      processor === undefined ? "" : rangeText(processor),
      processor === undefined ? "" : verdictCell(processor.verdict),
      load === undefined ? "" : Report.percent(load),
      `${measurements} on ${machines}`
    ])
  )

const figures = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  table(
    ["Row", "Ours", "Theirs", "Spread", "Processor: ours", "Theirs", "Spread"],
    lines.map(({ last, row }) => [
      `\`${row.name}\``,
      Report.figure(last.ours, row.unit),
      Report.figure(last.theirs, row.unit),
      Report.percent(last.spread),
      ...(last.processor === undefined
        ? ["", "", ""]
        : [
            Report.figure(last.processor.ours, microseconds),
            Report.figure(last.processor.theirs, microseconds),
            Report.percent(last.processor.spread)
          ])
    ])
  )

/** Where the machine would not have what a row says. */
const notes = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines.flatMap(({ notes, row }) => notes.flatMap((note) => ["", `\`${row.name}\`: ${note}.`]))

const shortfalls = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => {
  const short = lines.flatMap(({ processor, range, row }) => {
    const rate =
      range.verdict === "short"
        ? [`${Report.ratio(range.worst)}, where ${Report.ratio(row.reach ?? 0)} is the reach`]
        : []
    const cost =
      processor?.verdict === "short"
        ? [
            `${Report.ratio(processor.worst)} of the processor's time, where ${Report.ratio(row.processor?.reach ?? 0)} is the reach`
          ]
        : []
    const all = [...rate, ...cost]
    return all.length === 0
      ? []
      : [`- \`${row.name}\`: ${all.join("; ")}. ${reasons.get(row.name) ?? ""}`.trimEnd()]
  })
  return short.length === 0 ? ["No row with a reach falls short of it."] : short
}

const when = (at: string): string => at.slice(0, 16).replace("T", " ")

/** Each machine, when it was measured on, and what took part in its last run. */
const machines = (runs: ReadonlyArray<Run>): ReadonlyArray<string> =>
  [...Map.groupBy(runs, ({ machine }) => machineName(machine))].flatMap(([name, runs]) => {
    const last = runs.at(-1)
    const versions = Object.entries(last?.machine.versions ?? {})
    return [
      `- ${name}. Files in \`${last?.machine.files}\`; ${versions.map((version) => version.join(" ")).join(", ")}. Runs: ${runs.map(({ at }) => when(at)).join(", ")} (UTC).`
    ]
  })

/** The files of the page, by their names in docs/. */
export const page = (
  rows: ReadonlyArray<Row>,
  runs: ReadonlyArray<Run>
): ReadonlyArray<readonly [file: string, content: string]> => {
  const found = lines(rows, runs)
  const growth = found.filter(({ row }) => row.curve !== undefined)
  const others = found.filter(({ row }) => row.curve === undefined)
  const markdown = [
    "# Performance",
    "",
    "Measured by `npm run bench` and written by `npm run bench -- --write`: every figure here comes from a run, none from a hand.",
    "",
    `A ratio is ours divided by the peer's, both measured in the same run, in turn, several rounds. It is told as a range: from the lowest to the highest of the last ${kept} runs on each machine that this was run on. A verdict is on the machine where a row does worst, by the median of its runs there. Of time and memory less is better, of everything else more. Runs whose rounds lie over 25 % apart (the middle half of their ratios) tell nothing.`,
    "",
    "The processor's ratio is that of the time that both sides' processors take for the same work, in the programs and in the kernel: the server's alone, with its threads and children, or that of the client where a client is measured. Rates on a machine that load and server share say as much of the machine; this says what an answer costs. Load is how much of a core the program that asks kept busy, the higher of both sides: from 90 % on it was the limit, and the rate does not count.",
    "",
    ...ratios(others),
    ...notes(others),
    "",
    "![Ratios of the rows that have a reach](performance-ratios.svg)",
    "",
    "![Work for the same processor's time](performance-processor.svg)",
    "",
    "The blue bar is ours, the line in the middle the peer, the orange mark the aim; pale bars do not count, for the rounds were too noisy or the load was the limit.",
    "",
    "## What falls short, and why",
    "",
    ...shortfalls(found),
    "",
    "## The shape of the growth",
    "",
    ...ratios(growth),
    ...notes(growth),
    "",
    ...curves
      .filter(({ name }) => growth.some(({ row }) => row.curve?.name === name))
      .flatMap(({ name, title }) => [`![${title}](performance-${name}.svg)`, ""]),
    "## The figures themselves",
    "",
    "Of each row's last run: medians of its rounds. They are this machine's, on that day.",
    "",
    ...figures(found),
    "",
    "## The machines",
    "",
    "Load and server share the machine, so a row in which both are busy needs two cores.",
    "",
    ...machines(runs),
    ""
  ].join("\n")
  return [["performance.md", markdown], ...plots(found)]
}
