/**
 * Decodes replies into tokens, so that a client can take a reply of any size with little memory: those types of RESP 2
 * and 3 with which this server replies (redis.io, protocol specification). Assembling whole replies: RespClient.
 */
import { Data } from "effect"
import * as Reply from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"

/** A piece of a reply. */
export type Token =
  /** A reply of one line, whole. */
  | { readonly _tag: "Leaf"; readonly reply: Reply.Reply }
  /** `count` replies follow (for a dictionary: that many keys, each followed by its value). */
  | { readonly _tag: "Open"; readonly kind: "List" | "Dictionary"; readonly count: number }
  /** `size` bytes follow, in parts. */
  | { readonly _tag: "BulkStart"; readonly size: number }
  | { readonly _tag: "BulkPart"; readonly bytes: Uint8Array }

/** The reply is not RESP, or not one that this client supports. `reason` is for the person who runs it. */
export class MalformedReply extends Data.TaggedError("MalformedReply")<{
  readonly reason: string
}> {}

/** Turns bytes into tokens, however they are split into chunks. */
export interface TokenDecoder {
  /** The tokens that these bytes complete. After a `MalformedReply` there are no more. */
  readonly push: (bytes: Uint8Array) => ReadonlyArray<Token | MalformedReply>
}

/** The longest line of a reply, in bytes: the longest that is sent is an error that repeats a client's argument. */
const longestLine = 64 * 1024

const lineFeed = 0x0a

const malformed = (reason: string) => new MalformedReply({ reason })

const leaf = (reply: Reply.Reply): Token => ({ _tag: "Leaf", reply })

const size = (digits: string): number | undefined => {
  const value = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

/** `-CODE text`: the code is the first word. */
const errorReply = (line: string): Reply.Reply => {
  const text = ByteString.toTextLossy(ByteString.unsafe(line))
  const space = text.indexOf(" ")
  return space === -1
    ? Reply.Reply.Error({ code: text, message: "" })
    : Reply.Reply.Error({ code: text.slice(0, space), message: text.slice(space + 1) })
}

const readLine = (line: string): Token | MalformedReply => {
  const type = line.charAt(0)
  const rest = line.slice(1)
  switch (type) {
    case "+":
      return leaf(Reply.Reply.Status({ text: ByteString.unsafe(rest) }))
    case "-":
      return leaf(errorReply(rest))
    case ":": {
      const value = /^[+-]?\d{1,16}$/.test(rest) ? Number(rest) : Number.NaN
      return Number.isSafeInteger(value)
        ? leaf(Reply.Reply.Integer({ value }))
        : malformed("invalid integer")
    }
    case "_":
      return leaf(Reply.Reply.Null())
    case "$": {
      const length = size(rest)
      if (length !== undefined) return { _tag: "BulkStart", size: length }
      return rest === "-1" ? leaf(Reply.Reply.Null()) : malformed("invalid bulk length")
    }
    case "*":
    case "%": {
      const count = size(rest)
      if (count !== undefined)
        return { _tag: "Open", kind: type === "*" ? "List" : "Dictionary", count }
      return rest === "-1" ? leaf(Reply.Reply.Null()) : malformed("invalid length of an aggregate")
    }
    default:
      return malformed("unknown type of reply")
  }
}

/** A decoder for a new connection. A part of a bulk string is a view of the bytes pushed, not a copy. */
export const makeTokenDecoder = (): TokenDecoder => {
  /** The beginning of an incomplete line. */
  let line = ""
  /** The bytes of the current bulk string that are still to come, and those of the line end after it. */
  let bulk = 0
  let lineEnd = ""
  let broken = false

  const push = (bytes: Uint8Array): ReadonlyArray<Token | MalformedReply> => {
    const tokens: Array<Token | MalformedReply> = []
    const fail = (error: MalformedReply) => {
      broken = true
      tokens.push(error)
      return tokens
    }
    let position = 0
    while (position < bytes.length && !broken) {
      if (bulk > 0) {
        const part = bytes.subarray(position, position + bulk)
        bulk -= part.length
        position += part.length
        tokens.push({ _tag: "BulkPart", bytes: part })
      } else if (lineEnd !== "") {
        if (bytes[position] !== lineEnd.charCodeAt(0))
          return fail(malformed("a bulk string is longer than announced"))
        lineEnd = lineEnd.slice(1)
        position += 1
      } else {
        // Most lines have four to six bytes: looking at each takes less time than a call that searches.
        let end = position
        while (end < bytes.length && bytes[end] !== lineFeed) end += 1
        line += ByteString.fromRange(bytes, position, end)
        if (line.length > longestLine) return fail(malformed("a line is too long"))
        if (end === bytes.length) return tokens
        position = end + 1
        if (!line.endsWith("\r")) return fail(malformed("a line does not end in CR LF"))
        const token = readLine(line.slice(0, -1))
        line = ""
        if (token instanceof MalformedReply) return fail(token)
        tokens.push(token)
        if (token._tag === "BulkStart") {
          bulk = token.size
          lineEnd = "\r\n"
        }
      }
    }
    return tokens
  }

  return { push }
}
