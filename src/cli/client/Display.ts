/** Formats replies: as escaped lines for people, as JSON for scripts. */
import { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { escape, escapeLines } from "../Escape.ts"

const indent = (line: string): string => `  ${line}`

/** The lines of a reply: a list's items, a dictionary's `key: value`, an empty line for null. */
const toLines = (reply: Reply): ReadonlyArray<string> =>
  Reply.$match(reply, {
    Status: ({ text }) => [escape(ByteString.toTextLossy(text))],
    Bulk: ({ value }) => [escape(ByteString.toTextLossy(value))],
    Null: () => [""],
    NullList: () => [""],
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
    // Only a server makes these; what arrives of them are other replies.
    Texts: () => [],
    ListBegin: () => [],
    LazyList: () => [],
    Pushes: () => [],
    File: () => [],
    Content: () => [],
    NoReply: () => []
  })

/** A reply as text, each line ended. A bulk string that is the whole reply may have several lines. */
export const toText = (reply: Reply): string => {
  if (reply._tag !== "Bulk")
    return toLines(reply)
      .map((line) => `${line}\n`)
      .join("")
  const text = escapeLines(ByteString.toTextLossy(reply.value))
  return text.endsWith("\n") ? text : `${text}\n`
}

/** A JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | ReadonlyArray<Json>
  | { readonly [key: string]: Json }

/** Text as JSON; what is not UTF-8, and so no text, as `{"base64": …}`. */
export const toJsonText = (bytes: ByteString.ByteString): Json =>
  ByteString.toText(bytes) ?? { base64: Buffer.from(bytes, "latin1").toString("base64") }

/** A reply as one JSON value. Keys of a dictionary that are not UTF-8 have U+FFFD in place of what is not. */
export const toJson = (reply: Reply): Json =>
  Reply.$match(reply, {
    Status: ({ text }): Json => toJsonText(text),
    Bulk: ({ value }) => toJsonText(value),
    Null: () => null,
    NullList: () => null,
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
    Texts: () => null,
    ListBegin: () => null,
    LazyList: () => null,
    Pushes: () => null,
    File: () => null,
    Content: () => null,
    NoReply: () => null
  })
