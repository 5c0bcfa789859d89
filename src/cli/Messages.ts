/** Every sentence a person reads, by language. The sentences stand in messages, one file a language. */
import type { Language } from "./Language.ts"
import { english } from "./messages/English.ts"
import { type Catalog, portuguese } from "./messages/Portuguese.ts"

/** For words of somebody else's: a plain object has an entry for `toString`. */
const byWord = (sentences: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries(sentences))

/** A catalog as it is used. */
const messagesOf = ({ reasons, refusals, ...sentences }: Catalog) => ({
  ...sentences,
  refusals: byWord(refusals),
  reasons: byWord(reasons)
})

/** All sentences in one language. */
export type Messages = ReturnType<typeof messagesOf>

/** The sentences of a language. */
export const messages: { readonly [L in Language]: Messages } = {
  pt: messagesOf(portuguese),
  en: messagesOf(english)
}
