/**
 * Checks that an answer fits its request, before it is used: a gateway may ignore a condition or a range, and the answer
 * may not come from a store at all (but from a router, or a captive portal). Pure: headers and parsed lists in, their
 * meaning or an S3Failure out.
 */
import { Result } from "effect"
import * as ByteString from "../../../domain/ByteString.ts"
import {
  type FolderPage,
  type KeyPage,
  type KeySelection,
  type ListedObject,
  type ObjectDetails,
  type Range,
  S3Failure,
  type Version
} from "./Bucket.ts"

/** The checked headers of an answer about an object. */
export interface ObjectHeaders {
  readonly ContentLength?: number | undefined
  readonly ContentRange?: string | undefined
  readonly LastModified?: Date | undefined
  readonly ETag?: string | undefined
}

/** The checked fields of a list of keys. */
export interface ListAnswer {
  readonly Contents?: ReadonlyArray<{ readonly Key?: string | undefined }> | undefined
  readonly EncodingType?: string | undefined
  readonly IsTruncated?: boolean | undefined
}

type Checked<A> = Result.Result<A, S3Failure>

const wrong = (reason: string): Result.Result<never, S3Failure> =>
  Result.fail(S3Failure.wrongAnswer(reason))

/** The beginning of a text of unknown length, for the log. */
const excerpt = (text: string | undefined): string => text?.slice(0, 200) ?? "none"

/** What can be an ETag, which becomes a version and is written into headers: in a list it may be any text. */
const likelyEtag = /^(?=.*[^"])[ -~]{1,1024}$/

/** The object's metadata; fails if any is missing or cannot be, or not of `version` where one was requested. */
const detailsOf = (
  { ETag: etag, LastModified }: ObjectHeaders,
  size: number | undefined,
  version: Version | undefined
): Checked<ObjectDetails> => {
  const modified = LastModified?.getTime()
  if (
    etag === undefined
    || modified === undefined
    || Number.isNaN(modified)
    || size === undefined
    || !Number.isSafeInteger(size)
  )
    return wrong("the answer lacks the object's size, time or ETag")
  if (size < 0 || !likelyEtag.test(etag))
    return wrong(`no object has ${size} bytes and the ETag ${JSON.stringify(excerpt(etag))}`)
  if (version !== undefined && etag !== version.etag)
    return wrong(`If-Match ${version.etag} was ignored: the answer is of ${excerpt(etag)}`)
  if (version !== undefined && size !== version.size)
    return wrong(`the object has ${size} bytes where the same ETag had ${version.size}`)
  return Result.succeed({ etag, modified, size })
}

/** The object's metadata in the answer to a HEAD request. */
export const checkHead = (headers: ObjectHeaders, version?: Version): Checked<ObjectDetails> =>
  detailsOf(headers, headers.ContentLength, version)

const contentRange = /^bytes (\d+)-(\d+)\/(\d+)$/

/** The object's metadata in the answer to a GET request; fails unless its bytes are those of the requested range. */
export const checkGet = (
  status: number | undefined,
  headers: ObjectHeaders,
  { isLikelyAll = false, length, start, version }: Range
): Checked<ObjectDetails> => {
  const { ContentLength, ContentRange } = headers
  // The whole object is a valid answer to a range from the start on (RFC 9110, 14.2); the rest is not read.
  if (status === 200 && start === 0) return detailsOf(headers, ContentLength, version)
  const asked = isLikelyAll ? "all bytes" : `bytes ${start}-${start + length - 1}`
  if (status !== 206) return wrong(`${asked} asked for, answered with status ${status}`)
  const [, first, last, size] = (contentRange.exec(ContentRange ?? "") ?? []).map(Number)
  const end = Math.min(start + length, size ?? 0)
  if (first !== start || last !== end - 1 || ContentLength !== end - start)
    return wrong(
      `${asked} asked for, answered with ${excerpt(ContentRange)} in ${ContentLength ?? "unknown"} bytes`
    )
  return detailsOf(headers, size, version)
}

/** A key of a list with EncodingType `url`, which is used because XML cannot hold every character. */
const decodeKey = (encoded: string): ByteString.ByteString =>
  ByteString.unsafe(
    encoded
      .replaceAll("+", " ")
      .replaceAll(/%([0-9A-F]{2})/gi, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16))
      )
  )

/**
 * The keys of a list; fails unless they are those that were requested, in order. The next page is requested by the last
 * key of this one, so a list that does not advance would be requested without end.
 */
const checkKeys = (
  keys: ReadonlyArray<ByteString.ByteString>,
  isTruncated: boolean | undefined,
  selection: KeySelection
): Checked<KeyPage> => {
  // S3 always says whether there are more.
  if (isTruncated === undefined) return wrong("keys asked for, answered with no list")
  const prefix = ByteString.fromText(selection.prefix)
  let before = ByteString.fromText(selection.after ?? "")
  for (const key of keys) {
    const text = () => JSON.stringify(excerpt(ByteString.toTextLossy(key)))
    if (!key.startsWith(prefix)) return wrong(`a key outside of the prefix was listed: ${text()}`)
    // One character is one byte, so this compares bytes.
    if (key <= before)
      return wrong(
        `the list does not advance: keys after ${JSON.stringify(excerpt(ByteString.toTextLossy(before)))} asked for, answered with ${text()}`
      )
    before = key
  }
  const goesOn = keys.some((key) => ByteString.toText(key) !== undefined)
  return isTruncated && !goesOn
    ? wrong("the list does not advance: more keys are promised, but none to go on from is listed")
    : Result.succeed({ keys, more: isTruncated })
}

/** How a list writes keys. */
const decoderOf = (encoding: string | undefined): ((key: string) => ByteString.ByteString) =>
  encoding === "url" ? decodeKey : ByteString.fromText

/** The keys of a list, as `checkKeys` wants them. */
export const checkList = (
  { Contents = [], EncodingType, IsTruncated }: ListAnswer,
  selection: KeySelection
): Checked<KeyPage> => {
  const decode = decoderOf(EncodingType)
  return checkKeys(
    Contents.map(({ Key = "" }) => decode(Key)),
    IsTruncated,
    selection
  )
}

/** What is looked at of a list of a folder's objects. */
export interface FolderAnswer {
  readonly Contents?:
    | ReadonlyArray<{
        readonly Key?: string | undefined
        readonly Size?: number | undefined
        readonly ETag?: string | undefined
        readonly LastModified?: Date | undefined
      }>
    | undefined
  readonly CommonPrefixes?: ReadonlyArray<{ readonly Prefix?: string | undefined }> | undefined
  readonly EncodingType?: string | undefined
  readonly IsTruncated?: boolean | undefined
}

/** HEAD tells whole seconds, and the lists of some gateways fractions of them. */
const wholeSeconds = (date: Date | undefined): Date | undefined =>
  date === undefined ? undefined : new Date(Math.floor(date.getTime() / 1000) * 1000)

/**
 * What lies in a folder: held against what was asked for as `checkKeys` does, with a key for each folder. One that
 * `after` is itself in may be told again (it has keys that come after) and is left out.
 */
export const checkFolder = (
  { CommonPrefixes = [], Contents = [], EncodingType, IsTruncated }: FolderAnswer,
  selection: KeySelection
): Checked<FolderPage> => {
  const decode = decoderOf(EncodingType)
  const objects: Array<ListedObject> = []
  for (const { ETag, Key = "", LastModified, Size } of Contents) {
    const details = detailsOf({ ETag, LastModified: wholeSeconds(LastModified) }, Size, undefined)
    if (Result.isFailure(details)) return Result.fail(details.failure)
    objects.push({ ...details.success, key: decode(Key) })
  }
  const after = ByteString.fromText(selection.after ?? "")
  const folders = CommonPrefixes.map(({ Prefix = "" }) => decode(Prefix)).filter(
    (prefix) => !after.startsWith(prefix)
  )
  // One character is one byte, so this sorts bytes.
  const all = [...objects.map(({ key }) => key), ...folders].sort((one, other) =>
    one < other ? -1 : 1
  )
  return Result.map(checkKeys(all, IsTruncated, selection), ({ more }) => ({
    objects,
    folders,
    more
  }))
}

/**
 * Fails if the media type cannot be that of an answer of S3: lists are XML, and so is the body of a 404. An object may be
 * of any type; a balancer's 503 is HTML, and is still a 503.
 */
export const checkMediaType = ({
  isList,
  status,
  type
}: {
  readonly isList: boolean
  readonly status: number
  readonly type: string | undefined
}): Checked<void> =>
  type === undefined || /[/+]xml\b/i.test(type) || (status !== 404 && !(isList && status < 300))
    ? Result.void
    : wrong(`answered with status ${status} and ${excerpt(type)}, not by S3 (which sends XML)`)
