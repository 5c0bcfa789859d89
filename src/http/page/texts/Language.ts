/** In which language a page is: that of a link, else that of the browser, else Portuguese, in which the server speaks. */

/** A language that pages are in. */
export type Language = "pt" | "en"

/** What was asked for by name. */
export const languageNamed = (name: string | undefined): Language | undefined =>
  name === "pt" || name === "en" ? name : undefined

/**
 * The language by the field Accept-Language (RFC 9110, 12.5.4): Portuguese where it is wanted as much as any other that
 * is asked for, or where nothing is asked for; else English, which more of those who read neither can read.
 */
export const languageAccepted = (accept: string | undefined): Language => {
  if (accept === undefined || accept.trim() === "") return "pt"
  let portuguese = 0
  let others = 0
  for (const range of accept.split(",", 32)) {
    const [tag = "", weight] = range.split(";")
    const value = weight === undefined ? 1 : Number(/^\s*q=([\d.]+)\s*$/i.exec(weight)?.[1] ?? 0)
    const name = tag.trim().toLowerCase()
    if (name === "pt" || name.startsWith("pt-") || name === "*") {
      portuguese = Math.max(portuguese, value)
    } else if (name !== "") {
      others = Math.max(others, value)
    }
  }
  return portuguese > 0 && portuguese >= others ? "pt" : "en"
}
