/** Writes replies in RESP 2 or 3 (redis.io, protocol specification); HELLO and RESET change which, from that reply on. */
import type { ProtocolVersion, Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { Encoder } from "../Codec.ts"

/** A status or an error ends with its line, so no line may end inside it. */
const oneLine = (text: ByteString.ByteString): string => text.replace(/[\r\n]/g, " ")

const bulk = (value: string): string => `$${value.length}\r\n${value}\r\n`

// A `switch`, for a match by functions took a tenth of a short request's time.
const write = (reply: Reply, version: ProtocolVersion): string => {
  switch (reply._tag) {
    case "Bulk":
      return bulk(reply.value)
    case "Status":
      return `+${oneLine(reply.text)}\r\n`
    case "Null":
      return version === 3 ? "_\r\n" : "$-1\r\n"
    case "Integer":
      return `:${reply.value}\r\n`
    case "List": {
      let text = `*${reply.items.length}\r\n`
      for (const item of reply.items) text += write(item, version)
      return text
    }
    case "ListBegin":
      return `*${reply.length}\r\n`
    case "NullList":
      return version === 3 ? "_\r\n" : "*-1\r\n"
    case "Dictionary": {
      const { entries } = reply
      let text = version === 3 ? `%${entries.length}\r\n` : `*${entries.length * 2}\r\n`
      for (const [key, value] of entries) text += bulk(key) + write(value, version)
      return text
    }
    case "File":
      return `*2\r\n${bulk(reply.name)}$${reply.body.size}\r\n`
    case "Content":
      return `$${reply.body.size}\r\n`
    case "Error":
      return `-${reply.code} ${oneLine(ByteString.fromText(reply.message))}\r\n`
    case "SwitchProtocol":
      return write(reply.reply, reply.version)
    case "NoReply":
      return ""
    case "CloseAfterReply":
      return write(reply.reply, version)
  }
}

/** Replies that are one and the same for everybody, as the time is for a second, are short. */
const longestRemembered = 64

/** Encodes short replies, and remembers the last: it is often the next as well, whoever asks. */
class ShortReplies {
  #reply: Reply | undefined
  #text = ""

  /** A bulk string or a status is the same in both versions. */
  write(reply: Extract<Reply, { readonly _tag: "Bulk" | "Status" }>): string {
    if (reply === this.#reply) return this.#text
    const text = write(reply, 2)
    if (text.length <= longestRemembered) {
      this.#reply = reply
      this.#text = text
    }
    return text
  }
}

/** A memory of the last short reply, which the encoders of one server share. */
export const makeShortReplies = (): ShortReplies => new ShortReplies()

/** An encoder that begins with RESP 2, as every connection does. */
export const makeReplyEncoder = (shortReplies = makeShortReplies()): Encoder =>
  new ReplyEncoder(shortReplies)

/** A class, as the decoder is. */
class ReplyEncoder implements Encoder {
  readonly #shortReplies: ShortReplies
  #version: ProtocolVersion = 2

  constructor(shortReplies: ShortReplies) {
    this.#shortReplies = shortReplies
  }

  head(reply: Reply): string {
    if (reply._tag === "Bulk" || reply._tag === "Status") return this.#shortReplies.write(reply)
    if (reply._tag === "SwitchProtocol") this.#version = reply.version
    return write(reply, this.#version)
  }

  tail(reply: Reply): string {
    return reply._tag === "File" || reply._tag === "Content" ? "\r\n" : ""
  }
}
