/** The original project's conversation as a client has it: words to pickles, values to replies. */
import * as Parser from "../../commands/Parser.ts"
import { Reply } from "../../domain/Reply.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { Value } from "./PickleMachine.ts"
import type { Limits } from "./PickleReader.ts"
import * as Writer from "./PickleWriter.ts"
import { largestReply } from "../resp/RespClient.ts"

/** A reply is kept in memory, but for a file's bytes. A million names, each in the memo as CPython has it, took 300 MB of heap. */
export const replyLimits: Limits = { size: largestReply, values: 2 ** 20, bytes: true }

/** A request, as latin1, and how many names of the answer are wanted: the original always sends all. */
export interface Question {
  readonly pickle: string
  readonly limit: number | undefined
}

const question = (verb: string, argument?: ByteString.ByteString, limit?: number): Question => ({
  pickle: Writer.whole(
    Writer.list([
      Writer.text(ByteString.fromText(verb)),
      argument === undefined ? Writer.none : Writer.text(argument)
    ])
  ),
  limit
})

/**
 * The request in these words, or `undefined` where they are more than a verb and an argument. The five commands that
 * the original has go by its own names for them, whichever name was given; what it does not know is for it to refuse.
 */
export const toQuestion = (words: ReadonlyArray<ByteString.ByteString>): Question | undefined => {
  const command = Parser.parse(words)
  const [verb, argument, ...others] = words
  switch (command._tag) {
    case "Info":
      return question("CONSULTA")
    case "Time":
      return question("HORA")
    case "Close":
      return question("SAIR")
    case "List":
      return command.pattern === undefined && command.after === undefined
        ? question("LISTAR", undefined, command.limit)
        : undefined
    case "SendFile":
      return others.length === 0 ? question("ARQUIVO", command.name) : undefined
    default:
      return others.length === 0 && verb !== undefined
        ? question(ByteString.toTextLossy(verb), argument)
        : undefined
  }
}

/** What the original says instead of an answer, and the code that RESP has for it. */
const refusals: ReadonlyMap<string, string> = new Map([
  ["Arquivo não encontrado!", "NOTFOUND"],
  ["Comando desconhecido.", "ERR"]
])

const toItem = (value: Value): Reply | undefined => {
  if (value._tag === "Text") return Reply.Bulk({ value: value.word })
  return value._tag === "None" ? Reply.Null() : undefined
}

/** The reply in a pickle, or `undefined` where it is none that the original gives. */
export const toReply = (value: Value, limit?: number): Reply | undefined => {
  if (value._tag === "Text") {
    const message = ByteString.toTextLossy(value.word)
    const code = refusals.get(message)
    return code === undefined ? Reply.Bulk({ value: value.word }) : Reply.Error({ code, message })
  }
  if (value._tag !== "List" && value._tag !== "Tuple") return toItem(value)
  const items = value.items.slice(0, limit).flatMap((item) => toItem(item) ?? [])
  return items.length === Math.min(value.items.length, limit ?? value.items.length)
    ? Reply.List({ items })
    : undefined
}

/** The answer to a command that asks for a file, where it is a sentence: every one of them says no. */
export const toRefusal = (value: Value): Reply | undefined => {
  if (value._tag !== "Text") return undefined
  const message = ByteString.toTextLossy(value.word)
  return Reply.Error({ code: refusals.get(message) ?? "ERR", message })
}

/** Whether a pickle is a name and the bytes that have passed. */
export const isFile = (value: Value): boolean => {
  if (value._tag !== "List" && value._tag !== "Tuple") return false
  const [name, bytes, ...others] = value.items
  return name?._tag === "Text" && bytes?._tag === "Bytes" && others.length === 0
}
