/**
 * Decodes requests: arrays of bulk strings and inline lines, mixed, and split into chunks anywhere. What is malformed,
 * and the messages that say so, are Redis's (networking.c, processMultibulkBuffer and processInlineBuffer; replies of
 * redis-server 7.0.15 in test/fixtures/resp-vectors.json). The command in a request: commands/Parser.ts.
 */
import * as Parser from "../../commands/Parser.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { type Decoder, Foreign, Malformed, type Request } from "../Codec.ts"
import * as Limits from "./RespLimits.ts"
import { opensArray, opensTls } from "../../domain/FirstByte.ts"
import { isHttp } from "../Detect.ts"
import { splitLine } from "./InlineLine.ts"
import { RepeatedRequest } from "./RepeatedRequest.ts"

const dollar = 0x24
const zero = 0x30
const nine = 0x39
const carriageReturn = 0x0d
/** The most digits of a length that `takePlainLength` reads: `mostBytes` has seven. */
const mostPlainDigits = 7

/** The most requests that `push` or `more` returns, so that other connections get their turn: about 1 ms. */
const mostAtOnce = 256

/** The most chunks that are kept before they are joined: each costs memory besides its bytes. */
const mostChunks = 1024

/** A length as Redis reads it (util.c, string2ll): no sign but `-`, no leading zero; NaN where it is none. */
const readLength = (digits: string): number =>
  /^(?:0|-?[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN

const noArgs: Array<ByteString.ByteString> = []
const noArg = ByteString.unsafe("")

/**
 * The decoder of one connection. Bytes are held as latin1 text, which is faster to search and slice. Chunks are joined
 * only when the line or the bulk string that comes next is complete, so that a peer that sends byte by byte costs no
 * more time than its bytes. A class, because ten thousand of these stand idle, and closures took nine times the memory.
 */
class RequestDecoder implements Decoder {
  readonly #repeated: RepeatedRequest
  /** The chunks that are not joined yet, and their bytes in all. */
  #chunks: Array<string> = []
  #held = 0
  /** How many bytes the next step needs; 0 while it needs the end of a line. */
  #needed = 1
  /** The end of the line needed: LF ends an inline request, CR a length's line, as in Redis. */
  #lineEnd = "\n"
  #text = ""
  #position = 0
  /** The current array: how many arguments are still to come, those that came, and the bytes announced for them. */
  #missing = 0
  #args = noArgs
  #size = 0
  /** How many of the arguments are copies, which do not keep the text they were sliced from in memory. */
  #owned = 0
  /** The length of the bulk string whose bytes come next, -1 before its line is complete. */
  #bulk = -1
  #broken = false
  /** Whether anything has come. */
  #begun = false
  /** Whether no request was complete yet. */
  #isFirst = true
  #isAuthenticated = true
  /** Whether requests may be left in `text`. */
  #stopped = false

  constructor(repeated: RepeatedRequest) {
    this.#repeated = repeated
  }

  /** Joins all chunks to `text` and returns true; returns false where they cannot complete anything yet. */
  #join(chunk: string): boolean {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#chunks.length > mostChunks) this.#chunks = [this.#chunks.join("")]
    const worthwhile =
      this.#needed > 0
        ? this.#held >= this.#needed
        : chunk.includes(this.#lineEnd) || this.#held > Limits.longestLine
    if (!worthwhile) return false
    this.#text = this.#chunks.length === 1 ? (this.#chunks[0] ?? "") : this.#chunks.join("")
    this.#position = 0
    return true
  }

  /** Keeps the rest of `text` for the next chunk, and nothing else of it. */
  #keep(): void {
    const rest =
      this.#position === 0
        ? this.#text
        : ByteString.ownCopy(ByteString.unsafe(this.#text.slice(this.#position)))
    this.#chunks = rest === "" ? [] : [rest]
    this.#held = rest.length
    this.#text = ""
    for (; this.#owned < this.#args.length; this.#owned++) {
      this.#args[this.#owned] = ByteString.ownCopy(this.#args[this.#owned] ?? noArg)
    }
  }

  /** The line that begins at `position`, without its end; `undefined` where it is not complete. */
  #takeLine(end: "\n" | "\r", tooLong: Malformed): string | Malformed | undefined {
    const found = this.#text.indexOf(end, this.#position)
    const length = (found === -1 ? this.#text.length : found) - this.#position
    if (length > Limits.longestLine) return tooLong
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
   * The number on the line that begins at `position` with `mark`; -1 where the line is not complete or the number is
   * unusual, which is then left to `takeLine`. Without this, slicing and matching lines took a third of a request's
   * time.
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

  /** The length of the next bulk string, NaN if its line has none; `undefined` where the line is not complete. */
  #takeBulkLength(): number | Malformed | undefined {
    const plain = this.#takePlainLength(dollar)
    if (plain !== -1) return plain
    const line = this.#takeLine("\r", Limits.tooBigLength)
    if (typeof line !== "string") return line
    return line.startsWith("$")
      ? readLength(line.slice(1))
      : Limits.notALength(ByteString.printable(ByteString.unsafe(line.charAt(0) || " ")))
  }

  /** The number of arguments of the next array, NaN if its line has none; `undefined` where the line is not complete. */
  #takeCount(): number | Malformed | undefined {
    const plain = this.#takePlainLength(opensArray)
    if (plain !== -1) return plain
    const line = this.#takeLine("\r", Limits.tooBigCount)
    return typeof line === "string" ? readLength(line.slice(1)) : line
  }

  /** One argument of an array; `undefined` until it is complete. */
  #takeBulk(): ByteString.ByteString | Malformed | undefined {
    if (this.#bulk === -1) {
      const length = this.#takeBulkLength()
      if (typeof length !== "number") return length
      if (!this.#isAuthenticated && length > Limits.mostBytesUnauthenticated)
        return Limits.unauthenticatedLength
      if (!(length >= 0 && this.#size + length <= Limits.mostBytes)) return Limits.invalidLength
      this.#bulk = length
      this.#size += length
    }
    if (this.#text.length - this.#position < this.#bulk + 2) {
      this.#needed = this.#bulk + 2
      return undefined
    }
    const arg = ByteString.unsafe(this.#text.slice(this.#position, this.#position + this.#bulk))
    this.#position += this.#bulk + 2
    this.#bulk = -1
    return arg
  }

  /** The arguments of the next request, none for an empty line or array; `undefined` until it is complete. */
  #takeArgs(): ReadonlyArray<ByteString.ByteString> | Malformed | undefined {
    if (this.#missing === 0) {
      if (this.#text.charCodeAt(this.#position) !== opensArray) {
        const line = this.#takeLine("\n", Limits.tooBigInline)
        return typeof line === "string" ? (splitLine(line) ?? Limits.unbalancedQuotes) : line
      }
      const count = this.#takeCount()
      if (typeof count !== "number") return count
      if (!this.#isAuthenticated && count > Limits.mostArgsUnauthenticated)
        return Limits.unauthenticatedCount
      if (!(count <= Limits.mostArgs)) return Limits.invalidCount
      if (count <= 0) return []
      this.#missing = count
      this.#args = []
      this.#size = 0
      this.#owned = 0
    }
    while (this.#missing > 0) {
      const arg = this.#takeBulk()
      if (typeof arg !== "string") return arg
      this.#args.push(arg)
      this.#missing -= 1
    }
    const args = this.#args
    // An idle connection must not keep its last request in memory.
    this.#args = noArgs
    return args
  }

  push(bytes: ByteString.ByteString, isAuthenticated = true): ReadonlyArray<Request> {
    if (!this.#begun && bytes.length > 0) {
      this.#begun = true
      this.#broken = bytes.charCodeAt(0) === opensTls
      if (this.#broken) return [Limits.noTls]
    }
    if (this.#stopped) this.#keep()
    this.#stopped = false
    return this.#broken || !this.#join(bytes) ? [] : this.more(isAuthenticated)
  }

  more(isAuthenticated = true): ReadonlyArray<Request> {
    const requests: Array<Request> = []
    this.#isAuthenticated = isAuthenticated
    this.#stopped = false
    while (!this.#stopped && this.#position < this.#text.length) {
      const start = this.#position
      const isArray = this.#missing === 0 && this.#text.charCodeAt(start) === opensArray
      const repeated = isArray ? this.#repeated.at(this.#text, start) : undefined
      if (repeated !== undefined) {
        this.#position += this.#repeated.length
        this.#needed = 1
        this.#isFirst = false
        this.#stopped = requests.push(repeated) === mostAtOnce
        continue
      }
      const isInline = this.#missing === 0 && !isArray
      const taken = this.#takeArgs()
      if (taken === undefined) break
      if (taken instanceof Malformed) {
        this.#break()
        requests.push(taken)
        return requests
      }
      // Which end of line comes next depends on the first byte of the next request.
      this.#needed = 1
      if (taken.length === 0) continue
      if (isInline && isHttp(taken, this.#isFirst)) {
        this.#break()
        requests.push(new Foreign({ protocol: "HTTP" }))
        return requests
      }
      this.#isFirst = false
      const request = Parser.parse(taken)
      // Whether larger requests may follow is known once this one is answered.
      this.#stopped = requests.push(request) === mostAtOnce || changesAuthentication(request)
      if (!this.#stopped && isArray && taken.length === 1 && !(request instanceof Error))
        this.#repeated.note(request, this.#text, start, this.#position)
    }
    if (!this.#stopped) this.#keep()
    return requests
  }

  hasMore(): boolean {
    return this.#stopped
  }

  #break(): void {
    this.#broken = true
    this.#chunks = []
    this.#args = noArgs
    this.#text = ""
  }

  end(): ReadonlyArray<Request> {
    return []
  }

  unfinished(): number {
    if (this.#broken || this.#stopped) return 0
    const held = this.#held + ByteString.overhead * this.#chunks.length
    // The announced bytes of the argument that comes next are not held yet.
    return this.#missing === 0
      ? held
      : held + this.#size - Math.max(0, this.#bulk) + ByteString.overhead * (1 + this.#args.length)
  }
}

const changesAuthentication = ({ _tag }: Request): boolean =>
  _tag === "Authenticate" || _tag === "Hello" || _tag === "Reset"

/** A decoder for a new connection. */
export const makeRequestDecoder = (repeated = new RepeatedRequest()): Decoder =>
  new RequestDecoder(repeated)
