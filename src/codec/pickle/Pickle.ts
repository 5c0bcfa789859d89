/**
 * The server's codec for the original project's protocol: Python pickles, one after another, without framing. A request
 * is a list of a verb and an argument or None; a reply is a str, a list of str, or a tuple of a file's name and its
 * bytes. It has the original's five commands only. A broken protocol gets no answer: the protocol has none for it.
 */
import type { Command } from "../../commands/Command.ts"
import { UnknownCommand } from "../../domain/Errors.ts"
import * as Parser from "../../commands/Parser.ts"
import { type LongList, Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import {
  type Codec,
  type Decoder,
  type Encoder,
  inParts,
  Malformed,
  type Request
} from "../Codec.ts"
import type { Value } from "./PickleMachine.ts"
import { type Limits, makePickleReader } from "./PickleReader.ts"
import * as Writer from "./PickleWriter.ts"

/** A request is two strings; this leaves room for the longest name in every encoding of it. */
const limits: Limits = { size: 64 * 1024, values: 1024, bytes: false }

/** The tags of the commands that there are. */
export const originals: ReadonlySet<string> = new Set<Command["_tag"]>([
  "Info",
  "Time",
  "List",
  "SendFile",
  "Close"
])

const isOriginal = (request: Request): boolean => originals.has(request._tag)

/** The command of a verb, without the argument if it takes none: the original uses it as a file's name only. */
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
  if (argument === undefined || argument._tag === "None") return parse(verb.utf8, noArgument)
  return argument._tag === "Text" ? parse(verb.utf8, argument.utf8) : unknown
}

const close: Command = { _tag: "Close" }

const truncated = new Malformed({ message: "Pickle: cut short" })

const makeDecoder = (): Decoder => {
  const reader = makePickleReader(limits)
  let broken = false
  return {
    push: (bytes) =>
      reader.push(ByteString.toBytes(bytes)).flatMap((found): ReadonlyArray<Request> => {
        if (found._tag === "Pickle") return [toRequest(found.value)]
        if (found._tag !== "Malformed") return []
        broken = true
        return [found]
      }),
    hasMore: () => false,
    more: () => [],
    // An original client half-closes, then waits for `Adeus!`.
    end: () => (broken ? [] : [reader.isInside() ? truncated : close]),
    unfinished: reader.unfinished
  }
}

/** An error is a str too. The original's has no name in parentheses. */
const errorText = (message: string): Writer.Written =>
  Writer.text(ByteString.fromText(message.replace(/ \(unknown command '.*'\)$/s, "")))

const itemsOf = (list: LongList): ReadonlyArray<Writer.Written> =>
  list._tag === "List"
    ? list.items.map(write)
    : list.texts.map((text) => Writer.text(ByteString.fromText(text)))

/** The five commands are answered with texts, lists of texts and files; the other cases only make the match exhaustive. */
const write = (reply: Reply): Writer.Written =>
  Reply.$match(reply, {
    Status: ({ text }) => Writer.text(text),
    Bulk: ({ value }) => Writer.text(value),
    Null: () => Writer.none,
    Integer: ({ value }) => Writer.text(ByteString.unsafe(String(value))),
    List: (list) => Writer.list(itemsOf(list)),
    Texts: (list) => Writer.list(itemsOf(list)),
    ListBegin: () => Writer.none,
    LazyList: () => Writer.none,
    Pushes: () => Writer.none,
    NullList: () => Writer.none,
    Dictionary: ({ entries }) =>
      Writer.list(entries.map(([key, value]) => Writer.pair(Writer.text(key), write(value)))),
    File: ({ body, name }) => Writer.text(name) + Writer.bytesStart(body.size),
    Content: ({ body }) => Writer.bytesStart(body.size),
    Error: ({ message }) => errorText(message),
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
      // An error that closes the connection is that of a broken protocol, which gets no answer.
      return reply.reply._tag === "Error" ? "" : head(reply.reply)
    default:
      return Writer.whole(write(reply))
  }
}

const tail = (reply: Reply): string => {
  if (reply._tag === "File") return Writer.pairEnd + Writer.end
  return reply._tag === "Content" ? Writer.end : ""
}

const listParts = (list: LongList): Iterable<string> =>
  inParts(
    list,
    (some) => itemsOf(some).join(""),
    Writer.start() + Writer.listStart,
    Writer.listEnd + Writer.end
  )

const encoder: Encoder = { head, tail, listParts }

/** The protocol's name in the log. */
export const pickleName = "pickle"

/** The codec. It has no state but that of its decoders. */
export const pickle: Codec = {
  name: pickleName,
  takesPassword: false,
  makeDecoder,
  makeEncoder: () => encoder
}
