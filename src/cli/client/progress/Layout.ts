/** The lines of progress for a terminal of a given width. What they tell is Tracker's. */
import type { Messages } from "../../Messages.ts"
import { escape } from "../../Escape.ts"
import { formatBytes } from "../FormatBytes.ts"
import type { Current, Snapshot } from "./Tracker.ts"

/** A text of at most `width` characters, its middle left out where it is longer: the end of a name tells its kind. */
export const cutMiddle = (text: string, width: number): string => {
  const characters = Array.from(text)
  if (characters.length <= width) return text
  if (width <= 1) return "…".slice(0, width)
  const tail = Math.floor((width - 1) / 2)
  const head = width - 1 - tail
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - tail).join("")}`
}

/** Seconds for people: `45 s`, `3:20`, `1:02:03`. */
export const formatSeconds = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const two = (amount: number) => String(amount).padStart(2, "0")
  const minutes = Math.floor(whole / 60)
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}

/** A part of a line. Of parts that do not fit together, those with the largest `rank` are left out first. */
interface Part {
  readonly text: string
  readonly rank: number
  /** What stands between it and the next part; ` | ` unless given. */
  readonly separator?: string
}

const join = (parts: ReadonlyArray<Part>): string =>
  parts
    .map(({ separator = " | ", text }, index) =>
      index === parts.length - 1 ? text : text + separator
    )
    .join("")

const widthOf = (parts: ReadonlyArray<Part>): number => join(parts).length

/** The parts that fit into the width, in their order. */
const fit = (parts: ReadonlyArray<Part>, width: number): ReadonlyArray<Part> => {
  const shown = parts.filter(({ text }) => text !== "")
  if (shown.length <= 1 || widthOf(shown) <= width) return shown
  const last = Math.max(...shown.map(({ rank }) => rank))
  return fit(
    shown.filter(({ rank }) => rank !== last),
    width
  )
}

const barWidth = 20
/** The least room for a name; with less, it is left out. */
const leastName = 8
const mostName = 40

const bar = (share: number): string => {
  const full = Math.round(share * barWidth)
  return `[${"=".repeat(full)}${"-".repeat(barWidth - full)}]`
}

/** How many of the parts are the rate and the time left. */
const count = (parts: ReadonlyArray<Part>): number =>
  parts.filter(({ rank, text }) => rank <= 1 && text !== "").length

/** A name that takes the room that the other parts leave. */
const withName = (name: string, parts: ReadonlyArray<Part>, columns: number): string => {
  const others = fit(parts, columns - leastName - 1)
  const room = Math.min(mostName, columns - widthOf(others) - 1)
  // Rate and time left are worth more than the name.
  const isWorse = count(others) < count(parts)
  return room < leastName || isWorse
    ? cutMiddle(join(fit(parts, columns)), columns)
    : `${cutMiddle(escape(name), room)} ${join(others)}`
}

/** The line of the current file; rate and time left are on it where it is the only one. */
const currentLine = (
  { name, phase, received, seconds, size }: Current,
  pace: ReadonlyArray<Part>,
  columns: number,
  { client }: Messages
): string => {
  if (phase !== "receiving") {
    // Nothing travels while a digest is computed; how long it takes is not known.
    const parts = [
      { text: formatBytes(size), rank: 2 },
      { text: `${client.phases[phase]} ${formatSeconds(Math.floor(seconds))}`, rank: 0 }
    ]
    return withName(name, parts, columns)
  }
  const share = size === 0 ? 1 : received / size
  const parts = [
    { text: bar(share), rank: 4, separator: " " },
    { text: `${Math.floor(share * 100)}%`, rank: 2 },
    { text: `${formatBytes(received)}/${formatBytes(size)}`, rank: 3 },
    ...pace
  ]
  return withName(name, parts, columns)
}

/** How many rows of a terminal these lines take, each of which begins on a row of its own. */
export const rowsOf = (texts: ReadonlyArray<string>, columns: number): number =>
  texts.reduce(
    (sum, text) => sum + Math.max(1, Math.ceil(Array.from(text).length / Math.max(1, columns))),
    0
  )

/** How many lines there are to show, which is cheaper to tell than what they say. */
export const lineCount = ({ current, found }: Snapshot): number =>
  (found > 1 ? 1 : 0) + (current === undefined ? 0 : 1)

/** The lines to show: one for all files where there are several, and one for the current file. */
export const lines = (
  { current, finished, found, left, rate, received }: Snapshot,
  columns: number,
  messages: Messages
): ReadonlyArray<string> => {
  const pace = [
    { text: rate === undefined ? "" : `${formatBytes(Math.round(rate))}/s`, rank: 1 },
    { text: left === undefined || (rate ?? 0) === 0 ? "" : formatSeconds(left), rank: 0 }
  ]
  const ofCurrent = (parts: ReadonlyArray<Part>) =>
    current === undefined ? [] : [currentLine(current, parts, columns, messages)]
  if (found <= 1) return ofCurrent(pace)
  const all = [
    { text: messages.client.filesOf(finished, found), rank: 2 },
    { text: formatBytes(received), rank: 3 },
    ...pace
  ]
  return [cutMiddle(join(fit(all, columns)), columns), ...ofCurrent([])]
}
