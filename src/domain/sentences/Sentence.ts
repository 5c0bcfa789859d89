/** Writes the sentences of Sentences.ts, and recognizes them where they arrive. */
import { Schema } from "effect"
import { type SentenceName, sentences } from "./Sentences.ts"

/** A sentence that the server sends: one of Sentences.ts, with what it is about. */
export const Sentence = Schema.String.pipe(Schema.brand("Sentence"))
/** A sentence that the server sends. */
export type Sentence = typeof Sentence.Type

/** What a sentence is about: names and limits, in order. */
export type About = ReadonlyArray<string | number>

/** The text with what it is about in place of each `{}`. */
export const fill = (text: string, about: About): string => {
  const [first = "", ...rest] = text.split("{}")
  return rest.reduce((filled, part, index) => `${filled}${about[index] ?? ""}${part}`, first)
}

/** The sentence of this name. */
export const sentence = (name: SentenceName, ...about: About): Sentence =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the only cast to Sentence: what Sentences.ts has is one
  fill(sentences[name], about) as Sentence

/** Whether a word is the name of a sentence. */
export const isName = (word: string): word is SentenceName => Object.hasOwn(sentences, word)

const names = Object.keys(sentences).filter(isName)

/** Matches a sentence whatever it is about. */
const shapeOf = (name: SentenceName): RegExp => {
  const parts = sentences[name].split("{}")
  return new RegExp(
    `^${parts.map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join("(.*)")}$`,
    "s"
  )
}

/** Which sentence a text is, and what it is about; `undefined` where it is none. */
export const recognize = (
  text: string
): { readonly name: SentenceName; readonly about: ReadonlyArray<string> } | undefined => {
  for (const name of names) {
    const found = shapeOf(name).exec(text)
    if (found !== null) return { name, about: found.slice(1) }
  }
  return undefined
}
