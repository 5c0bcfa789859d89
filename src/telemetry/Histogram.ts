/** How long things took, counted in a few classes, as Prometheus draws them. */

/** The upper bound of each class but the last, in seconds: a small file takes below a millisecond, a large one minutes. */
export const bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800] as const

/** What took longer than all bounds. */
export const beyond = "+Inf"

/** Durations that were observed. */
export interface Histogram {
  /** How many are in each class, by its upper bound; a class that has none may be absent. */
  readonly classes: Record<string, number>
  /** Of all of them, in seconds. */
  seconds: number
}

/** Nothing was observed. */
export const emptyHistogram = (): Histogram => ({ classes: {}, seconds: 0 })

/** Adds a duration, in seconds. */
export const observe = (histogram: Histogram, seconds: number): void => {
  const name = String(bounds.find((bound) => seconds <= bound) ?? beyond)
  histogram.classes[name] = (histogram.classes[name] ?? 0) + 1
  histogram.seconds += seconds
}
