/**
 * What the server answers, before any protocol gave it a form. Text is held as words, ready for the wire.
 */
import { Data, type Stream } from "effect"
import type { CommandError, StoreUnavailable } from "./Errors.ts"
import * as ByteString from "./ByteString.ts"

/** The bytes of a file, or of a part of it; `size` is their number. */
export type Body = BufferedBody | StreamedBody

/** Bytes that are all there. */
export interface BufferedBody {
  readonly size: number
  readonly buffered: ByteString.ByteString
  /** What the bytes are of, for the log to tell. */
  readonly part: Part
}

/**
 * Bytes that are sent as they are read. `size` is exact: a stream that ends short or fails can only end the
 * connection, for its size has been announced by then. A chunk is valid until the next one is asked for.
 */
export interface StreamedBody {
  readonly size: number
  readonly bytes: Stream.Stream<Uint8Array, StoreUnavailable>
  /** What the bytes are of, for the log to tell. */
  readonly part: Part
}

/** A part of a file, from byte `start` on. */
export interface Part {
  readonly name: ByteString.ByteString
  readonly start: number
}

/** One answer to one command. */
export type Reply = Data.TaggedEnum<{
  /** A short text of one line, such as `OK`. */
  Status: { readonly text: ByteString.ByteString }
  Bulk: { readonly value: ByteString.ByteString }
  Null: {}
  Integer: { readonly value: number }
  List: { readonly items: ReadonlyArray<Reply> }
  /** The beginning of a list whose items are the next replies. */
  ListBegin: { readonly length: number }
  /** What stands for a list that there is not. */
  NullList: {}
  Dictionary: {
    readonly entries: ReadonlyArray<readonly [key: ByteString.ByteString, value: Reply]>
  }
  /** A file: its name, then its bytes. */
  File: { readonly name: ByteString.ByteString; readonly body: Body }
  /** The bytes of a file and nothing else. */
  Content: { readonly body: Body }
  Error: { readonly code: string; readonly message: string }
  /** From this reply on, itself included, the conversation goes on in this version of RESP. */
  SwitchProtocol: { readonly version: ProtocolVersion; readonly reply: Reply }
  /** Nothing is sent, as a client asked with CLIENT REPLY. */
  NoReply: {}
  /** The last reply of the connection. */
  CloseAfterReply: { readonly reply: Reply }
}>

/** The versions of RESP that are spoken. */
export type ProtocolVersion = 2 | 3

/** Constructors and the exhaustive match of `Reply`. */
export const Reply = Data.taggedEnum<Reply>()

/** The body of a reply, if it has one. */
export const bodyOf = (reply: Reply): Body | undefined =>
  reply._tag === "File" || reply._tag === "Content" ? reply.body : undefined

/** A status, such as `OK`, from ASCII or Portuguese text. */
export const status = (text: string): Reply => Reply.Status({ text: ByteString.fromText(text) })

/** A bulk string that holds `text` in UTF-8. */
export const text = (value: string): Reply => Reply.Bulk({ value: ByteString.fromText(value) })

/** The answer that tells a client why it was refused. */
export const error = (error: CommandError): Reply =>
  Reply.Error({ code: error.code, message: error.message })

/** `+OK` */
export const ok: Reply = status("OK")
