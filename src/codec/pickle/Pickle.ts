/**
 * The original project's conversation: pickles of Python, unframed, end to end. A request is a list of a verb and an
 * argument or None; a reply is a str, a list of str, or a tuple of a file's name and its bytes. Only the original's
 * five commands are known. A client that breaks the protocol is not told: there is nothing it could understand.
 */
import type { Command } from "../../commands/Command.ts"
import { UnknownCommand } from "../../domain/Errors.ts"
import * as Parser from "../../commands/Parser.ts"
import { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { type Codec, type Decoder, type Encoder, Malformed, type Request } from "../Codec.ts"
import type { Value } from "./PickleMachine.ts"
import { type Limits, makePickleReader } from "./PickleReader.ts"
import * as Writer from "./PickleWriter.ts"

/** A request is two words; this leaves room for the longest name and every way to write it. */
const limits: Limits = { size: 64 * 1024, values: 1024, bytes: false }

const originals: ReadonlySet<string> = new Set<Command["_tag"]>([
  "Info",
  "Time",
  "List",
  "SendFile",
  "Close"
])

const isOriginal = (request: Request): boolean => originals.has(request._tag)

/** A verb takes what it needs of its argument, as the original does: only a file's name is ever looked at. */
const parse = (verb: ByteString.ByteString, argument: ByteString.ByteString): Request =>
  [Parser.parse([verb]), Parser.parse([verb, argument])].find(isOriginal)
  ?? new UnknownCommand({ name: ByteString.printable(verb) })

const unknown = new UnknownCommand({ name: "" })

/** No file has an empty name. */
const noArgument = ByteString.unsafe("")

const toRequest = (value: Value): Request => {
  if (value._tag !== "List" && value._tag !== "Tuple") return unknown
  const [verb, argument, ...others] = value.items
  if (verb?._tag !== "Text" || others.length > 0) return unknown
  if (argument === undefined || argument._tag === "None") return parse(verb.word, noArgument)
  return argument._tag === "Text" ? parse(verb.word, argument.word) : unknown
}

const goodbye: Command = { _tag: "Close" }

const cutShort = new Malformed({ message: "Pickle: cut short" })

const makeDecoder = (): Decoder => {
  const reader = makePickleReader(limits)
  let broken = false
  return {
    push: (bytes) =>
      reader.push(bytes).flatMap((found): ReadonlyArray<Request> => {
        if (found._tag === "Pickle") return [toRequest(found.value)]
        if (found._tag !== "Malformed") return []
        broken = true
        return [found]
      }),
    hasMore: () => false,
    more: () => [],
    // An original client half-closes, and waits for the farewell.
    end: () => (broken ? [] : [reader.isInside() ? cutShort : goodbye]),
    unfinished: reader.unfinished
  }
}

/** A refusal is a str as well. The original's has no name in parentheses. */
const refusal = (message: string): Writer.Written =>
  Writer.text(ByteString.fromText(message.replace(/ \(unknown command '.*'\)$/s, "")))

/** The five commands are answered with texts, lists of them and files; the rest is here for the compiler's sake. */
const write = (reply: Reply): Writer.Written =>
  Reply.$match(reply, {
    Status: ({ text }) => Writer.text(text),
    Bulk: ({ value }) => Writer.text(value),
    Null: () => Writer.none,
    Integer: ({ value }) => Writer.text(ByteString.unsafe(String(value))),
    List: ({ items }) => Writer.list(items.map(write)),
    ListBegin: () => Writer.none,
    NullList: () => Writer.none,
    Dictionary: ({ entries }) =>
      Writer.list(entries.map(([key, value]) => Writer.pair(Writer.text(key), write(value)))),
    File: ({ body, name }) => Writer.text(name) + Writer.bytesStart(body.size),
    Content: ({ body }) => Writer.bytesStart(body.size),
    Error: ({ message }) => refusal(message),
    SwitchProtocol: ({ reply }) => write(reply),
    NoReply: () => Writer.none,
    CloseAfterReply: ({ reply }) => write(reply)
  })

const head = (reply: Reply): string => {
  switch (reply._tag) {
    case "File":
    case "Content":
      return Writer.start(reply.body.size) + write(reply)
    case "NoReply":
      return ""
    case "SwitchProtocol":
      return head(reply.reply)
    case "CloseAfterReply":
      // A refusal that ends the conversation tells of a broken protocol.
      return reply.reply._tag === "Error" ? "" : head(reply.reply)
    default:
      return Writer.whole(write(reply))
  }
}

const tail = (reply: Reply): string => {
  if (reply._tag === "File") return Writer.pairEnd + Writer.end
  return reply._tag === "Content" ? Writer.end : ""
}

const encoder: Encoder = { head, tail }

/** The original's pickles, as the server speaks them. */
export const pickle: Codec = {
  name: "pickle",
  takesPassword: false,
  makeDecoder,
  makeEncoder: () => encoder
}
