/**
 * Metrics as Prometheus reads them (prometheus.io/docs/instrumenting/exposition_formats, text format 0.0.4). Pure; which
 * metrics there are: Metrics.
 */

/** The media type of the text. */
export const mediaType = "text/plain; version=0.0.4; charset=utf-8"

/** One value, and what tells it apart from others of its metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric. A counter's name ends in `_total`, and one with a unit has it in its name. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge"
  readonly samples: ReadonlyArray<Sample>
}

const escapeLabel = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')

const sampleLine = (name: string, { labels, value }: Sample): string => {
  const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escapeLabel(label)}"`)
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`
}

const headLines = (name: string, help: string, type: string): string =>
  `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`

/** A metric as text. */
export const metricText = ({ help, name, samples, type }: Metric): string =>
  headLines(name, help, type) + samples.map((sample) => sampleLine(name, sample)).join("")

/** A histogram: how many there are up to each bound. */
export interface HistogramMetric {
  readonly name: string
  readonly help: string
  /** How many are in each class alone, in the order of their upper bounds; the last class has none. */
  readonly classes: ReadonlyArray<readonly [bound: string, count: number]>
  readonly sum: number
}

/** A histogram as text: its counts are those up to each bound, so each holds those before it. */
export const histogramText = ({ classes, help, name, sum }: HistogramMetric): string => {
  let count = 0
  let lines = headLines(name, help, "histogram")
  for (const [bound, more] of classes) {
    count += more
    lines += sampleLine(`${name}_bucket`, { labels: { le: bound }, value: count })
  }
  return `${lines}${name}_sum ${sum}\n${name}_count ${count}\n`
}
