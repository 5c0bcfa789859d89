/** Whether a request is answered as it asks, by what it says of the version that it knows (RFC 9110, 13). Pure. */
import { fieldKey, type HttpRequest } from "../../codec/http/HttpRequest.ts"
import { parseDate, wholeSeconds } from "../HttpDate.ts"

/** What a representation is told apart by from others of its resource. */
export interface Validators {
  /** With its quotes; always a strong one (RFC 9110, 8.8.3). */
  readonly etag: string
  /** In milliseconds since 1970 (UTC). */
  readonly modified: number
}

const ifMatch = fieldKey("If-Match")
const ifNoneMatch = fieldKey("If-None-Match")
const ifModifiedSince = fieldKey("If-Modified-Since")
const ifUnmodifiedSince = fieldKey("If-Unmodified-Since")
const ifRange = fieldKey("If-Range")

/**
 * RFC 9110, 8.8.3. A comma may stand in one, so that a list cannot be split at its commas. White space has one way to be
 * read, before a tag or behind it: where it had two, a head full of it held the event loop for 1.2 s.
 */
const tags = /\s*(?:(?:(W\/)?("[!\x23-\x7e\x80-\xff]*")|\*)\s*)?(?:,|$)/y

/** Whether a list of tags names this one; `weak` ones count only where the comparison is weak (RFC 9110, 8.8.3.2). */
const names = (list: string, etag: string, weak: boolean): boolean => {
  if (list === "*") return true
  tags.lastIndex = 0
  for (let found = tags.exec(list); found !== null; found = tags.exec(list)) {
    const [, prefix, tag] = found
    if (tag === etag && (weak || prefix === undefined)) return true
    if (tags.lastIndex >= list.length) return false
  }
  return false
}

/** The status that a condition gives, in the order of RFC 9110, 13.2.2; `undefined` where the request is to be answered. */
export const statusOf = (
  request: HttpRequest,
  { etag, modified }: Validators,
  now: number
): 304 | 412 | undefined => {
  const changed = wholeSeconds(modified)
  const dateOf = (text: string | undefined) =>
    text === undefined ? undefined : parseDate(text, now)
  const match = request.field(ifMatch)
  if (match !== undefined) {
    if (!names(match, etag, false)) return 412
  } else {
    const since = dateOf(request.field(ifUnmodifiedSince))
    if (since !== undefined && changed > since) return 412
  }
  const noneMatch = request.field(ifNoneMatch)
  if (noneMatch !== undefined) return names(noneMatch, etag, true) ? 304 : undefined
  const since = dateOf(request.field(ifModifiedSince))
  return since !== undefined && changed <= since ? 304 : undefined
}

/**
 * Whether a range may be sent: it is one of the version that the client has a part of (RFC 9110, 13.1.5). A tag must be
 * the same, and strong; a date the very one of Last-Modified, and a client must not send one of a file that it got within
 * a second of its change.
 */
export const rangeApplies = (
  request: HttpRequest,
  { etag, modified }: Validators,
  now: number
): boolean => {
  const condition = request.field(ifRange)
  if (condition === undefined) return true
  if (/^(?:W\/)?"/.test(condition)) return condition === etag
  return parseDate(condition, now) === wholeSeconds(modified)
}
