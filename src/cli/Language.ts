/** The languages of the program, and how one of them is chosen. The texts: messages. */

/** Portuguese is the original's language, and the default. */
export type Language = "pt" | "en"

/** The languages, as `--lang` and APP_LANG take them. */
export const languages = ["pt", "en"] as const satisfies ReadonlyArray<Language>

/** A sentence, or a part of one, in every language. */
export type Localized = { readonly [L in Language]: string }

type Environment = { readonly [name: string]: string | undefined }

const named = (text: string | undefined): Language | undefined =>
  languages.find((language) => language === text)

/**
 * The language of the locale: the first of these variables that is set and not empty decides (POSIX, Environment
 * Variables 8.2; LANGUAGE, of which the first entry counts, is GNU's). A Portuguese locale, `C`, `POSIX` and none are
 * Portuguese, the language of the original; any other is English.
 */
const ofLocale = (environment: Environment): Language => {
  const locale = ["LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"]
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== "")
  return locale === undefined || /^(?:pt|C|POSIX)(?:[_.@:-]|$)/i.test(locale) ? "pt" : "en"
}

/** The last `--lang` among the arguments, up to `--`. */
const ofArguments = (args: ReadonlyArray<string>): Language | undefined => {
  const end = args.indexOf("--")
  const flags = end === -1 ? args : args.slice(0, end)
  return flags.reduce<Language | undefined>((chosen, arg, index) => {
    if (arg === "--lang") return named(flags[index + 1]) ?? chosen
    return arg.startsWith("--lang=") ? (named(arg.slice("--lang=".length)) ?? chosen) : chosen
  }, undefined)
}

/**
 * The language to speak: that of `--lang`, of APP_LANG, or of the locale. It is needed before the arguments are parsed,
 * because usage errors are in it; what is none of the languages is reported then (flags/Common, `lang`).
 */
export const choose = (args: ReadonlyArray<string>, environment: Environment): Language =>
  ofArguments(args) ?? named(environment["APP_LANG"]) ?? ofLocale(environment)
