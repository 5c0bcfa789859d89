/** The replies about one file: its bytes, a part of them, or its details. Finding the file: FileRoutes.ts. */
import type { Case } from "../commands/Command.ts"
import * as ByteString from "../domain/ByteString.ts"
import { FileChanged, RangeNotSatisfiable } from "../domain/Errors.ts"
import { formatTime } from "../domain/FileChange.ts"
import * as Reply from "../domain/Reply.ts"
import type { FileDetails, OpenFile, WholeFile } from "../services/files/FileStore.ts"
import { bulk, integer } from "./Route.ts"

/** The start and length in bytes of the range that GETRANGE asks for, as Redis computes it (t_string.c, getrangeCommand). */
export const redisRange = (
  size: number,
  first: number,
  last: number
): readonly [start: number, length: number] => {
  if (first < 0 && last < 0 && first > last) return [0, 0]
  const start = Math.max(0, first < 0 ? size + first : first)
  const end = Math.min(size - 1, Math.max(0, last < 0 ? size + last : last))
  return start > end ? [0, 0] : [start, end - start + 1]
}

/** A file to send: in memory, or open. */
export type Source = WholeFile | OpenFile

const isBuffered = (
  file: Source
): file is WholeFile | (OpenFile & { readonly content: ByteString.ByteString }) =>
  file.content !== undefined

const body = (
  name: ByteString.ByteString,
  file: Source,
  start: number,
  length: number
): Reply.Body => {
  const part = { name, start }
  return isBuffered(file)
    ? { size: length, buffered: ByteString.unsafe(file.content.slice(start, start + length)), part }
    : { size: length, bytes: file.read(start, length), part }
}

/** `length` bytes of a file from `start` on, without its name. */
export const content = (
  name: ByteString.ByteString,
  file: Source,
  start: number,
  length: number
): Reply.Reply => Reply.Reply.Content({ body: body(name, file, start, length) })

/** The error of a request for another version than the file has. */
export const changed = Reply.error(new FileChanged())

/** How many of its bytes a file had in an earlier version, where it may be that one or have grown from it. */
const sizeIn = (file: Source, earlier: ByteString.ByteString | undefined): number | undefined => {
  if (earlier === undefined || earlier === file.version) return file.size
  return "prefix" in file ? file.prefix?.(earlier)?.size : undefined
}

/** The reply to SendFile: the part of the file that it asks for, or an error if that is out of range or the version differs. */
export const sendFile =
  ({ length, name, prefix, start, version }: Case<"SendFile">) =>
  (file: Source): Reply.Reply => {
    const size = sizeIn(file, prefix)
    if (size === undefined || (version !== undefined && version !== file.version)) return changed
    if (start > size) return Reply.error(new RangeNotSatisfiable({ size }))
    const rest = size - start
    return Reply.Reply.File({ name, body: body(name, file, start, Math.min(rest, length ?? rest)) })
  }

/** The reply to Describe: name, size in bytes, time of change (ISO 8601, UTC), version. */
export const describeFile =
  (name: ByteString.ByteString) =>
  ({ modified, size, version }: FileDetails): Reply.Reply =>
    Reply.dictionary([
      ["nome", bulk(name)],
      ["tamanho", integer(size)],
      ["modificado", Reply.text(formatTime(modified))],
      ["versao", Reply.text(version)]
    ])
