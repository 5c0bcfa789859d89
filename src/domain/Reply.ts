/**
 * What the server answers, independent of the wire protocol, which codec/ adds. Text is held as byte strings, ready for
 * the wire.
 */
import { Data, type Effect, type Scope, type Stream } from "effect"
import type { CommandError, StoreUnavailable } from "./Errors.ts"
import * as ByteString from "./ByteString.ts"
import type { Sentence } from "./sentences/Sentence.ts"

/** The bytes of a file, or of a part of it; `size` counts them. */
export type Body = BufferedBody | StreamedBody

/** Bytes that are all in memory. */
export interface BufferedBody {
  readonly size: number
  readonly buffered: ByteString.ByteString
  /** Which part of which file the bytes are, for the log. */
  readonly part: Part
}

/**
 * Bytes that are sent as they are read. `size` is exact and is sent first, so a stream that fails or is shorter can
 * only end the connection. A chunk is valid until the next one is pulled.
 */
export interface StreamedBody {
  readonly size: number
  readonly bytes: Stream.Stream<Uint8Array, StoreUnavailable>
  /** Which part of which file the bytes are, for the log. */
  readonly part: Part
}

/** A part of a file: its name, and the offset of its first byte. */
export interface Part {
  readonly name: ByteString.ByteString
  readonly start: number
}

/** A message that answers no request: its kind, and what it says. */
export type Push = ReadonlyArray<Reply>

/** The answer to one command. */
export type Reply = Data.TaggedEnum<{
  /** A short text of one line, such as `OK`. */
  Status: { readonly text: ByteString.ByteString }
  Bulk: { readonly value: ByteString.ByteString }
  Null: {}
  Integer: { readonly value: number }
  List: { readonly items: ReadonlyArray<Reply> }
  /** A list of texts, such as names: a list of a thousand with a reply for each took twice the time. */
  Texts: { readonly texts: ReadonlyArray<string> }
  /** The beginning of a list whose items are the next replies. */
  ListBegin: { readonly length: number }
  /**
   * A list whose items are made one after the other, each once the one before it was encoded, so that they need not fit
   * into memory together. An error is an item too. `held` is the memory that it takes until then, in bytes.
   */
  LazyList: {
    readonly length: number
    readonly held: number
    readonly item: (index: number) => Reply | Effect.Effect<Reply, CommandError, Scope.Scope>
  }
  /** Messages that answer no request, and those that confirm SUBSCRIBE and its kin. */
  Pushes: {
    readonly pushes: ReadonlyArray<Push>
    /** Whether the very same is told to many, so that its text is worth keeping. */
    readonly isShared?: boolean
  }
  /** What stands for a list that there is not. */
  NullList: {}
  Dictionary: {
    readonly entries: ReadonlyArray<readonly [key: ByteString.ByteString, value: Reply]>
    /** In RESP 2, which has no maps: a list of pairs, as XREAD's, in place of one list of keys and values. */
    readonly inPairs?: true
  }
  /** A file: its name, then its bytes. */
  File: { readonly name: ByteString.ByteString; readonly body: Body }
  /** The bytes of a file and nothing else. */
  Content: { readonly body: Body }
  /** `code` for programs, one word in upper case; `message` for people, one line. */
  Error: { readonly code: string; readonly message: string }
  /** This reply and all that follow on the connection are encoded in this version of RESP. */
  SwitchProtocol: { readonly version: ProtocolVersion; readonly reply: Reply }
  /** Nothing is sent, as a client asked with CLIENT REPLY. */
  NoReply: {}
  /** The last reply of the connection. */
  CloseAfterReply: { readonly reply: Reply }
}>

/** A list that can be encoded in parts. */
export type LongList = Extract<Reply, { readonly _tag: "List" | "Texts" }>

/** How many items a list has. */
export const lengthOf = (list: LongList): number =>
  list._tag === "List" ? list.items.length : list.texts.length

/** The supported versions of RESP. */
export type ProtocolVersion = 2 | 3

/** Constructors and the exhaustive match of `Reply`. */
export const Reply = Data.taggedEnum<Reply>()

/** The body of a reply; `undefined` where it has none. */
export const bodyOf = (reply: Reply): Body | undefined =>
  reply._tag === "File" || reply._tag === "Content" ? reply.body : undefined

/** A status, such as `OK`: `text` in UTF-8. */
export const status = (text: string): Reply => Reply.Status({ text: ByteString.fromText(text) })

/** A bulk string that holds `text` in UTF-8. */
export const text = (value: string): Reply => Reply.Bulk({ value: ByteString.fromText(value) })

/** A dictionary of these keys, in UTF-8. */
export const dictionary = (entries: ReadonlyArray<readonly [key: string, value: Reply]>): Reply =>
  Reply.Dictionary({
    entries: entries.map(([key, value]) => [ByteString.fromText(key), value] as const)
  })

/** The error reply with the code and the message of a command's error. */
export const error = (error: CommandError): Reply => refusal(error.code, error.message)

/** The error reply with this code and sentence. */
export const refusal = (code: string, message: Sentence): Reply => Reply.Error({ code, message })

/** `+OK` */
export const ok: Reply = status("OK")
