/**
 * Tells by how a connection begins what is spoken on it: by its first byte which codec is meant, or that it is TLS,
 * and by its words whether it is HTTP, sent by a browser at the bidding of some web page.
 */
import type { Reply } from "../domain/Reply.ts"
import type { Codec, Decoder, Encoder, Request } from "./Codec.ts"

/** How a list or a tuple begins: PROTO (protocols 2 and later), MARK (0, and a tuple in 1), EMPTY_LIST (1). */
const opensPickle: ReadonlySet<number | undefined> = new Set([0x80, 0x28, 0x5d])

/**
 * The codec of one connection: `pickle` where its first byte opens one, else `otherwise`, which also has the word as
 * long as nothing has come.
 */
export const detect = (pickle: Codec, otherwise: Codec): Codec => new Detected(pickle, otherwise)

/** Codec, decoder and encoder in one, since ten thousand of these stand idle. The encoder follows what the decoder has seen. */
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
      // One that was made to say something before the first byte came.
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
 * Whether the words of an inline request are of an HTTP one: its first line, or, on any line, what Redis takes for the sign of one
 * (networking.c, processCommand: `POST` and `Host:`).
 */
export const isHttp = (words: ReadonlyArray<string>, isFirst: boolean): boolean => {
  const name = words[0]?.toLowerCase()
  return (
    name === "post" || name === "host:" || (isFirst && /^HTTP\/1\.\d$/.test(words.at(-1) ?? ""))
  )
}
