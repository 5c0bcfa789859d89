/** RESP as the client speaks it: words to requests, tokens to replies. */
import * as Reply from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { MalformedReply, type Token } from "./RespTokens.ts"

/** A request, as latin1: an array of bulk strings. */
export const encodeRequest = (words: ReadonlyArray<ByteString.ByteString>): string => {
  let text = `*${words.length}\r\n`
  for (const word of words) text += `$${word.length}\r\n${word}\r\n`
  return text
}

/** A reply that is kept in memory is at most this large: 2 million short names fit, a file sent by mistake does not. In bytes. */
export const largestReply = 128 * 1024 * 1024
/** Replies of this server nest three deep (COMMAND); a hostile one could nest until the stack ends. */
const deepest = 16

/** What an item costs besides its text: about an object and its place in an array. In bytes. */
const itemCost = 40

/** An aggregate that is being filled. */
interface Frame {
  readonly kind: "List" | "Dictionary"
  readonly items: Array<Reply.Reply>
  /** How many items are still to come; a dictionary's keys and values are both counted. */
  missing: number
}

/** Puts tokens together to one reply at a time. */
export interface ReplyBuilder {
  /** The reply that this token completes. */
  readonly push: (token: Token) => Reply.Reply | MalformedReply | undefined
}

/** The memory that a token's reply costs, about: every item costs some, however short it is. */
const cost = (token: Token): number => {
  switch (token._tag) {
    case "Open":
      return itemCost
    case "BulkStart":
      return itemCost + token.size
    // Its start has counted it.
    case "BulkPart":
      return 0
    case "Leaf":
      switch (token.reply._tag) {
        case "Status":
          return itemCost + token.reply.text.length
        case "Error":
          return itemCost + token.reply.code.length + token.reply.message.length
        default:
          return itemCost
      }
  }
}

/** Keys of a dictionary are bulk strings here, as this server sends them. */
const toDictionary = (items: ReadonlyArray<Reply.Reply>): Reply.Reply | MalformedReply => {
  const entries: Array<readonly [ByteString.ByteString, Reply.Reply]> = []
  for (let index = 0; index < items.length; index += 2) {
    const key = items[index]
    const value = items[index + 1]
    if (key?._tag !== "Bulk" || value === undefined)
      return new MalformedReply({ reason: "a key is no bulk string" })
    entries.push([key.value, value])
  }
  return Reply.Reply.Dictionary({ entries })
}

/** A builder with a state of its own; ready for the next reply when one is complete. */
export const makeReplyBuilder = (): ReplyBuilder => {
  const frames: Array<Frame> = []
  let parts: Array<string> = []
  let bulk = 0
  let size = 0

  const complete = (reply: Reply.Reply): Reply.Reply | MalformedReply | undefined => {
    let current = reply
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      frame.items.push(current)
      frame.missing -= 1
      if (frame.missing > 0) return undefined
      frames.pop()
      const closed = close(frame)
      if (closed instanceof MalformedReply) return closed
      current = closed
    }
    size = 0
    return current
  }

  const close = ({ items, kind }: Frame): Reply.Reply | MalformedReply =>
    kind === "List" ? Reply.Reply.List({ items }) : toDictionary(items)

  const completeBulk = () => {
    const value = ByteString.unsafe(parts.join(""))
    parts = []
    return complete(Reply.Reply.Bulk({ value }))
  }

  const push = (token: Token): Reply.Reply | MalformedReply | undefined => {
    size += cost(token)
    if (size > largestReply)
      return new MalformedReply({ reason: "the reply is too large to be kept in memory" })
    switch (token._tag) {
      case "Leaf":
        return complete(token.reply)
      case "Open": {
        if (frames.length === deepest)
          return new MalformedReply({ reason: "the reply is nested too deep" })
        const frame: Frame = {
          kind: token.kind,
          items: [],
          missing: token.kind === "List" ? token.count : token.count * 2
        }
        if (frame.missing > 0) {
          frames.push(frame)
          return undefined
        }
        const closed = close(frame)
        return closed instanceof MalformedReply ? closed : complete(closed)
      }
      case "BulkStart":
        bulk = token.size
        return bulk === 0 ? completeBulk() : undefined
      case "BulkPart":
        parts.push(ByteString.fromBytes(token.bytes))
        bulk -= token.bytes.length
        return bulk === 0 ? completeBulk() : undefined
    }
  }

  return { push }
}
