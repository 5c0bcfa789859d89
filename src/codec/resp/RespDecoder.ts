/**
 * Reads requests: arrays of bulk strings and inline lines, mixed and cut at will. What is malformed, and the words
 * that say so, are Redis's (networking.c, processMultibulkBuffer and processInlineBuffer; replies of redis-server
 * 7.0.15 in test/fixtures/resp-vectors.json).
 */
import * as Parser from "../../commands/Parser.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { type Decoder, Foreign, Malformed, type Request } from "../Codec.ts"
import {
  invalidCount,
  invalidLength,
  longestLine,
  mostBytes,
  mostBytesUntrusted,
  mostWords,
  mostWordsUntrusted,
  noTls,
  protocolError,
  tooBigCount,
  tooBigInline,
  tooBigLength,
  unbalancedQuotes,
  untrustedCount,
  untrustedLength
} from "./RespLimits.ts"
import { opensArray, opensTls } from "../../domain/FirstByte.ts"
import { isHttp } from "../Detect.ts"
import { splitLine } from "./InlineLine.ts"

const dollar = 0x24
const zero = 0x30
const nine = 0x39
const carriageReturn = 0x0d
/** The digits of a length that is read without a look at its line: `mostBytes` has seven. */
const mostPlainDigits = 7

/** So many requests are found before others get their turn: about 1 ms of everybody's time. */
const mostAtOnce = 256

/** So many pieces of what is waited for are kept apart, for each costs more than its bytes. */
const mostPieces = 1024
/** What a piece costs besides its bytes, and a word: a string's header and its place in an array that grows. */
const costOfString = 48

/** As Redis reads a length (util.c, string2ll): no sign but `-`, no leading zero. */
const readLength = (digits: string): number =>
  /^(?:0|-?[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN

const noWords: Array<ByteString.ByteString> = []
const noWord = ByteString.unsafe("")

/**
 * A decoder with a state of its own. Bytes are held as latin1 text, which is as good as bytes and faster to search
 * and cut. Chunks are joined only when the line or the bulk string that is waited for is complete, so that a peer
 * that sends byte by byte costs no more than its bytes. A class, for ten thousand of these stand idle, and closures
 * took nine times the memory.
 */
class RequestDecoder implements Decoder {
  /** What has come and is not yet joined, and how much it is. */
  #chunks: Array<string> = []
  #held = 0
  /** How much must have come before it is worth looking again; 0 while the end of a line is waited for. */
  #needed = 1
  /** The end of line that is waited for: LF ends an inline request, CR a length's line, as in Redis. */
  #lineEnd = "\n"
  #text = ""
  #position = 0
  /** The request that is being read: how many words are still to come, and those that came. */
  #missing = 0
  #words = noWords
  #size = 0
  /** How many of the words are copies that do not hold the text they were cut from. */
  #owned = 0
  /** The length of the bulk string whose bytes come next, -1 while its line is waited for. */
  #bulk = -1
  #broken = false
  /** Whether anything has come. */
  #begun = false
  /** Whether nothing has been asked yet. */
  #isFirst = true
  #trusted = true
  /** Whether requests may be left in `text`. */
  #stopped = false

  /** Makes `text` all that is held, unless that cannot complete anything yet. */
  #join(chunk: string): boolean {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#chunks.length > mostPieces) this.#chunks = [this.#chunks.join("")]
    const worthwhile =
      this.#needed > 0
        ? this.#held >= this.#needed
        : chunk.includes(this.#lineEnd) || this.#held > longestLine
    if (!worthwhile) return false
    this.#text = this.#chunks.length === 1 ? (this.#chunks[0] ?? "") : this.#chunks.join("")
    this.#position = 0
    return true
  }

  /** Keeps what is left of `text` for the next chunk, and nothing else of it. */
  #keep(): void {
    const rest =
      this.#position === 0
        ? this.#text
        : ByteString.ownCopy(ByteString.unsafe(this.#text.slice(this.#position)))
    this.#chunks = rest === "" ? [] : [rest]
    this.#held = rest.length
    this.#text = ""
    for (; this.#owned < this.#words.length; this.#owned++) {
      this.#words[this.#owned] = ByteString.ownCopy(this.#words[this.#owned] ?? noWord)
    }
  }

  /** The line that begins at `position`, without its end, or why there is none yet. */
  #takeLine(end: "\n" | "\r", tooLong: Malformed): string | Malformed | undefined {
    const found = this.#text.indexOf(end, this.#position)
    const length = (found === -1 ? this.#text.length : found) - this.#position
    if (length > longestLine) return tooLong
    // A CR counts only once the byte after it, taken for an LF as Redis does, has come.
    if (found === -1 || (end === "\r" && found + 1 === this.#text.length)) {
      this.#needed = found === -1 ? 0 : length + 2
      this.#lineEnd = end
      return undefined
    }
    const line = this.#text.slice(this.#position, found)
    this.#position = found + (end === "\r" ? 2 : 1)
    return line
  }

  /**
   * The number on the line that begins at `position` with `mark`, or -1 where the line is not there whole or the number
   * is not a plain one, which `takeLine` then looks into. Without this, cutting out and matching lines took a third
   * of a request's time.
   */
  #takePlainLength(mark: number): number {
    if (this.#text.charCodeAt(this.#position) !== mark) return -1
    const first = this.#position + 1
    let index = first
    let value = 0
    for (let code = this.#text.charCodeAt(index); code >= zero && code <= nine;) {
      value = value * 10 + (code - zero)
      code = this.#text.charCodeAt(++index)
    }
    const digits = index - first
    if (digits === 0 || digits > mostPlainDigits) return -1
    if (digits > 1 && this.#text.charCodeAt(first) === zero) return -1
    if (this.#text.charCodeAt(index) !== carriageReturn || index + 1 === this.#text.length)
      return -1
    this.#position = index + 2
    return value
  }

  /** The length of the next bulk string, NaN if its line has none. */
  #takeBulkLength(): number | Malformed | undefined {
    const plain = this.#takePlainLength(dollar)
    if (plain !== -1) return plain
    const line = this.#takeLine("\r", tooBigLength)
    if (typeof line !== "string") return line
    return line.startsWith("$")
      ? readLength(line.slice(1))
      : protocolError(
          `expected '$', got '${ByteString.printable(ByteString.unsafe(line.charAt(0) || " "))}'`
        )
  }

  /** How many words the next array has, NaN if its line does not tell. */
  #takeCount(): number | Malformed | undefined {
    const plain = this.#takePlainLength(opensArray)
    if (plain !== -1) return plain
    const line = this.#takeLine("\r", tooBigCount)
    return typeof line === "string" ? readLength(line.slice(1)) : line
  }

  /** One word of an array; `undefined` until it is complete. */
  #takeBulk(): ByteString.ByteString | Malformed | undefined {
    if (this.#bulk === -1) {
      const length = this.#takeBulkLength()
      if (typeof length !== "number") return length
      if (!this.#trusted && length > mostBytesUntrusted) return untrustedLength
      if (!(length >= 0 && this.#size + length <= mostBytes)) return invalidLength
      this.#bulk = length
      this.#size += length
    }
    if (this.#text.length - this.#position < this.#bulk + 2) {
      this.#needed = this.#bulk + 2
      return undefined
    }
    const word = ByteString.unsafe(this.#text.slice(this.#position, this.#position + this.#bulk))
    this.#position += this.#bulk + 2
    this.#bulk = -1
    return word
  }

  /** The words of the next request; none where an empty line or an empty array stood. */
  #takeWords(): ReadonlyArray<ByteString.ByteString> | Malformed | undefined {
    if (this.#missing === 0) {
      if (this.#text.charCodeAt(this.#position) !== opensArray) {
        const line = this.#takeLine("\n", tooBigInline)
        return typeof line === "string" ? (splitLine(line) ?? unbalancedQuotes) : line
      }
      const count = this.#takeCount()
      if (typeof count !== "number") return count
      if (!this.#trusted && count > mostWordsUntrusted) return untrustedCount
      if (!(count <= mostWords)) return invalidCount
      if (count <= 0) return []
      this.#missing = count
      this.#words = []
      this.#size = 0
      this.#owned = 0
    }
    while (this.#missing > 0) {
      const word = this.#takeBulk()
      if (typeof word !== "string") return word
      this.#words.push(word)
      this.#missing -= 1
    }
    const words = this.#words
    // They are not kept in memory until the next request comes.
    this.#words = noWords
    return words
  }

  push(bytes: Uint8Array, isTrusted = true): ReadonlyArray<Request> {
    if (!this.#begun && bytes.length > 0) {
      this.#begun = true
      this.#broken = bytes[0] === opensTls
      if (this.#broken) return [noTls]
    }
    if (this.#stopped) this.#keep()
    this.#stopped = false
    return this.#broken || !this.#join(ByteString.fromBytes(bytes)) ? [] : this.more(isTrusted)
  }

  more(isTrusted = true): ReadonlyArray<Request> {
    const requests: Array<Request> = []
    this.#trusted = isTrusted
    this.#stopped = false
    while (this.#position < this.#text.length) {
      const isInline = this.#missing === 0 && this.#text.charCodeAt(this.#position) !== opensArray
      const taken = this.#takeWords()
      if (taken === undefined) break
      if (taken instanceof Malformed) {
        this.#break()
        requests.push(taken)
        return requests
      }
      // The first byte of a request tells how its line ends.
      this.#needed = 1
      if (taken.length === 0) continue
      if (isInline && isHttp(taken, this.#isFirst)) {
        this.#break()
        requests.push(new Foreign({ protocol: "HTTP" }))
        return requests
      }
      this.#isFirst = false
      const request = Parser.parse(taken)
      // Whether more is allowed to what comes behind it is known once it is answered.
      this.#stopped = requests.push(request) === mostAtOnce || changesTrust(request)
      if (this.#stopped) return requests
    }
    this.#keep()
    return requests
  }

  hasMore(): boolean {
    return this.#stopped
  }

  #break(): void {
    this.#broken = true
    this.#chunks = []
    this.#words = noWords
    this.#text = ""
  }

  end(): ReadonlyArray<Request> {
    return []
  }

  unfinished(): number {
    if (this.#broken || this.#stopped) return 0
    const held = this.#held + costOfString * this.#chunks.length
    // Of the words that were announced, the one that is still to come is not held.
    return this.#missing === 0
      ? held
      : held + this.#size - Math.max(0, this.#bulk) + costOfString * (1 + this.#words.length)
  }
}

const changesTrust = ({ _tag }: Request): boolean =>
  _tag === "Authenticate" || _tag === "Hello" || _tag === "Reset"

/** A decoder of requests, at the beginning of a connection. */
export const makeRequestDecoder = (): Decoder => new RequestDecoder()
