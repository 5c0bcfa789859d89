/**
 * Reads requests: arrays of bulk strings and inline lines, mixed and cut at will. What is malformed, and the words
 * that say so, are Redis's (networking.c, processMultibulkBuffer and processInlineBuffer; replies of redis-server
 * 7.0.15 in test/fixtures/resp-vectors.json).
 */
import * as Grammar from "../domain/Grammar.ts"
import * as Word from "../domain/Word.ts"
import { type Decoder, Foreign, Malformed, type Request } from "./Codec.ts"
import { isHttp } from "./Detect.ts"
import { splitLine } from "./InlineLine.ts"

/** The longest line, inline or a length's, in bytes (PROTO_INLINE_MAX_SIZE). */
export const longestLine = 64 * 1024
/** How many words one request may have. Redis takes 2^31, and the memory for them. */
export const mostWords = 65_536
/** How many bytes the words of one request may have together. Redis takes 512 MiB for each. */
export const mostBytes = 1024 * 1024
/** How many words a request may have before the password was given: HELLO with all its options has seven. */
export const mostWordsUntrusted = 10
/** How many bytes a word may have before the password was given. */
export const mostBytesUntrusted = 16_384

const protocolError = (message: string): Malformed =>
  new Malformed({ message: `Protocol error: ${message}` })

const tooBigCount = protocolError("too big mbulk count string")
const invalidCount = protocolError("invalid multibulk length")
const tooBigLength = protocolError("too big bulk count string")
const invalidLength = protocolError("invalid bulk length")
const untrustedCount = protocolError("unauthenticated multibulk length")
const untrustedLength = protocolError("unauthenticated bulk length")
const tooBigInline = protocolError("too big inline request")
const unbalancedQuotes = protocolError("unbalanced quotes in request")

/** As Redis reads a length (util.c, string2ll): no sign but `-`, no leading zero. */
const readLength = (digits: string): number =>
  /^(?:0|-?[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN

/**
 * A decoder with a state of its own. Bytes are held as latin1 text, which is as good as bytes and faster to search
 * and cut. Chunks are joined only when the line or the bulk string that is waited for is complete, so that a peer
 * that sends byte by byte costs no more than its bytes.
 */
export const makeRequestDecoder = (): Decoder => {
  /** What has come and is not yet joined, and how much it is. */
  let chunks: Array<string> = []
  let held = 0
  /** How much must have come before it is worth looking again; 0 while the end of a line is waited for. */
  let needed = 1
  /** The end of line that is waited for: LF ends an inline request, CR a length's line, as in Redis. */
  let lineEnd = "\n"
  let text = ""
  let position = 0
  /** The request that is being read: how many words are still to come, and those that came. */
  let missing = 0
  let words: Array<Word.Word> = []
  let size = 0
  /** The length of the bulk string whose bytes come next, -1 while its line is waited for. */
  let bulk = -1
  let broken = false
  /** Whether nothing has been asked yet. */
  let isFirst = true
  let trusted = true

  /** Makes `text` all that is held, unless that cannot complete anything yet. */
  const join = (chunk: string): boolean => {
    chunks.push(chunk)
    held += chunk.length
    const worthwhile = needed > 0 ? held >= needed : chunk.includes(lineEnd) || held > longestLine
    if (!worthwhile) return false
    text = chunks.length === 1 ? chunk : chunks.join("")
    position = 0
    return true
  }

  /** Keeps what is left of `text` for the next chunk. */
  const keep = (): void => {
    const rest = text.slice(position)
    chunks = rest === "" ? [] : [rest]
    held = rest.length
    text = ""
  }

  /** The line that begins at `position`, without its end, or why there is none yet. */
  const takeLine = (end: "\n" | "\r", tooLong: Malformed): string | Malformed | undefined => {
    const found = text.indexOf(end, position)
    const length = (found === -1 ? text.length : found) - position
    if (length > longestLine) return tooLong
    // A CR counts only once the byte after it, taken for an LF as Redis does, has come.
    if (found === -1 || (end === "\r" && found + 1 === text.length)) {
      needed = found === -1 ? 0 : length + 2
      lineEnd = end
      return undefined
    }
    const line = text.slice(position, found)
    position = found + (end === "\r" ? 2 : 1)
    return line
  }

  /** One word of an array; `undefined` until it is complete. */
  const takeBulk = (): Word.Word | Malformed | undefined => {
    if (bulk === -1) {
      const line = takeLine("\r", tooBigLength)
      if (typeof line !== "string") return line
      if (!line.startsWith("$")) {
        return protocolError(
          `expected '$', got '${Grammar.printable(Word.unsafe(line.charAt(0) || " "))}'`
        )
      }
      const length = readLength(line.slice(1))
      if (!trusted && length > mostBytesUntrusted) return untrustedLength
      if (!(length >= 0 && size + length <= mostBytes)) return invalidLength
      bulk = length
      size += length
    }
    if (text.length - position < bulk + 2) {
      needed = bulk + 2
      return undefined
    }
    const word = Word.unsafe(text.slice(position, position + bulk))
    position += bulk + 2
    bulk = -1
    return word
  }

  /** The words of the next request; none where an empty line or an empty array stood. */
  const takeWords = (): ReadonlyArray<Word.Word> | Malformed | undefined => {
    if (missing === 0) {
      if (text.charAt(position) !== "*") {
        const line = takeLine("\n", tooBigInline)
        return typeof line === "string" ? (splitLine(line) ?? unbalancedQuotes) : line
      }
      const line = takeLine("\r", tooBigCount)
      if (typeof line !== "string") return line
      const count = readLength(line.slice(1))
      if (!trusted && count > mostWordsUntrusted) return untrustedCount
      if (!(count <= mostWords)) return invalidCount
      if (count <= 0) return []
      missing = count
      words = []
      size = 0
    }
    while (missing > 0) {
      const word = takeBulk()
      if (typeof word !== "string") return word
      words.push(word)
      missing -= 1
    }
    return words
  }

  const push = (bytes: Uint8Array, isTrusted = true): ReadonlyArray<Request> => {
    const requests: Array<Request> = []
    trusted = isTrusted
    const chunk = Word.fromBytes(bytes)
    if (broken || !join(chunk)) return requests
    while (position < text.length) {
      const isInline = missing === 0 && text.charAt(position) !== "*"
      const taken = takeWords()
      if (taken === undefined) break
      if (taken instanceof Malformed) {
        broken = true
        chunks = []
        requests.push(taken)
        return requests
      }
      // The first byte of a request tells how its line ends.
      needed = 1
      if (taken.length === 0) continue
      if (isInline && isHttp(taken, isFirst)) {
        broken = true
        chunks = []
        requests.push(new Foreign({ protocol: "HTTP" }))
        return requests
      }
      isFirst = false
      const request = Grammar.parse(taken)
      requests.push(request)
      // Whether the password is right is not known yet: what came along with it has the benefit of the doubt.
      if (request._tag === "Authenticate" || request._tag === "Hello") trusted = true
    }
    keep()
    return requests
  }

  return {
    push,
    end: () => [],
    unfinished: () => {
      if (broken) return 0
      // An array is begun by its count alone; of its words, the one that is still to come is not held.
      return missing === 0 ? held : Math.max(1, held + size - Math.max(0, bulk))
    }
  }
}
