/**
 * What a wire protocol is to the server: bytes in, requests out; replies in, bytes out. Every function is pure but for
 * the decoder's and encoder's own state; nothing here opens a socket.
 */
import { Data } from "effect"
import type { Command } from "../commands/Command.ts"
import type { CommandError } from "../domain/Errors.ts"
import type { Reply } from "../domain/Reply.ts"

/** The client broke the protocol. `message` is what it is told, after which nothing it sends can be understood. */
export class Malformed extends Data.TaggedClass("Malformed")<{ readonly message: string }> {}

/**
 * What came is of another protocol, as when a web page has a browser send its requests here. Nothing is answered: the
 * page must neither command anything nor read anything.
 */
export class Foreign extends Data.TaggedClass("Foreign")<{ readonly protocol: string }> {}

/** What a decoder finds: a command, words that make no command, or, as the last thing of all, a broken protocol or another one. */
export type Request = Command | CommandError | Malformed | Foreign

/** Turns the bytes of one connection into requests, however they are cut. */
export interface Decoder {
  /**
   * The requests that these bytes complete, in order. After `Malformed` there are no more. A peer that is not
   * `trusted`, for it has not given the password, is allowed small requests only. It stops after some hundred requests,
   * and after one that may change whom to trust: what came behind it is for `more`.
   */
  readonly push: (bytes: Uint8Array, trusted?: boolean) => ReadonlyArray<Request>
  /** Whether `push` or `more` stopped before the end of what has come. */
  readonly hasMore: () => boolean
  /** Goes on where it stopped. */
  readonly more: (trusted?: boolean) => ReadonlyArray<Request>
  /** The requests that the end of input completes. */
  readonly end: () => ReadonlyArray<Request>
  /**
   * How much memory is held for a request that is not complete, in bytes: its own, and what each of its words and
   * pieces costs besides. 0 where none was begun.
   */
  readonly unfinished: () => number
}

/** Turns the replies of one connection into bytes, held as latin1 strings: one character a byte. */
export interface Encoder {
  /** All the bytes of a reply; of a reply with a body, those before the body. */
  readonly head: (reply: Reply) => string
  /** The bytes after the body of a reply; empty for one without. */
  readonly tail: (reply: Reply) => string
}

/** A wire protocol. */
export interface Codec {
  /** As logs show it. */
  readonly name: string
  /** Whether its clients can give a password. */
  readonly takesPassword: boolean
  readonly makeDecoder: () => Decoder
  readonly makeEncoder: () => Encoder
}
