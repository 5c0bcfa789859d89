/** Encodes replies in RESP 2 or 3 (redis.io, protocol specification). A `SwitchProtocol` changes the version, beginning with itself. */
import { lengthOf, type LongList, type ProtocolVersion, type Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { type Encoder, inParts } from "../Codec.ts"

/** Line ends become spaces: the end of the line ends a status or an error. */
const oneLine = (text: ByteString.ByteString): string => text.replace(/[\r\n]/g, " ")

const bulk = (value: string): string => `$${value.length}\r\n${value}\r\n`

/** The bulk strings of texts. Whether they are ASCII, as most are, is looked at once for all of them. */
const bulks = (texts: ReadonlyArray<string>): string => {
  let written = ""
  for (const text of texts) written += bulk(text)
  return ByteString.isAscii(written)
    ? written
    : texts.map((text) => bulk(ByteString.fromText(text))).join("")
}

const listStart = (list: LongList): string => `*${lengthOf(list)}\r\n`

const writeItems = (list: LongList, version: ProtocolVersion): string => {
  if (list._tag === "Texts") return bulks(list.texts)
  let text = ""
  for (const item of list.items) text += write(item, version)
  return text
}

// A `switch`, because `Reply.$match` took a tenth of a short request's time.
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
    case "List":
    case "Texts":
      return listStart(reply) + writeItems(reply, version)
    case "Pushes": {
      let text = ""
      for (const push of reply.pushes) {
        text += `${version === 3 ? ">" : "*"}${push.length}\r\n`
        for (const item of push) text += write(item, version)
      }
      return text
    }
    case "LazyList":
    case "ListBegin":
      return `*${reply.length}\r\n`
    case "NullList":
      return version === 3 ? "_\r\n" : "*-1\r\n"
    case "Dictionary": {
      const { entries, inPairs } = reply
      const isPaired = inPairs === true && version === 2
      const pair = isPaired ? "*2\r\n" : ""
      let text =
        version === 3
          ? `%${entries.length}\r\n`
          : `*${isPaired ? entries.length : entries.length * 2}\r\n`
      for (const [key, value] of entries) text += pair + bulk(key) + write(value, version)
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

/** The longest reply remembered, in bytes: replies that are the same object for all, as the time is for a second, are short. */
const longestRemembered = 64

/** Encodes replies of which the last is often the next one too, on any connection, and remembers it. */
class RepeatedReplies {
  #reply: Reply | undefined
  #text = ""
  #dictionary: Reply | undefined
  #dictionaryVersion: ProtocolVersion = 2
  #dictionaryText = ""
  /** Texts of messages that are told to many, by the version; for as long as the messages are kept elsewhere. */
  readonly #pushes = { 2: new WeakMap<Reply, string>(), 3: new WeakMap<Reply, string>() }

  /** COMMAND DOCS is always the same object, 12 kB that take 80 µs to encode. */
  writeDictionary(reply: Reply, version: ProtocolVersion): string {
    if (reply !== this.#dictionary || version !== this.#dictionaryVersion) {
      this.#dictionaryText = write(reply, version)
      this.#dictionary = reply
      this.#dictionaryVersion = version
    }
    return this.#dictionaryText
  }

  /** One text for all subscribers that are told the same. */
  writePushes(
    reply: Extract<Reply, { readonly _tag: "Pushes" }>,
    version: ProtocolVersion
  ): string {
    const texts = this.#pushes[version]
    const found = texts.get(reply)
    if (found !== undefined) return found
    const text = write(reply, version)
    if (reply.isShared === true) texts.set(reply, text)
    return text
  }

  /** A bulk string or a status is the same in both versions. */
  writeShort(reply: Extract<Reply, { readonly _tag: "Bulk" | "Status" }>): string {
    if (reply === this.#reply) return this.#text
    const text = write(reply, 2)
    if (text.length <= longestRemembered) {
      this.#reply = reply
      this.#text = text
    }
    return text
  }
}

/** The memory of the last replies, for the encoders of one server to share. */
export const makeRepeatedReplies = (): RepeatedReplies => new RepeatedReplies()

/** An encoder for a new connection, which begins with RESP 2. */
export const makeReplyEncoder = (repeated = makeRepeatedReplies()): Encoder =>
  new ReplyEncoder(repeated)

/** A class, for the memory of idle connections, as in RespDecoder. */
class ReplyEncoder implements Encoder {
  readonly #repeated: RepeatedReplies
  #version: ProtocolVersion = 2

  constructor(repeated: RepeatedReplies) {
    this.#repeated = repeated
  }

  head(reply: Reply): string {
    if (reply._tag === "Bulk" || reply._tag === "Status") return this.#repeated.writeShort(reply)
    if (reply._tag === "Dictionary") return this.#repeated.writeDictionary(reply, this.#version)
    if (reply._tag === "Pushes") return this.#repeated.writePushes(reply, this.#version)
    if (reply._tag === "SwitchProtocol") this.#version = reply.version
    return write(reply, this.#version)
  }

  listParts(list: LongList): Iterable<string> {
    return inParts(list, (some) => writeItems(some, this.#version), listStart(list), "")
  }

  tail(reply: Reply): string {
    return reply._tag === "File" || reply._tag === "Content" ? "\r\n" : ""
  }
}
