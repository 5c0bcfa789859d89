/**
 * Every sentence a person reads, by language. The sentences stand in messages, one file a language; what helps with a
 * flag stands with the flag, and what a flag expects with its kind.
 */
import type { Language } from "./Language.ts"
import { english } from "./messages/English.ts"
import { type Catalog, portuguese } from "./messages/Portuguese.ts"

/** For words of somebody else's: a plain object has an entry for `toString`. */
const byWord = (sentences: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries(sentences))

/** A catalog as it is used. */
const messagesOf = (language: Language, { reasons, refusals, ...sentences }: Catalog) => ({
  language,
  ...sentences,
  refusals: byWord(refusals),
  reasons: byWord(reasons)
})

/** All sentences in one language. */
export type Messages = ReturnType<typeof messagesOf>

/** The sentences of a language. */
export const messages: { readonly [L in Language]: Messages } = {
  pt: messagesOf("pt", portuguese),
  en: messagesOf("en", english)
}
