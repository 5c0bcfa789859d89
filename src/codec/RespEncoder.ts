/** Writes replies in RESP 2 or 3 (redis.io, protocol specification); HELLO and RESET change which, from that reply on. */
import { Reply, type ProtocolVersion } from "../domain/Reply.ts"
import * as Word from "../domain/Word.ts"
import type { Encoder } from "./Codec.ts"

/** A status or an error ends with its line, so no line may end inside it. */
const oneLine = (text: string): string => Word.fromText(text.replace(/[\r\n]/g, " "))

const bulk = (value: string): string => `$${value.length}\r\n${value}\r\n`

const write = (reply: Reply, version: ProtocolVersion): string =>
  Reply.$match(reply, {
    Status: ({ text }) => `+${text.replace(/[\r\n]/g, " ")}\r\n`,
    Bulk: ({ value }) => bulk(value),
    Null: () => (version === 3 ? "_\r\n" : "$-1\r\n"),
    Integer: ({ value }) => `:${value}\r\n`,
    List: ({ items }) => {
      let text = `*${items.length}\r\n`
      // Names of files come by the hundred thousand, and matching each would take most of the time.
      for (const item of items) {
        text += item._tag === "Bulk" ? bulk(item.value) : write(item, version)
      }
      return text
    },
    Dictionary: ({ entries }) => {
      let text = version === 3 ? `%${entries.length}\r\n` : `*${entries.length * 2}\r\n`
      for (const [key, value] of entries) text += bulk(key) + write(value, version)
      return text
    },
    File: ({ body, name }) => `*2\r\n${bulk(name)}$${body.size}\r\n`,
    Content: ({ body }) => `$${body.size}\r\n`,
    Refusal: ({ code, message }) => `-${code} ${oneLine(message)}\r\n`,
    SwitchProtocol: ({ reply, version }) => write(reply, version),
    Silence: () => "",
    Farewell: ({ reply }) => write(reply, version)
  })

/** An encoder that begins with RESP 2, as every connection does. */
export const makeReplyEncoder = (): Encoder => {
  let version: ProtocolVersion = 2
  return {
    head: (reply) => {
      if (reply._tag === "SwitchProtocol") version = reply.version
      return write(reply, version)
    },
    tail: (reply) => (reply._tag === "File" || reply._tag === "Content" ? "\r\n" : "")
  }
}
