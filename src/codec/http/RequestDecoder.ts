/**
 * Decodes requests of HTTP/1.0 and 1.1, pipelined or not, and split into chunks anywhere: finds where each head ends.
 * What a head says: RequestHead. A request has no body here, so the next one follows its head.
 */
import * as ByteString from "../../domain/ByteString.ts"
import type { Decoder } from "../Codec.ts"
import type { HttpRefusal, HttpRequest } from "./HttpRequest.ts"
import { mostHead, parseHead, tooLarge } from "./RequestHead.ts"

/** The most requests that `push` or `more` returns, so that other connections get their turn: about 1 ms. */
const mostAtOnce = 256

/** The most chunks that are kept before they are joined: each costs memory besides its bytes. */
const mostChunks = 1024

const noRequests: ReadonlyArray<HttpRequest | HttpRefusal> = []

/** An empty line, whether its ends are CR LF or, wrongly, LF alone: RequestHead then refuses it, at once. */
const endOfHead = (text: string, from: number): number => {
  for (let at = text.indexOf("\n", from); at !== -1; at = text.indexOf("\n", at + 1)) {
    const next = text.charCodeAt(at + 1)
    if (next === 0x0a) return at + 2
    if (next === 0x0d && text.charCodeAt(at + 2) === 0x0a) return at + 3
  }
  return -1
}

/** A class, for ten thousand of these stand idle, as in resp/RespDecoder. */
class RequestDecoder implements Decoder {
  #chunks: Array<string> = []
  #held = 0
  #text = ""
  #position = 0
  /** Whether the last request of the connection has come. */
  #over = false
  /** Whether requests may be left in `text`. */
  #stopped = false

  push(bytes: ByteString.ByteString): ReadonlyArray<HttpRequest | HttpRefusal> {
    if (this.#over) return noRequests
    if (this.#stopped) this.#keep()
    this.#stopped = false
    if (this.#held > 0) {
      this.#chunks.push(bytes)
      this.#held += bytes.length
      if (this.#chunks.length > mostChunks) this.#chunks = [this.#chunks.join("")]
      // Nothing but a line feed ends a head, and joining for each byte that drips in would cost more than the byte.
      if (!bytes.includes("\n") && this.#held <= mostHead) return noRequests
      this.#text = this.#chunks.join("")
    } else this.#text = bytes
    this.#position = 0
    return this.more()
  }

  more(): ReadonlyArray<HttpRequest | HttpRefusal> {
    const requests: Array<HttpRequest | HttpRefusal> = []
    this.#stopped = false
    while (this.#position < this.#text.length) {
      const request = this.#take()
      if (request === undefined) break
      requests.push(request)
      if (request._tag === "HttpRefusal" || !request.isPersistent) {
        this.#end()
        return requests
      }
      if (requests.length === mostAtOnce) {
        this.#stopped = true
        return requests
      }
    }
    this.#keep()
    return requests
  }

  /** The request that begins at `position`; `undefined` until its head is complete. */
  #take(): HttpRequest | HttpRefusal | undefined {
    const text = this.#text
    // Empty lines before a request are none of it (RFC 9112, 2.2).
    while (text.startsWith("\r\n", this.#position)) this.#position += 2
    const start = this.#position
    const end = endOfHead(text, start)
    if (end === -1 ? text.length - start > mostHead : end - start > mostHead) {
      return tooLarge(text.slice(start, start + mostHead + 1))
    }
    if (end === -1) return undefined
    this.#position = end
    return parseHead(text.slice(start, end))
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
    this.#position = 0
  }

  #end(): void {
    this.#over = true
    this.#chunks = []
    this.#held = 0
    this.#text = ""
  }

  hasMore(): boolean {
    return this.#stopped
  }

  end(): ReadonlyArray<HttpRequest | HttpRefusal> {
    return noRequests
  }

  unfinished(): number {
    return this.#over || this.#stopped ? 0 : this.#held + ByteString.overhead * this.#chunks.length
  }
}

/** A decoder for a new connection. */
export const makeRequestDecoder = (): Decoder => new RequestDecoder()
