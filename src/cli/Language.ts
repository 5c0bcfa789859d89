/** Which language to speak. */

/** Portuguese is the original's language, and the default. */
export type Language = "pt" | "en"

/** A sentence, or a part of one, in every language. */
export type Localized = { readonly [L in Language]: string }

/** What the locale says (POSIX, Environment Variables 8.2: the first that is set and not empty decides). */
export const fromEnvironment = (environment: {
  readonly [name: string]: string | undefined
}): Language => {
  const locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== "")
  return locale !== undefined && /^en(?:[_.@-]|$)/i.test(locale) ? "en" : "pt"
}
