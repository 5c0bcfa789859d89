/**
 * Tells by how a connection begins what is spoken on it: by its first byte which codec is meant, and by its words
 * whether it is HTTP, sent by a browser at the bidding of some web page.
 */
import type { Codec, Decoder, Encoder } from "./Codec.ts"

/** How a list or a tuple begins: PROTO (protocols 2 and later), MARK (0, and a tuple in 1), EMPTY_LIST (1). */
const opensPickle: ReadonlySet<number | undefined> = new Set([0x80, 0x28, 0x5d])

/**
 * The codec of one connection: `pickle` where its first byte opens one, else `otherwise`, which also has the word as
 * long as nothing has come. Its encoder follows what its decoder has seen, so each is made once.
 */
export const detect = (pickle: Codec, otherwise: Codec): Codec => {
  let chosen = otherwise
  const makeDecoder = (): Decoder => {
    let decoder: Decoder | undefined
    return {
      push: (bytes, trusted) => {
        if (bytes.length === 0) return []
        if (decoder === undefined) {
          if (opensPickle.has(bytes[0])) chosen = pickle
          decoder = chosen.makeDecoder()
        }
        return decoder.push(bytes, trusted)
      },
      end: () => decoder?.end() ?? [],
      unfinished: () => decoder?.unfinished() ?? 0
    }
  }
  const makeEncoder = (): Encoder => {
    let codec: Codec | undefined
    let encoder: Encoder | undefined
    /** Made anew where something had to be said before the first byte came. */
    const current = (): Encoder => {
      if (encoder === undefined || codec !== chosen) {
        codec = chosen
        encoder = chosen.makeEncoder()
      }
      return encoder
    }
    return {
      head: (reply) => current().head(reply),
      tail: (reply) => current().tail(reply)
    }
  }
  return {
    get name() {
      return chosen.name
    },
    get takesPassword() {
      return chosen.takesPassword
    },
    makeDecoder,
    makeEncoder
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
