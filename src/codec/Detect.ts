/** Tells by a connection's first byte what is spoken on it. What comes after that byte is the chosen codec's affair. */
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
    makeDecoder,
    makeEncoder
  }
}
