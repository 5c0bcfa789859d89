/**
 * Reads the replies of a server as tokens, in their order, and the bytes of a bulk string as a stream. Which replies the
 * tokens make is left to RespConnection.
 */
import { type Array as Arr, Cause, Effect, Stream } from "effect"
import { makeTokenDecoder, MalformedReply, type Token } from "../codec/resp/RespTokens.ts"
import { type IncomingBody, type Options, unexpected } from "./Connection.ts"
import type { Reader, ReadError } from "./SocketIO.ts"

/** Takes tokens, each once. */
export interface TokenReader {
  /** The next token. */
  readonly take: Effect.Effect<Token, ReadError | MalformedReply>
  /**
   * Hands over the tokens that have come, one by one, until the consumer makes something of them; `undefined` where it
   * made nothing of all of them, so that more have to be read.
   */
  readonly takeUntil: <A>(
    consume: (token: Token) => A | MalformedReply | false | undefined
  ) => A | MalformedReply | undefined
  /** Reads on, once all tokens that have come were taken. */
  readonly fill: Effect.Effect<void, ReadError>
  /** The bytes of the bulk string whose start was the last token taken. */
  readonly body: (size: number) => IncomingBody
  /** Takes what was not pulled of the last body. */
  readonly skipBody: Effect.Effect<void, ReadError | MalformedReply>
}

/**
 * The tokens, with the bytes behind the first `lent` ones copied. What comes behind a body whose bytes are lent is of replies
 * that others wait for, and they keep it.
 */
const copyBehind = (
  tokens: ReadonlyArray<Token | MalformedReply>,
  lent: number
): ReadonlyArray<Token | MalformedReply> => {
  let left = lent
  return tokens.map((token) => {
    if (token._tag !== "BulkPart") return token
    left -= token.bytes.length
    return left >= 0 ? token : { _tag: "BulkPart", bytes: Uint8Array.from(token.bytes) }
  })
}

/** The tokens of what is read; `lend` as in Options. */
export const makeTokenReader = ({ read }: Reader, lend: Options["lend"]): TokenReader => {
  const decoder = makeTokenDecoder()
  let tokens: ReadonlyArray<Token | MalformedReply> = []
  let next = 0
  /** How many bytes of the current body were not pulled yet. */
  let incoming = { left: 0 }

  /** Reads on; only the bytes of the current body are lent. */
  const fillWith = (isLending: boolean) =>
    Effect.suspend(() => {
      lend?.(isLending)
      return Effect.map(read, (chunks) => {
        const come = chunks.flatMap((chunk) => decoder.push(chunk))
        tokens = isLending ? copyBehind(come, incoming.left) : come
        next = 0
      })
    })
  const fill = fillWith(false)

  const take: TokenReader["take"] = Effect.suspend(() => {
    const token = tokens[next]
    if (token === undefined) return Effect.andThen(fill, take)
    next += 1
    return token instanceof MalformedReply ? Effect.fail(token) : Effect.succeed(token)
  })

  const takeUntil: TokenReader["takeUntil"] = (consume) => {
    for (let token = tokens[next]; token !== undefined; token = tokens[next]) {
      next += 1
      const made = token instanceof MalformedReply ? token : consume(token)
      if (made !== undefined && made !== false) return made
    }
    return undefined
  }

  const takePart = Effect.suspend(() =>
    Effect.flatMap(take, (token) => {
      if (token._tag !== "BulkPart") return Effect.fail(unexpected)
      incoming.left -= token.bytes.length
      return Effect.succeed(token.bytes)
    })
  )

  const body = (size: number): IncomingBody => {
    const thisBody = { left: size }
    incoming = thisBody
    /** What came together is one array. */
    const parts = (isLent: boolean) =>
      Stream.fromPull(
        Effect.succeed(
          Effect.gen(function* () {
            if (thisBody.left === 0) return yield* Cause.done()
            if (next === tokens.length) yield* fillWith(isLent)
            const together: Arr.NonEmptyArray<Uint8Array> = [yield* takePart]
            while (thisBody.left > 0 && next < tokens.length) together.push(yield* takePart)
            return together
          })
        )
      )
    return { size, bytes: parts(false), lentBytes: parts(true) }
  }

  const skipBody = Effect.whileLoop({
    while: () => incoming.left > 0,
    body: () => takePart,
    step: () => undefined
  })

  return { take, takeUntil, fill, body, skipBody }
}
