/** Times as HTTP writes and reads them, to the second (RFC 9110, 5.6.7). */
import type { Clock } from "effect"

/** The last second of the year 9999, the last with four digits, in milliseconds since 1970. */
const latest = 253_402_300_799_000

/** The second that was formatted last, and its text: formatting took 1.5 % of a small file's time, and files are asked for again. */
let lastSecond = Number.NaN
let lastText = ""

/** A time in milliseconds since 1970 (UTC), such as `Sun, 06 Nov 1994 08:49:37 GMT`. */
export const formatDate = (time: number): string => {
  const second = wholeSeconds(Math.min(latest, Math.max(0, time)))
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toUTCString()
    lastSecond = second
  }
  return lastText
}

/** Whole seconds, in which times are compared. */
export const wholeSeconds = (time: number): number => Math.floor(time / 1000)

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const time = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`
/** RFC 9110, 5.6.7: the form that is written, and two that were and are still to be read. */
const forms = [
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) ${time} GMT`,
  `(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-(?<month>[A-Z][a-z]{2})-(?<year>\\d\\d) ${time} GMT`,
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>[A-Z][a-z]{2}) (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})`
].map((form) => new RegExp(`^${form}$`))

/** A year of two digits is the last such that is not more than 50 years ahead (RFC 9110, 5.6.7). */
const fullYear = (year: string, now: number): number => {
  if (year.length === 4) return Number(year)
  const current = new Date(now).getUTCFullYear()
  const inCentury = current - (current % 100) + Number(year)
  return inCentury > current + 50 ? inCentury - 100 : inCentury
}

/** The time in whole seconds since 1970 (UTC); `undefined` where the text is no date. `now` is in milliseconds. */
export const parseDate = (text: string, now: number): number | undefined => {
  for (const form of forms) {
    const { day = "", hour, minute, month = "", second, year = "" } = form.exec(text)?.groups ?? {}
    if (hour === undefined) continue
    const index = months.indexOf(month)
    const date = new Date(
      Date.UTC(
        fullYear(year, now),
        index,
        Number(day),
        Number(hour),
        Number(minute),
        Number(second)
      )
    )
    // `Date.UTC` takes the 31st of February for a day in March. A leap second, 60, is the next second.
    const isReal =
      index !== -1
      && Number(hour) < 24
      && Number(minute) < 60
      && Number(second) <= 60
      && new Date(Date.UTC(fullYear(year, now), index, Number(day))).getUTCDate() === Number(day)
    return isReal ? wholeSeconds(date.getTime()) : undefined
  }
  return undefined
}

/** The field Date of all responses, formatted once a second: `now` reads the wall clock, in milliseconds since 1970. */
export const makeDateLine = (
  clock: Clock.Clock
): { readonly now: () => number; readonly line: () => string } => {
  let second = Number.NaN
  let text = ""
  const now = () => clock.currentTimeMillisUnsafe()
  return {
    now,
    line: () => {
      const current = wholeSeconds(now())
      if (current !== second) {
        text = `Date: ${formatDate(current * 1000)}\r\n`
        second = current
      }
      return text
    }
  }
}
