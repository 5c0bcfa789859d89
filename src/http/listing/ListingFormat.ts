/** In which form a folder is told: the page for people, JSON for programs, or plain names for scripts. */

/** A form. */
export type ListingFormat = "html" | "json" | "txt"

/** The media type of each form, as it is sent. */
export const mediaTypes: Readonly<Record<ListingFormat, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  txt: "text/plain; charset=utf-8"
}

/** Ranges of media types that mean a form, the narrow before the wide; where two are wanted alike, the first form wins. */
const ranges: ReadonlyArray<readonly [format: ListingFormat, names: ReadonlyArray<string>]> = [
  ["html", ["text/html", "application/xhtml+xml"]],
  ["json", ["application/json"]],
  ["txt", ["text/plain"]],
  ["html", ["text/*", "*/*"]],
  ["json", ["application/*"]]
]

/** The weight of a media range in Accept (RFC 9110, 12.4.2), 0 to 1; 0 where it is malformed. */
const weightOf = (parameters: ReadonlyArray<string>): number => {
  const weight = parameters.map((one) => one.trim()).find((one) => /^q=/i.test(one))
  if (weight === undefined) return 1
  const value = Number(weight.slice(2))
  return value >= 0 && value <= 1 ? value : 0
}

/**
 * The form that is asked for: by the query's `formato`, else by the field Accept (RFC 9110, 12.5.1), else the page.
 * What asks for a type that a folder does not have is given the page too, as RFC 9110, 12.5.1 allows.
 */
export const listingFormat = (
  formato: string | undefined,
  accept: string | undefined
): ListingFormat => {
  if (formato === "json" || formato === "txt" || formato === "html") return formato
  if (accept === undefined) return "html"
  const weights = new Map<string, number>()
  for (const range of accept.split(",", 64)) {
    const [name = "", ...parameters] = range.split(";")
    weights.set(name.trim().toLowerCase(), weightOf(parameters))
  }
  let best: ListingFormat = "html"
  let heaviest = 0
  for (const [format, names] of ranges) {
    for (const name of names) {
      const weight = weights.get(name) ?? 0
      if (weight > heaviest) {
        best = format
        heaviest = weight
      }
    }
  }
  return best
}
