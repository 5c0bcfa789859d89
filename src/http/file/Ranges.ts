/** The part of a representation that a request asks for (RFC 9110, 14). Pure. */
import { fieldKey, type HttpRequest } from "../../codec/http/HttpRequest.ts"

/** A part, in bytes; `end` is the byte after the last. */
export interface Range {
  readonly start: number
  readonly end: number
}

const range = fieldKey("Range")

/** One range of bytes: first and last, or only one of them. The unit is in any case (RFC 9110, 14.1). */
const oneRange = /^bytes=[\t ]*(?:(\d+)-(\d*)|-(\d+))[\t ]*$/i

/**
 * The part of `size` bytes that is asked for; "unsatisfiable" where there is none of it; `undefined` where all is to be
 * sent: no range is asked for, or none that is understood, or several, for which RFC 9110, 14.2 leaves all to be sent.
 */
export const rangeOf = (
  request: HttpRequest,
  size: number
): Range | "unsatisfiable" | undefined => {
  if (request.method !== "GET") return undefined
  const asked = request.field(range)
  if (asked === undefined) return undefined
  const [, first, last = "", suffix] = oneRange.exec(asked) ?? []
  if (suffix !== undefined) {
    const length = Number(suffix)
    if (length === 0) return "unsatisfiable"
    // What is empty has no part that Content-Range could name.
    return size === 0 ? undefined : { start: Math.max(0, size - length), end: size }
  }
  if (first === undefined) return undefined
  const start = Number(first)
  if (last !== "" && Number(last) < start) return undefined
  if (start >= size) return "unsatisfiable"
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) }
}
