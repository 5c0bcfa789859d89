/** Plots as SVG text: lines over a logarithmic axis, and bars of ratios. Knows nothing of what it draws. */

/** A line: what it is, and its points. */
export interface Line {
  readonly name: string
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}

/** Lines on two logarithmic axes. */
export interface Chart {
  readonly title: string
  readonly x: string
  /** How a value stands on the axes. */
  readonly showX: (value: number) => string
  readonly showY: (value: number) => string
  readonly lines: ReadonlyArray<Line>
}

/** A bar: how its ratio stands to that of the peer, and where the aim is; more is better in all of them. */
export interface Bar {
  readonly name: string
  readonly ratio: number
  readonly aim?: number | undefined
  /** Drawn paler, for it does not tell. */
  readonly noisy: boolean
}

const ink = "#24292f"
const faint = "#d0d7de"
/** Told apart by people who see no red or green as well (Okabe and Ito). */
const colors = ["#0072b2", "#d55e00", "#009e73"]

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const rounded = (value: number): string => value.toFixed(1)

const text = (x: number, y: number, content: string, more = ""): string =>
  `<text x="${rounded(x)}" y="${rounded(y)}" ${more}>${escape(content)}</text>`

const segment = (x1: number, y1: number, x2: number, y2: number, color: string): string =>
  `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}" stroke="${color}"/>`

const picture = (width: number, height: number, parts: ReadonlyArray<string>): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
    ""
  ].join("\n")

/** Powers of ten around the values, for an axis. */
const decades = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))))
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
}

/** Where a value lies between the ends of its axis, 0 to 1. */
const place = (axis: ReadonlyArray<number>, value: number): number => {
  const first = Math.log10(axis[0] ?? 1)
  const last = Math.log10(axis.at(-1) ?? 10)
  return (Math.log10(value) - first) / (last - first)
}

const left = 80
const top = 40
const right = 130
const bottom = 50

/** Lines, each with its name at its end. */
export const lineChart = ({ lines, showX, showY, title, x }: Chart): string => {
  const [width, height] = [640, 340]
  const points = lines.flatMap((line) => line.points)
  const xAxis = decades(points.map(([x]) => x))
  const yAxis = decades(points.map(([, y]) => y))
  const atX = (value: number) => left + place(xAxis, value) * (width - left - right)
  const atY = (value: number) => height - bottom - place(yAxis, value) * (height - top - bottom)
  const drawn = lines.flatMap(({ name, points }, index) => {
    const color = colors[index % colors.length] ?? ink
    const path = points.map(([x, y]) => `${rounded(atX(x))},${rounded(atY(y))}`)
    const [lastX, lastY] = points.at(-1) ?? [1, 1]
    // Names of lines that end close to each other stand one above the other.
    const above = lines.some(
      (other, at) =>
        at !== index
        && Math.abs(atY(other.points.at(-1)?.[1] ?? 1) - atY(lastY)) < 14
        && (other.points.at(-1)?.[1] ?? 1) <= lastY
    )
    return [
      `<polyline points="${path.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...path.map((point) => {
        const [cx, cy] = point.split(",")
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`
      }),
      text(atX(lastX) + 8, atY(lastY) + (above ? -4 : 8), name, `fill="${color}"`)
    ]
  })
  return picture(width, height, [
    text(left, 22, title, 'font-size="14" font-weight="600"'),
    ...yAxis.flatMap((value) => [
      segment(left, atY(value), width - right, atY(value), faint),
      text(left - 8, atY(value) + 4, showY(value), 'text-anchor="end"')
    ]),
    ...xAxis.flatMap((value) => [
      segment(atX(value), top, atX(value), height - bottom, faint),
      text(atX(value), height - bottom + 18, showX(value), 'text-anchor="middle"')
    ]),
    text((left + width - right) / 2, height - 12, x, 'text-anchor="middle"'),
    ...drawn
  ])
}

/** Keeps a figure readable where a line runs behind it. */
const halo = 'paint-order="stroke" stroke="#ffffff" stroke-width="4"'

const barHeight = 16
const barGap = 10

/** Bars on an axis from 0 to 2 whose middle is the peer; longer ones are cut there, with their figure beside them. */
export const barChart = (title: string, peer: string, bars: ReadonlyArray<Bar>): string => {
  const [from, to] = [190, 560]
  const [width, height] = [640, 70 + bars.length * (barHeight + barGap)]
  const at = (ratio: number) => from + (Math.min(ratio, 2) / 2) * (to - from)
  return picture(width, height, [
    text(12, 22, title, 'font-size="14" font-weight="600"'),
    text(at(1), 44, peer, 'text-anchor="middle"'),
    segment(at(1), 50, at(1), height - 10, ink),
    ...bars.flatMap(({ aim, name, noisy, ratio }, index) => {
      const y = 56 + index * (barHeight + barGap)
      return [
        text(from - 8, y + 12, name, 'text-anchor="end"'),
        `<rect x="${from}" y="${y}" width="${rounded(at(ratio) - from)}" height="${barHeight}" fill="${colors[0] ?? ink}" opacity="${noisy ? 0.35 : 0.85}"/>`,
        ...(aim === undefined || aim > 2
          ? []
          : [segment(at(aim), y - 3, at(aim), y + barHeight + 3, colors[1] ?? ink)]),
        text(at(ratio) + 6, y + 12, ratio.toFixed(2), halo)
      ]
    })
  ])
}
