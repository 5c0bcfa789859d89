/**
 * Decodes a list of files with their details, token by token: building each map as a reply, and that as a value of its
 * schema, took three times as long, more than all else that a mirror with nothing to do does for a file.
 */
import { MalformedReply, type Token } from "../../codec/resp/RespTokens.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { ErrorReply, maxNameLength, unexpected } from "../Connection.ts"
import type { RemoteDetails } from "./RemoteFile.ts"

/** A listed file. */
export interface ListedFile {
  readonly name: ByteString.ByteString
  /** `undefined` where the file was removed after it was listed. */
  readonly details: RemoteDetails | undefined
}

/** The most fields that a file may have; there are four, and later servers may have more. */
const mostFields = 32

/** What is known of the file whose fields are arriving. */
interface Fields {
  name: ByteString.ByteString | undefined
  size: number | undefined
  modified: Date | undefined
  version: ByteString.ByteString | undefined
}

const noFields = (): Fields => ({
  name: undefined,
  size: undefined,
  modified: undefined,
  version: undefined
})

/** Sets a field; what has another type than it should have stays unknown, and what nobody knows is passed over. */
const setField = (file: Fields, key: string, value: string | number): void => {
  switch (key) {
    case "nome":
      if (typeof value === "string") file.name = ByteString.unsafe(value)
      break
    case "tamanho":
      if (typeof value === "number" && value >= 0) file.size = value
      break
    case "modificado": {
      const modified = new Date(typeof value === "string" ? value : Number.NaN)
      if (!Number.isNaN(modified.getTime())) file.modified = modified
      break
    }
    case "versao":
      if (typeof value === "string") file.version = ByteString.unsafe(value)
  }
}

/**
 * Takes the tokens of one reply: at most `most` files, each after the one before, the first after `after`. The reply may
 * be an error, which is `refusal()` at the end, or null, for which `isKnown()` is true.
 */
export const makeListConsumer = (after: ByteString.ByteString | undefined, most: number) => {
  const files: Array<ListedFile> = []
  let refusal: ErrorReply | undefined
  let isKnown = false
  let count = -1
  /** How many keys and values of the file are still to come; -1 between two files. */
  let missing = -1
  let file = noFields()
  let key: string | undefined
  let text = ""
  let left = 0
  let last = after

  const finishFile = (): boolean | MalformedReply => {
    const { modified, name, size, version } = file
    if (
      name === undefined
      || size === undefined
      || modified === undefined
      || version === undefined
      // A ByteString compares as its bytes do. A page that does not advance would be asked for again for ever.
      || (last !== undefined && name <= last)
    )
      return unexpected
    files.push({ name, details: { size, modified, version } })
    last = name
    missing = -1
    file = noFields()
    return files.length === count
  }

  /** Takes a key or a value. */
  const take = (value: string | number): boolean | MalformedReply => {
    if (key !== undefined) {
      setField(file, key, value)
      key = undefined
    } else if (typeof value === "string") key = value
    else return unexpected
    missing -= 1
    return missing === 0 ? finishFile() : false
  }

  const begin = (token: Token): boolean | MalformedReply => {
    if (token._tag === "Leaf" && token.reply._tag === "Error") {
      refusal = new ErrorReply(token.reply)
      return true
    }
    if (token._tag === "Leaf" && token.reply._tag === "Null") {
      isKnown = true
      return true
    }
    if (token._tag !== "Open" || token.kind !== "List" || token.count > most) return unexpected
    count = token.count
    return count === 0
  }

  /** A file is a map, or in RESP 2 a flat list. */
  const beginFile = (token: Token): boolean | MalformedReply => {
    if (token._tag !== "Open" || token.count === 0 || token.count > mostFields) return unexpected
    missing = token.kind === "Dictionary" ? token.count * 2 : token.count
    return missing % 2 === 0 ? false : unexpected
  }

  return {
    files,
    refusal: () => refusal,
    isKnown: () => isKnown,
    consume: (token: Token): boolean | MalformedReply => {
      if (left > 0) {
        if (token._tag !== "BulkPart") return unexpected
        text += ByteString.fromBytes(token.bytes)
        left -= token.bytes.length
        return left === 0 ? take(text) : false
      }
      if (count === -1) return begin(token)
      if (missing === -1) return beginFile(token)
      if (token._tag === "Leaf" && token.reply._tag === "Integer") return take(token.reply.value)
      if (token._tag !== "BulkStart" || token.size > maxNameLength) return unexpected
      text = ""
      left = token.size
      return left === 0 ? take("") : false
    }
  }
}
