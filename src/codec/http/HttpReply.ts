/** A response as it is handed on to be sent: its head in bytes, its body, and what the log is told of it. Made in http/. */
import type { Stream } from "effect"
import type * as ByteString from "../../domain/ByteString.ts"
import type { StoreUnavailable } from "../../domain/Errors.ts"
import type { HttpRefusal, HttpRequest } from "./HttpRequest.ts"

/** One response. */
export interface HttpReply {
  readonly _tag: "HttpReply"
  /** The status line, the fields and the empty line; and the body, where that is all in memory. */
  readonly text: ByteString.ByteString
  /** How many bytes of `text` are body. */
  readonly bodySize: number
  /**
   * What follows `text`, sent as it is read. Its size, or how its end is told, stands in the head, so that a stream that
   * fails can only end the connection. A chunk is valid until the next one is pulled.
   */
  readonly bytes: Stream.Stream<Uint8Array, StoreUnavailable> | undefined
  /** Whether `bytes` is a transfer, which is counted and timed: what goes on for as long as the client likes is none. */
  readonly isTransfer: boolean
  /** Whether it is the last of the connection. */
  readonly isLast: boolean
  readonly exchange: Exchange
}

/** A request and the status it was answered with, for the log. */
export interface Exchange {
  readonly request: HttpRequest | HttpRefusal
  readonly status: number
}
