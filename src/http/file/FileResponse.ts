/**
 * The response that a file is: its bytes or a part of them, or that the client has them already. The version, the time
 * and the bytes are of one opening. Which file: HttpFace; the rules: Conditions, Ranges, ContentCoding.
 */
import { Effect, type Scope, Stream } from "effect"
import * as Base64 from "effect/encoding/Base64"
import { fieldKey, type HttpRequest } from "../../codec/http/HttpRequest.ts"
import { bufferSize } from "../../domain/BufferSize.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { FileChanged, FileNotFound, StoreUnavailable } from "../../domain/Errors.ts"
import { type FileName, lastPart } from "../../domain/FileName.ts"
import type { DigestCache } from "../../services/files/DigestCache.ts"
import type { FileDetails, FileStore, OpenFile, WholeFile } from "../../services/files/FileStore.ts"
import { formatDate } from "../HttpDate.ts"
import { type Response, type ResponseBody, text } from "../Response.ts"
import { words } from "../Texts.ts"
import { rangeApplies, statusOf } from "./Conditions.ts"
import { acceptedCodings, type Coding, neighbour } from "./ContentCoding.ts"
import { type ContentType, contentTypeOf } from "./ContentType.ts"
import { dispositionLine } from "./Disposition.ts"
import { rangeOf } from "./Ranges.ts"

/** What files are answered from, and how. */
export interface Files {
  readonly store: FileStore["Service"]
  readonly digests: DigestCache["Service"]
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number
  /** Whether a document is shown without its scripts, forms and origin, for anybody may have written it. */
  readonly isSandboxed: boolean
}

/** How a file is wanted. */
export interface Wanted {
  readonly request: HttpRequest
  readonly name: FileName
  /** Whether it is to be saved rather than shown. */
  readonly isDownload: boolean
}

/** Why a file is not answered with. */
export type FileError = FileNotFound | FileChanged | StoreUnavailable

/** What is sent as a file is, and is none of the store's. */
export interface Readable extends FileDetails {
  readonly read: OpenFile["read"]
}

/** A file that may be sent: in memory, open, or only described, which is enough for HEAD. */
type Source = WholeFile | OpenFile | Readable | FileDetails

/** A file, or a compressed neighbour in its place, and the SHA-256 where that is asked for, in hexadecimal digits. */
interface Representation {
  readonly source: Source
  readonly coding: Coding | undefined
  readonly sha256: string | undefined
}

const wantDigest = fieldKey("Want-Repr-Digest")

/** RFC 9530, 4: a preference from 0, for never, to 10. */
const wantsDigest = (request: HttpRequest): boolean => {
  const wanted = request.field(wantDigest)
  return wanted !== undefined && /(?:^|,)[\t ]*sha-256(?:=(?:[1-9]|10))?[\t ]*(?:,|$)/.test(wanted)
}

/** RFC 9530, 3 and RFC 8941, 3.3.5. */
const digestLine = (sha256: string): string =>
  `Repr-Digest: sha-256=:${Base64.encode(Uint8Array.from(sha256.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)))}:\r\n`

const notTag = /[^!#-~]/g

/** A tag of a version (RFC 9110, 8.8.3). A neighbour is another representation, and has another tag (8.8.3.3). */
const etagOf = ({ version }: Source, coding: Coding | undefined): string =>
  `"${version.replace(notTag, encodeURIComponent)}${coding === undefined ? "" : `-${coding.name}`}"`

const bodyOf = (source: Source, start: number, length: number): ResponseBody => {
  if ("content" in source && source.content !== undefined) {
    const { content, size } = source
    return {
      buffered: length === size ? content : ByteString.unsafe(content.slice(start, start + length))
    }
  }
  return { bytes: "read" in source ? source.read(start, length) : Stream.empty, size: length }
}

/** The response of a representation to what is asked of it (RFC 9110, 13.2.2 and 14.2). */
const respond = (
  { isSandboxed, now }: Files,
  { isDownload, name, request }: Wanted,
  { coding, sha256, source }: Representation,
  type: ContentType
): Response => {
  const time = now()
  const { modified, size } = source
  const etag = etagOf(source, coding)
  const validators = { etag, modified }
  const known =
    // A time in the future would be none that Last-Modified may have (RFC 9110, 8.8.2.1).
    `ETag: ${etag}\r\nLast-Modified: ${formatDate(Math.min(modified, time))}\r\nCache-Control: no-cache\r\n`
    + (type.isCompressible ? "Vary: Accept-Encoding\r\n" : "")
  const status = statusOf(request, validators, time)
  if (status === 304) return { status, fields: known, body: undefined }
  if (status === 412) return text(status, words.changed, known)
  const range = rangeOf(request, size)
  const applies = range !== undefined && rangeApplies(request, validators, time)
  if (applies && range === "unsatisfiable") {
    return text(416, words.range(size), `Content-Range: bytes */${size}\r\n${known}`)
  }
  const { end, start } = applies && range !== "unsatisfiable" ? range : { start: 0, end: size }
  const isPart = applies
  return {
    status: isPart ? 206 : 200,
    fields:
      known
      + `Content-Type: ${type.value}\r\nAccept-Ranges: bytes\r\n`
      + (isPart ? `Content-Range: bytes ${start}-${end - 1}/${size}\r\n` : "")
      + (coding === undefined ? "" : `Content-Encoding: ${coding.name}\r\n`)
      + (isSandboxed ? "Content-Security-Policy: sandbox\r\n" : "")
      + (isDownload ? dispositionLine(name) : "")
      + (sha256 === undefined ? "" : digestLine(sha256)),
    body: bodyOf(source, start, end - start)
  }
}

/** The response of what is sent as a file of the name that is wanted. */
export const readableResponse = (
  files: Files,
  wanted: Wanted,
  source: Readable,
  mediaType: string
): Response =>
  respond(
    files,
    wanted,
    { source, coding: undefined, sha256: undefined },
    { value: mediaType, isCompressible: false }
  )

/** The response without waiting, where the store has the file in memory; `undefined` says nothing of the file. */
export const responseIfPresent = (files: Files, wanted: Wanted): Response | undefined => {
  const { name, request } = wanted
  const file = files.store.getIfPresent(name)
  if (file === undefined) return undefined
  const type = contentTypeOf(name)
  const found = type.isCompressible ? presentNeighbour(files, request, name, file) : undefined
  const { coding, source } = found ?? { source: file, coding: undefined }
  const sha256 = wantsDigest(request) ? source.sha256 : undefined
  return respond(files, wanted, { source, coding, sha256 }, type)
}

/** A neighbour older than the file is of an earlier version of it, or of another file. */
const isCurrent = (source: FileDetails, file: FileDetails): boolean =>
  source.modified >= file.modified

const presentNeighbour = (
  { store }: Files,
  request: HttpRequest,
  name: FileName,
  file: WholeFile
): { readonly source: WholeFile; readonly coding: Coding } | undefined => {
  for (const coding of acceptedCodings(request)) {
    const beside = neighbour(name, coding)
    const source = beside === undefined ? undefined : store.getIfPresent(beside)
    if (source !== undefined && isCurrent(source, file)) return { source, coding }
  }
  return undefined
}

/** The response of a file that is to be opened, and stays open until the scope closes. */
export const fileResponse = Effect.fnUntraced(function* (
  files: Files,
  wanted: Wanted
): Effect.fn.Return<Response, FileError, Scope.Scope> {
  const { digests, store } = files
  const { name, request } = wanted
  const find = (
    name: FileName
  ): Effect.Effect<Source, FileNotFound | StoreUnavailable, Scope.Scope> =>
    request.method === "HEAD" ? store.describe(name) : store.open(name)
  const type = contentTypeOf(name)
  const file = yield* find(name)
  let representation: {
    readonly source: Source
    readonly coding: Coding | undefined
    readonly name: FileName
  } = {
    source: file,
    coding: undefined,
    name
  }
  for (const coding of type.isCompressible ? acceptedCodings(request) : []) {
    const beside = neighbour(name, coding)
    if (beside === undefined) continue
    const source = yield* Effect.catchTag(find(beside), "FileNotFound", () => Effect.undefined)
    if (source === undefined || !isCurrent(source, file)) continue
    representation = { source, coding, name: beside }
    break
  }
  const { coding, source } = representation
  const sha256 = wantsDigest(request)
    ? // A file that changes meanwhile is sent without its digest.
      yield* Effect.catchTag(
        digests.of(representation.name, { version: source.version }),
        "FileChanged",
        () => Effect.undefined
      )
    : undefined
  const response = respond(files, wanted, { source, coding, sha256 }, type)
  return yield* buffered(response)
})

/** A small body is read before its head is sent, so that a failure can still be told. */
const buffered = (response: Response): Effect.Effect<Response, StoreUnavailable> => {
  const { body } = response
  if (
    body === undefined
    || !("bytes" in body)
    || body.size === undefined
    || body.size > bufferSize
  ) {
    return Effect.succeed(response)
  }
  return Effect.map(ByteString.collect(body.bytes), (buffered) => ({
    ...response,
    body: { buffered }
  }))
}

/** The SHA-256 of a file, as `sha256sum` writes it and reads it with `-c`. */
export const digestResponse = Effect.fnUntraced(function* (
  { digests }: Files,
  name: FileName
): Effect.fn.Return<Response, FileError> {
  const sha256 = yield* digests.of(name)
  return text(200, digestFile(sha256, lastPart(name)), "Cache-Control: no-cache\r\n")
})

/** GNU coreutils, sha256sum: a name with a line end or a backslash is escaped, and so is its line. */
const digestFile = (sha256: string, name: string): string =>
  /[\n\r]/.test(name)
    ? `\\${sha256}  ${name.replaceAll("\n", "\\n").replaceAll("\r", "\\r")}\n`
    : `${sha256}  ${name}\n`
