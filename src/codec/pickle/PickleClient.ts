/** The client's half of the original project's protocol: arguments to pickles, and values to replies. Reading pickles: PickleReader. */
import type { Args } from "../../commands/Argument.ts"
import * as Parser from "../../commands/Parser.ts"
import { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { sentence } from "../../domain/sentences/Sentence.ts"
import type { Value } from "./PickleMachine.ts"
import type { Limits } from "./PickleReader.ts"
import * as Writer from "./PickleWriter.ts"
import { largestReply } from "../resp/RespClient.ts"

/** A reply is kept in memory, except a file's bytes. A million names, each in the memo as CPython writes it, took 300 MB of heap. */
export const replyLimits: Limits = { size: largestReply, values: 2 ** 20, bytes: true }

/** A request: its pickle as latin1, one character a byte, and how many names to keep of the reply, in which the original sends all. */
export interface PickleRequest {
  readonly pickle: string
  readonly limit: number | undefined
}

const request = (
  verb: string,
  argument?: ByteString.ByteString,
  limit?: number
): PickleRequest => ({
  pickle: Writer.whole(
    Writer.list([
      Writer.text(ByteString.fromText(verb)),
      argument === undefined ? Writer.none : Writer.text(argument)
    ])
  ),
  limit
})

/**
 * The request for these arguments, or `undefined` where they are more than a verb and an argument. The original's five
 * commands are sent by its own names for them, whichever name was given; others as they are, for the server to refuse.
 */
export const toPickleRequest = (args: Args): PickleRequest | undefined => {
  const command = Parser.parse(args)
  const [verb, argument, ...others] = args
  switch (command._tag) {
    case "Info":
      return request("CONSULTA")
    case "Time":
      return request("HORA")
    case "Close":
      return request("SAIR")
    case "List":
      return command.pattern === undefined && command.after === undefined
        ? request("LISTAR", undefined, command.limit)
        : undefined
    case "SendFile":
      return others.length === 0 ? request("ARQUIVO", command.name) : undefined
    default:
      return others.length === 0 && verb !== undefined
        ? request(ByteString.toTextLossy(verb), argument)
        : undefined
  }
}

/** The original's error texts, each with its code in RESP. */
const errorCodes: ReadonlyMap<string, string> = new Map([
  [sentence("NOTFOUND"), "NOTFOUND"],
  [sentence("unknownVerb"), "ERR"]
])

const toItem = (value: Value): Reply | undefined => {
  if (value._tag === "Text") return Reply.Bulk({ value: value.utf8 })
  return value._tag === "None" ? Reply.Null() : undefined
}

/** The reply in a pickle, a list cut at `limit` items; `undefined` where the original sends no such value. */
export const toReply = (value: Value, limit?: number): Reply | undefined => {
  if (value._tag === "Text") {
    const message = ByteString.toTextLossy(value.utf8)
    const code = errorCodes.get(message)
    return code === undefined ? Reply.Bulk({ value: value.utf8 }) : Reply.Error({ code, message })
  }
  if (value._tag !== "List" && value._tag !== "Tuple") return toItem(value)
  const items = value.items.slice(0, limit).flatMap((item) => toItem(item) ?? [])
  return items.length === Math.min(value.items.length, limit ?? value.items.length)
    ? Reply.List({ items })
    : undefined
}

/** The error in the reply to a request for a file: any text is one. `undefined` where the value is no text. */
export const toErrorReply = (value: Value): Reply | undefined => {
  if (value._tag !== "Text") return undefined
  const message = ByteString.toTextLossy(value.utf8)
  return Reply.Error({ code: errorCodes.get(message) ?? "ERR", message })
}

/** Whether a value is a file: its name, then its bytes. */
export const isFile = (value: Value): boolean => {
  if (value._tag !== "List" && value._tag !== "Tuple") return false
  const [name, bytes, ...others] = value.items
  return name?._tag === "Text" && bytes?._tag === "Bytes" && others.length === 0
}
