/**
 * Detects the protocol of a connection: pickle by its first byte, HTTP by its first line, RESP fallback. It does so once:
 * a connection never changes its protocol. TLS is detected by net/TlsHandshake, and refused by resp/RespDecoder where the
 * server does not use it; HTTP where it is not spoken, or comes later on, by `isHttp`.
 */
import * as ByteString from "../domain/ByteString.ts"
import type { LongList, Reply } from "../domain/Reply.ts"
import type { Codec, Decoder, Encoder, Request } from "./Codec.ts"
import { FirstLine } from "./http/FirstLine.ts"

/** The first bytes of a pickled list or tuple: PROTO (protocols 2 and later), MARK (0, and a tuple in 1), EMPTY_LIST (1). */
const opensPickle: ReadonlySet<number> = new Set([0x80, 0x28, 0x5d])

/** The protocols that are spoken on a port. */
export interface Protocols {
  /** Where the first byte begins a pickle; not spoken unless given. */
  readonly pickle?: Codec | undefined
  /** Where the first line is one of HTTP; not spoken unless given. */
  readonly http?: Codec | undefined
  /** Everything else, and replies that are sent before anything has come. */
  readonly fallback: Codec
}

/** The codec of one connection. */
export const detect = (protocols: Protocols): Codec => new Detected(protocols)

const noRequests: ReadonlyArray<Request> = []

/** A first line that is open still, and its bytes. */
interface Undecided {
  readonly line: FirstLine
  readonly chunks: Array<string>
  held: number
}

/** Codec, decoder and encoder in one object, because ten thousand of them stand idle. The encoder is that of the codec detected. */
class Detected implements Codec, Decoder, Encoder {
  readonly #protocols: Protocols
  #codec: Codec
  #decoder: Decoder | undefined
  #encoder: Encoder | undefined
  #undecided: Undecided | undefined

  constructor(protocols: Protocols) {
    this.#protocols = protocols
    this.#codec = protocols.fallback
  }

  get name(): string | undefined {
    return this.#decoder === undefined ? undefined : this.#codec.name
  }

  get takesPassword(): boolean {
    return this.#codec.takesPassword
  }

  makeDecoder(): Decoder {
    return this
  }

  makeEncoder(): Encoder {
    return this
  }

  push(bytes: ByteString.ByteString, isAuthenticated?: boolean): ReadonlyArray<Request> {
    if (this.#decoder !== undefined) return this.#decoder.push(bytes, isAuthenticated)
    if (bytes.length === 0) return noRequests
    const { http, fallback, pickle } = this.#protocols
    if (this.#undecided === undefined) {
      const first = bytes.charCodeAt(0)
      if (pickle !== undefined && opensPickle.has(first))
        return this.#choose(pickle, bytes, isAuthenticated)
      if (http === undefined || !opensMethod(first))
        return this.#choose(fallback, bytes, isAuthenticated)
    }
    const undecided = (this.#undecided ??= { line: new FirstLine(), chunks: [], held: 0 })
    const isHttp = undecided.line.push(bytes)
    if (isHttp === undefined) {
      undecided.chunks.push(bytes)
      undecided.held += bytes.length
      return noRequests
    }
    const { chunks, held } = undecided
    this.#undecided = undefined
    const codec = isHttp && http !== undefined ? http : fallback
    if (held === 0) return this.#choose(codec, bytes, isAuthenticated)
    chunks.push(bytes)
    return this.#choose(codec, ByteString.unsafe(chunks.join("")), isAuthenticated)
  }

  #choose(
    codec: Codec,
    bytes: ByteString.ByteString,
    isAuthenticated: boolean | undefined
  ): ReadonlyArray<Request> {
    // An encoder made for a reply before that was known is of another codec.
    if (codec !== this.#codec) this.#encoder = undefined
    this.#codec = codec
    this.#decoder = codec.makeDecoder()
    return this.#decoder.push(bytes, isAuthenticated)
  }

  hasMore(): boolean {
    return this.#decoder?.hasMore() ?? false
  }

  more(isAuthenticated?: boolean): ReadonlyArray<Request> {
    return this.#decoder?.more(isAuthenticated) ?? noRequests
  }

  end(): ReadonlyArray<Request> {
    return this.#decoder?.end() ?? noRequests
  }

  unfinished(): number {
    if (this.#decoder !== undefined) return this.#decoder.unfinished()
    return this.#undecided === undefined
      ? 0
      : this.#undecided.held + ByteString.overhead * this.#undecided.chunks.length
  }

  get #current(): Encoder {
    this.#encoder ??= this.#codec.makeEncoder()
    return this.#encoder
  }

  head(reply: Reply): string {
    return this.#current.head(reply)
  }

  listParts(list: LongList): Iterable<string> {
    return this.#current.listParts(list)
  }

  tail(reply: Reply): string {
    return this.#current.tail(reply)
  }
}

/** `A` to `Z`: whatever begins fallback, as an array of RESP does, is known at once. */
const opensMethod = (first: number): boolean => first >= 0x41 && first <= 0x5a

/**
 * Whether an inline request is a line of an HTTP request: the request line, if it is the first on the connection; or
 * one that Redis takes for HTTP, `POST` or `Host:` (networking.c, processCommand).
 */
export const isHttp = (args: ReadonlyArray<string>, isFirst: boolean): boolean => {
  const name = args[0]?.toLowerCase()
  return name === "post" || name === "host:" || (isFirst && /^HTTP\/1\.\d$/.test(args.at(-1) ?? ""))
}
