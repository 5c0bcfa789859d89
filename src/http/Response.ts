/** A response before it is encoded: its status, its fields and its body; and how it becomes bytes. What is answered: the files beside. */
import { Array, Cause, Effect, Pull, Stream } from "effect"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import type { HttpRefusal, HttpRequest } from "../codec/http/HttpRequest.ts"
import { fieldLine, type Status, statusLine } from "../codec/http/ResponseHead.ts"
import * as ByteString from "../domain/ByteString.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"

/** A body: in memory, or read as it is sent. */
export type ResponseBody =
  | { readonly buffered: ByteString.ByteString }
  | {
      /** A chunk is valid until the next one is pulled. */
      readonly bytes: Stream.Stream<Uint8Array, StoreUnavailable>
      /** Exactly, in bytes; `undefined` where it is not known before the end. */
      readonly size: number | undefined
    }
  | {
      /** Goes on for as long as the client likes, and is no transfer. A chunk may be held. */
      readonly events: Stream.Stream<Uint8Array>
    }

/** A response. */
export interface Response {
  readonly status: Status
  /** The field lines, each with its end, but for those that `encode` adds: Date, Content-Length, Connection and the like. */
  readonly fields: string
  readonly body: ResponseBody | undefined
}

/** What all responses have in common (fetch.spec.whatwg.org: nosniff; w3.org/TR/referrer-policy). */
const common = "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
/** No other site may have it as a part of a page of its own (fetch.spec.whatwg.org, Cross-Origin-Resource-Policy). */
const isolation = "Cross-Origin-Resource-Policy: same-origin\r\n"

/** A body of UTF-8 text. */
export const textBody = (text: string): ResponseBody => ({ buffered: ByteString.fromText(text) })

/** A text for people, or for programs that read lines. */
export const text = (status: Status, body: string, fields = ""): Response => ({
  status,
  fields: `Content-Type: text/plain; charset=utf-8\r\n${fields}`,
  body: textBody(body)
})

/** A value as JSON, on one line. */
export const json = (status: Status, value: unknown, fields = ""): Response => ({
  status,
  fields: `Content-Type: application/json\r\n${fields}`,
  body: textBody(`${JSON.stringify(value)}\n`)
})

/** Another place to ask at: a path of this server, percent-encoded. */
export const redirect = (location: string): Response =>
  text(301, `${location}\n`, fieldLine("Location", location))

/** How a response is encoded. */
export interface Encoding {
  /** The line of Date, with its end. */
  readonly date: string
  /** Whether other sites may not have it. */
  readonly isIsolated: boolean
  /** Further field lines. */
  readonly fields: string
  /** Whether the connection ends after it. */
  readonly isLast: boolean
}

const crlf = ByteString.toBytes(ByteString.unsafe("\r\n"))

/** The bytes with their size before them (RFC 9112, 7.1), in a chunk of their own. */
const framed = (bytes: Uint8Array): Uint8Array => {
  const size = ByteString.toBytes(ByteString.unsafe(`${bytes.length.toString(16)}\r\n`))
  const chunk = new Uint8Array(size.length + bytes.length + crlf.length)
  chunk.set(size)
  chunk.set(bytes, size.length)
  chunk.set(crlf, size.length + bytes.length)
  return chunk
}

const lastChunk = ByteString.toBytes(ByteString.unsafe("0\r\n\r\n"))

/** In chunks, and with the last one behind. One operator, because each is held for as long as the body goes on. */
const chunked = (bytes: Stream.Stream<Uint8Array, StoreUnavailable>) =>
  Stream.transformPull(bytes, (pull) =>
    Effect.sync(() => {
      let isOver = false
      const next: Pull.Pull<
        Array.NonEmptyReadonlyArray<Uint8Array>,
        StoreUnavailable
      > = Effect.suspend(() => (isOver ? Cause.done() : read))
      const read = Pull.matchEffect(pull, {
        onSuccess: (pieces) => {
          // A chunk of no bytes would be the last one.
          const chunks = pieces.filter(({ length }) => length > 0).map(framed)
          return Array.isReadonlyArrayNonEmpty(chunks) ? Effect.succeed(chunks) : next
        },
        onFailure: Effect.failCause,
        onDone: () => {
          isOver = true
          return Effect.succeed([lastChunk] as const)
        }
      })
      return next
    })
  )

/** How the end of a body is told: by its size, by chunks, or, to a client that knows none, by that of the connection. */
const framingOf = (
  { body, status }: Response,
  isOld: boolean
): { readonly line: string; readonly isByEnd?: true; readonly isChunked?: true } => {
  if (body === undefined) {
    // RFC 9110, 8.6: neither of these has a body.
    return { line: status === 204 || status === 304 ? "" : "Content-Length: 0\r\n" }
  }
  const size = "buffered" in body ? body.buffered.length : "size" in body ? body.size : undefined
  if (size !== undefined) return { line: `Content-Length: ${size}\r\n` }
  return isOld
    ? { line: "", isByEnd: true }
    : { line: "Transfer-Encoding: chunked\r\n", isChunked: true }
}

/** A response as it is sent. The answer to HEAD has the same fields, and no body (RFC 9110, 9.3.2). */
export const encode = (
  request: HttpRequest | HttpRefusal,
  response: Response,
  { date, fields, isIsolated, isLast }: Encoding
): HttpReply => {
  const { body, status } = response
  const isOld = request._tag === "HttpRequest" && request.isOld
  const { isByEnd = false, isChunked = false, line } = framingOf(response, isOld)
  const closes = isLast || isByEnd
  const connection = closes ? "Connection: close\r\n" : isOld ? "Connection: keep-alive\r\n" : ""
  const head =
    statusLine(status)
    + date
    + common
    + (isIsolated ? isolation : "")
    + fields
    + response.fields
    + line
    + connection
    + "\r\n"
  const sent = request.method === "HEAD" ? undefined : body
  const buffered = sent !== undefined && "buffered" in sent ? sent.buffered : ""
  const streamed = sent === undefined || "buffered" in sent ? undefined : sent
  const bytes = streamed === undefined || "bytes" in streamed ? streamed?.bytes : streamed.events
  return {
    _tag: "HttpReply",
    text: ByteString.unsafe(head + buffered),
    bodySize: buffered.length,
    bytes: bytes === undefined || !isChunked ? bytes : chunked(bytes),
    isTransfer: streamed !== undefined && "bytes" in streamed,
    isLast: closes,
    exchange: { request, status }
  }
}
