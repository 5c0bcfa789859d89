/** A response as it is handed on to be sent: its head in bytes, its body, and what the log is told of it. Made in http/. */
import type { Body } from "../../domain/Reply.ts"
import type * as ByteString from "../../domain/ByteString.ts"

/** One response. */
export interface HttpReply {
  readonly _tag: "HttpReply"
  /** The status line, the fields and the empty line. */
  readonly head: ByteString.ByteString
  /** What follows the head; not sent in answer to HEAD, which has none. */
  readonly body: Body | undefined
  /** Whether it is the last of the connection. */
  readonly isLast: boolean
  readonly exchange: Exchange
}

/** A request and what it was answered with, for the log. Texts are as the client sent them: strangers choose them. */
export interface Exchange {
  readonly method: string
  readonly target: string
  readonly status: number
  readonly agent: string | undefined
  readonly referrer: string | undefined
}
