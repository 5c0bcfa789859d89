/** The client's half of RESP: encodes requests, and assembles replies from the tokens of RespTokens. */
import * as Reply from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { MalformedReply, type Token } from "./RespTokens.ts"

/** A request, an array of bulk strings, as latin1: one character a byte. */
export const encodeRequest = (args: ReadonlyArray<ByteString.ByteString>): string => {
  let text = `*${args.length}\r\n`
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`
  return text
}

/** The largest reply kept in memory, in bytes: 2 million short names fit, a file sent by mistake does not. */
export const largestReply = 128 * 1024 * 1024
/** Replies of this server nest three deep (COMMAND); a hostile one could nest until the stack ends. */
const deepest = 16

/** The memory of an item besides its text, in bytes: about an object and its place in an array. */
const itemCost = 40

/** An aggregate that is not complete. */
interface Frame {
  readonly kind: "List" | "Dictionary"
  readonly items: Array<Reply.Reply>
  /** How many items are still to come; a dictionary's keys and values are both counted. */
  missing: number
}

/** Assembles tokens into replies, one at a time. */
export interface ReplyBuilder {
  /** The reply that this token completes; `undefined` where it completes none. `MalformedReply` is the last result. */
  readonly push: (token: Token) => Reply.Reply | MalformedReply | undefined
}

/** The approximate memory of a token's reply, in bytes: every item takes some, however short it is. */
const cost = (token: Token): number => {
  switch (token._tag) {
    case "Open":
      return itemCost
    case "BulkStart":
      return itemCost + token.size
    // Counted by its BulkStart.
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

/** Fails where a key is not a bulk string, which is how this server sends them. */
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

/** What `push` gives for a reply that is too large to be kept in memory. */
export const replyTooLarge = new MalformedReply({
  reason: "the reply is too large to be kept in memory"
})

/** A builder, which begins the next reply when one is complete. */
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
    if (size > largestReply) return replyTooLarge
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
