/**
 * Replies as people and scripts read them. What comes from the other side can hold anything, so nothing of it reaches
 * a terminal unescaped: a control character could move the cursor, retitle the window or type for the reader.
 */
import { Reply } from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"

/** C0, DEL and C1, and the marks that change the direction of writing, which can make a name read as another. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const escapeCharacter = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`
}

/** One line, safe to print: what could steer a terminal stands as `\x1b`. */
export const escape = (text: string): string => text.replace(unprintable, escapeCharacter)

/** Lines, safe to print: as `escape`, but line ends and tabs stay. */
export const escapeLines = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replace(unprintable, (character) =>
      character === "\n" || character === "\t" ? character : escapeCharacter(character)
    )

const indent = (line: string): string => `  ${line}`

/** The lines of a reply for people: a list's items, a dictionary's `key: value`, nothing for null. */
export const toLines = (reply: Reply): ReadonlyArray<string> =>
  Reply.$match(reply, {
    Status: ({ text }) => [escape(ByteString.toTextLossy(text))],
    Bulk: ({ value }) => [escape(ByteString.toTextLossy(value))],
    Null: () => [""],
    Integer: ({ value }) => [String(value)],
    List: ({ items }) =>
      items.flatMap((item) => (item._tag === "List" ? toLines(item).map(indent) : toLines(item))),
    Dictionary: ({ entries }) =>
      entries.flatMap(([key, value]) => {
        const name = escape(ByteString.toTextLossy(key))
        const lines = toLines(value)
        return value._tag === "List" || value._tag === "Dictionary"
          ? [`${name}:`, ...lines.map(indent)]
          : lines.map((line) => `${name}: ${line}`)
      }),
    Error: ({ code, message }) => [escape(`${code} ${message}`)],
    SwitchProtocol: ({ reply }) => toLines(reply),
    CloseAfterReply: ({ reply }) => toLines(reply),
    // These have no form of their own once they have arrived.
    File: () => [],
    Content: () => [],
    NoReply: () => []
  })

/** All of a reply for people, each line ended. A text that is the whole reply may have lines of its own. */
export const toText = (reply: Reply): string => {
  if (reply._tag !== "Bulk")
    return toLines(reply)
      .map((line) => `${line}\n`)
      .join("")
  const text = escapeLines(ByteString.toTextLossy(reply.value))
  return text.endsWith("\n") ? text : `${text}\n`
}

/** What JSON can hold of a reply. */
export type Json =
  | string
  | number
  | boolean
  | null
  | ReadonlyArray<Json>
  | { readonly [key: string]: Json }

/** A reply as one JSON value, its texts exact but for bytes that are not UTF-8. */
export const toJson = (reply: Reply): Json =>
  Reply.$match(reply, {
    Status: ({ text }): Json => ByteString.toTextLossy(text),
    Bulk: ({ value }) => ByteString.toTextLossy(value),
    Null: () => null,
    Integer: ({ value }) => value,
    List: ({ items }) => items.map(toJson),
    // fromEntries defines its properties, so that a key such as __proto__ is only a key.
    Dictionary: ({ entries }) =>
      Object.fromEntries(
        entries.map(([key, value]) => [ByteString.toTextLossy(key), toJson(value)])
      ),
    Error: ({ code, message }) => ({ code, message }),
    SwitchProtocol: ({ reply }) => toJson(reply),
    CloseAfterReply: ({ reply }) => toJson(reply),
    File: () => null,
    Content: () => null,
    NoReply: () => null
  })
