/**
 * The one place where text becomes HTML. Whatever stands in a template is escaped unless it is HTML already, and only
 * this file makes HTML of text; every attribute stands in double quotes.
 */

import * as ByteString from "../../domain/ByteString.ts"

/** A part of a page. */
export class Html {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  /** As it is sent. */
  toString(): string {
    return this.#text
  }
}

/** What may stand in a template: `undefined` and `false` are nothing. */
export type Part = Html | string | number | undefined | false | ReadonlyArray<Html>

const special = /[&<>"'\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
const specials = /[&<>"'\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * What stands for a character. Controls are no characters of HTML, and its parser takes some for others (WHATWG HTML,
 * 13.2.5.80): people see the pictures that Unicode has for them.
 */
const entityOf = (character: string): string => {
  switch (character) {
    case "&":
      return "&amp;"
    case "<":
      return "&lt;"
    case ">":
      return "&gt;"
    case '"':
      return "&quot;"
    case "'":
      return "&#39;"
    default: {
      const code = character.charCodeAt(0)
      if (code < 0x20) return String.fromCharCode(0x2400 + code)
      return code === 0x7f ? "\u2421" : "\ufffd"
    }
  }
}

/** `text` as it stands between tags, or in an attribute within quotes. */
const escape = (text: string): string =>
  special.test(text) ? text.replace(specials, entityOf) : text

const written = (part: Part): string => {
  if (part === undefined || part === false) return ""
  if (typeof part === "string") return escape(part)
  return Array.isArray(part) ? part.join("") : String(part)
}

/** A place that is filled whenever a page is sent (`fillGap`): a control, which no text has once it is escaped. */
export const gap = new Html("\0")

/** What stands before and behind the gap of a page, which has one. */
export type AroundGap = readonly [before: ByteString.ByteString, behind: ByteString.ByteString]

/** A page in UTF-8, cut at its gap. */
export const cutAtGap = (page: string): AroundGap => {
  const bytes = ByteString.fromText(page)
  const at = bytes.indexOf("\0")
  return [ByteString.unsafe(bytes.slice(0, at)), ByteString.unsafe(bytes.slice(at + 1))]
}

/** The page with a text in its gap. */
export const fillGap = ([before, behind]: AroundGap, text: string): ByteString.ByteString =>
  ByteString.unsafe(before + ByteString.fromText(escape(text)) + behind)

const compacted = new WeakMap<TemplateStringsArray, ReadonlyArray<string>>()

/** The texts of a template without the indentation of the source, found once for each template. */
const textsOf = (strings: TemplateStringsArray): ReadonlyArray<string> => {
  const known = compacted.get(strings)
  if (known !== undefined) return known
  const texts = strings.map((text) => text.replaceAll(/\n\s*/g, "\n"))
  compacted.set(strings, texts)
  return texts
}

/** HTML of a template: `markup\`<b>${name}</b>\``. No template has white space that matters more than one line's end. */
export const markup = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html => {
  const texts = textsOf(strings)
  let text = texts[0] ?? ""
  for (let index = 0; index < parts.length; index++) {
    text += written(parts[index]) + (texts[index + 1] ?? "")
  }
  return new Html(text)
}
