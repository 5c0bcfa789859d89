/** Sizes and times as people read them, in their language. */
import type { Language } from "./Language.ts"

const units = ["kB", "MB", "GB", "TB", "PB"]

/** A size in bytes as `999 B`, `1,2 kB` or `12 MB`: two digits at least, a kB being 1,000 bytes. */
export const sizeText = (bytes: number, language: Language): string => {
  if (bytes < 1000) return `${bytes} B`
  let value = bytes
  let unit = ""
  for (const larger of units) {
    // What would round to 1000 is told in the next unit.
    if (unit !== "" && value < 999.5) break
    value /= 1000
    unit = larger
  }
  const text = value < 9.95 ? value.toFixed(1) : value.toFixed(0)
  return `${language === "pt" ? text.replace(".", ",") : text} ${unit}`
}

const formats = new Map<Language, Intl.DateTimeFormat>()

/** Making one takes a millisecond, so each is made once. */
const formatOf = (language: Language): Intl.DateTimeFormat => {
  const made =
    formats.get(language)
    ?? new Intl.DateTimeFormat(language === "pt" ? "pt-BR" : "en-GB", {
      dateStyle: language === "pt" ? "short" : "medium",
      timeStyle: "short"
    })
  formats.set(language, made)
  return made
}

/** The texts of minutes that were told of lately: formatting takes a microsecond, and files of a folder are often of few. */
const minutes: Readonly<Record<Language, Map<number, string>>> = { pt: new Map(), en: new Map() }
const mostMinutes = 4096

/** A time in milliseconds since 1970, in the server's time zone, as `hora_atual` is. */
export const timeText = (time: number, language: Language): string => {
  const known = minutes[language]
  // Every time zone is a number of minutes from UTC.
  const minute = Math.floor(time / 60_000)
  const found = known.get(minute)
  if (found !== undefined) return found
  if (known.size === mostMinutes) known.clear()
  const text = formatOf(language).format(time)
  known.set(minute, text)
  return text
}
