/** How CLIENT LIST is read and written: its filter is like no other command's argument. */
import { Schema } from "effect"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import { type ArgumentDocs, type Args, integerFrom, readInteger, syntaxError } from "./Argument.ts"

/** Which connections CLIENT LIST is asked about: all, those of a kind, or those of these numbers. */
const ClientFilter = Schema.UndefinedOr(
  Schema.Union([
    Schema.Struct({ kind: Schema.Literals(["normal", "master", "replica", "pubsub"]) }),
    Schema.Struct({ ids: Schema.NonEmptyArray(integerFrom(Number.MIN_SAFE_INTEGER)) })
  ])
)
/** What CLIENT LIST asks. */
export interface ClientList {
  readonly filter: typeof ClientFilter.Type
}

/** The most numbers that are looked for: 65,534 took 35 ms to read. Redis has no bound. */
const mostIds = 1024

const isKind = Schema.is(Schema.Literals(["normal", "master", "replica", "pubsub"]))

/** `CLIENT LIST [TYPE type | ID id [id ...]]`, as Redis reads it (networking.c, clientCommand). */
const parseClientList = ([option, ...values]: Args): ClientList | CommandError => {
  if (option === undefined) return { filter: undefined }
  const [first, ...others] = values
  if (first === undefined) return syntaxError
  if (option.toUpperCase() === "ID") {
    if (values.length > mostIds) return new BadArgument({ text: sentence("tooManyNamed", mostIds) })
    const id = readInteger(first)
    const ids = others.map(readInteger).filter((id) => id !== undefined)
    return id === undefined || ids.length < others.length
      ? new BadArgument({ text: sentence("invalidClientId") })
      : { filter: { ids: [id, ...ids] } }
  }
  if (option.toUpperCase() !== "TYPE" || others.length > 0) return syntaxError
  const kind = first.toLowerCase() === "slave" ? "replica" : first.toLowerCase()
  return isKind(kind)
    ? { filter: { kind } }
    : new BadArgument({ text: sentence("unknownClientType", ByteString.printable(first)) })
}

const printClientList = ({ filter }: ClientList): Args => {
  if (filter === undefined) return []
  return "kind" in filter
    ? [ByteString.unsafe("TYPE"), ByteString.unsafe(filter.kind)]
    : [ByteString.unsafe("ID"), ...filter.ids.map(String).map(ByteString.unsafe)]
}

const docs: ReadonlyArray<ArgumentDocs> = [
  {
    name: "filtro",
    type: "oneof",
    optional: true,
    arguments: [
      { name: "tipo", type: "string", token: "TYPE" },
      { name: "número", type: "integer", token: "ID", multiple: true }
    ]
  }
]

/** The arguments of CLIENT LIST. */
export const clientList = {
  fields: { filter: ClientFilter },
  docs,
  acceptsExtraArguments: true,
  parse: parseClientList,
  print: printClientList
}
