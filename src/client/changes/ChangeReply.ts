/** What a server of changes answers (commands of Redis's streams), decoded: entries of XREAD, and the place of XINFO STREAM. */
import { MalformedReply } from "../../codec/resp/RespTokens.ts"
import * as ByteString from "../../domain/ByteString.ts"
import {
  type ChangeId,
  changesName,
  FileChange,
  type LoggedChange,
  parseId
} from "../../domain/FileChange.ts"
import * as FileName from "../../domain/FileName.ts"
import type { Reply } from "../../domain/Reply.ts"
import { unexpected } from "../Connection.ts"

/** The value of a key: of a map, or of what stands for one in RESP 2, a flat list or, in XREAD's reply, a list of pairs. */
const valueOf = (reply: Reply, wanted: string): Reply | undefined => {
  if (reply._tag === "Dictionary") return reply.entries.find(([key]) => key === wanted)?.[1]
  if (reply._tag !== "List") return undefined
  const pair = reply.items.find((item) => item._tag === "List" && textOf(item.items[0]) === wanted)
  if (pair?._tag === "List") return pair.items[1]
  const index = reply.items.findIndex((item, index) => index % 2 === 0 && textOf(item) === wanted)
  return index === -1 ? undefined : reply.items[index + 1]
}

const textOf = (reply: Reply | undefined): ByteString.ByteString | undefined =>
  reply?._tag === "Bulk" ? reply.value : undefined

/** The file of these fields; `undefined` where one of them is not there, or makes no sense. */
const fileOf = (name: FileName.FileName, fields: Reply) => {
  const field = (key: string) => textOf(valueOf(fields, key)) ?? ""
  const version = ByteString.toText(ByteString.unsafe(field("versao")))
  const size = field("tamanho")
  const modified = Date.parse(field("modificado"))
  return version === undefined || !/^\d{1,16}$/.test(size) || Number.isNaN(modified)
    ? undefined
    : { name, size: Number(size), modified, version }
}

/** A change; `Rescan` where it is of a kind that later servers may have. */
const changeOf = (fields: Reply): FileChange | undefined => {
  const op = textOf(valueOf(fields, "op"))
  if (op !== "criado" && op !== "alterado" && op !== "apagado") return FileChange.Rescan()
  const name = FileName.fromByteString(textOf(valueOf(fields, "nome")) ?? noName)
  if (name === undefined) return undefined
  if (op === "apagado") return FileChange.Deleted({ name })
  const file = fileOf(name, fields)
  if (file === undefined) return undefined
  return op === "criado" ? FileChange.Created(file) : FileChange.Changed(file)
}

/** No file has this name. */
const noName = ByteString.unsafe("")

/** An entry: its id, and a list of fields and values. */
const entryOf = (reply: Reply): LoggedChange | undefined => {
  if (reply._tag !== "List") return undefined
  const [written, fields] = reply.items
  const id = parseId(textOf(written) ?? "")
  const change = fields?._tag === "List" ? changeOf(fields) : undefined
  return id === undefined || change === undefined ? undefined : { id, change }
}

/** The changes of an answer to XREAD, none where there were none in time. */
export const changesOf = (reply: Reply): ReadonlyArray<LoggedChange> | MalformedReply => {
  if (reply._tag === "Null" || reply._tag === "NullList") return []
  const entries = valueOf(reply, changesName)
  if (entries?._tag !== "List") return unexpected
  const changes: Array<LoggedChange> = []
  for (const item of entries.items) {
    const entry = entryOf(item)
    if (entry === undefined) return unexpected
    changes.push(entry)
  }
  return changes
}

/** The place of the newest change, in an answer to XINFO STREAM. */
export const lastPlaceOf = (reply: Reply): ChangeId | MalformedReply =>
  parseId(textOf(valueOf(reply, "last-generated-id")) ?? "") ?? unexpected
