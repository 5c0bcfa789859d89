/**
 * Detects the protocol of a connection: RESP or pickle by its first byte, HTTP by the words of an inline request. TLS
 * is detected by net/TlsHandshake, and refused by resp/RespDecoder where the server does not use it.
 */
import type { Reply } from "../domain/Reply.ts"
import type { Codec, Decoder, Encoder, Request } from "./Codec.ts"

/** The first bytes of a pickled list or tuple: PROTO (protocols 2 and later), MARK (0, and a tuple in 1), EMPTY_LIST (1). */
const opensPickle: ReadonlySet<number | undefined> = new Set([0x80, 0x28, 0x5d])

/**
 * The codec of one connection: `pickle` if its first byte begins a pickle, else `otherwise`, which also encodes replies
 * until the first byte comes.
 */
export const detect = (pickle: Codec, otherwise: Codec): Codec => new Detected(pickle, otherwise)

/** Codec, decoder and encoder in one object, because ten thousand of them stand idle. The encoder is that of the codec detected. */
class Detected implements Codec, Decoder, Encoder {
  readonly #pickle: Codec
  #codec: Codec
  #decoder: Decoder | undefined
  #encoder: Encoder | undefined

  constructor(pickle: Codec, otherwise: Codec) {
    this.#pickle = pickle
    this.#codec = otherwise
  }

  get name(): string {
    return this.#codec.name
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

  push(bytes: Uint8Array, trusted?: boolean): ReadonlyArray<Request> {
    if (bytes.length === 0) return []
    this.#decoder ??= this.#choose(bytes[0])
    return this.#decoder.push(bytes, trusted)
  }

  #choose(first: number | undefined): Decoder {
    if (opensPickle.has(first)) {
      this.#codec = this.#pickle
      // An encoder made for a reply before the first byte came is of the other codec.
      this.#encoder = undefined
    }
    return this.#codec.makeDecoder()
  }

  hasMore(): boolean {
    return this.#decoder?.hasMore() ?? false
  }

  more(trusted?: boolean): ReadonlyArray<Request> {
    return this.#decoder?.more(trusted) ?? []
  }

  end(): ReadonlyArray<Request> {
    return this.#decoder?.end() ?? []
  }

  unfinished(): number {
    return this.#decoder?.unfinished() ?? 0
  }

  get #current(): Encoder {
    this.#encoder ??= this.#codec.makeEncoder()
    return this.#encoder
  }

  head(reply: Reply): string {
    return this.#current.head(reply)
  }

  tail(reply: Reply): string {
    return this.#current.tail(reply)
  }
}

/**
 * Whether an inline request is a line of an HTTP request: the request line, if it is the first on the connection; or
 * one that Redis takes for HTTP, `POST` or `Host:` (networking.c, processCommand).
 */
export const isHttp = (args: ReadonlyArray<string>, isFirst: boolean): boolean => {
  const name = args[0]?.toLowerCase()
  return name === "post" || name === "host:" || (isFirst && /^HTTP\/1\.\d$/.test(args.at(-1) ?? ""))
}
