/**
 * The texts that people read, by language. They are in messages/, one file a language; the help of a flag is in its
 * descriptor, and what a flag expects in its kind (flags/Kind).
 */
import type { Language } from "./Language.ts"
import { english } from "./messages/English.ts"
import { type Catalog, portuguese } from "./messages/Portuguese.ts"

/** A Map, because keys come from the system: a plain object would have an entry for `toString`. */
const byWord = (sentences: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries(sentences))

/** A catalog, with its table by code as a Map. */
const messagesOf = (language: Language, { reasons, ...sentences }: Catalog) => ({
  language,
  ...sentences,
  reasons: byWord(reasons)
})

/** All sentences in one language. */
export type Messages = ReturnType<typeof messagesOf>

/** The sentences of a language. */
export const messages: { readonly [L in Language]: Messages } = {
  pt: messagesOf("pt", portuguese),
  en: messagesOf("en", english)
}
