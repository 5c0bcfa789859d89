/**
 * The interface of a wire protocol: a decoder turns bytes into requests, an encoder replies into bytes. The protocols:
 * resp/Resp.ts, pickle/Pickle.ts and http/Http.ts. Codecs are pure but for the state of each decoder and encoder; none opens a socket.
 */
import { Data } from "effect"
import type { Command } from "../commands/Command.ts"
import type { ByteString } from "../domain/ByteString.ts"
import type { CommandError } from "../domain/Errors.ts"
import { lengthOf, type LongList, type Reply } from "../domain/Reply.ts"
import type { HttpRefusal, HttpRequest } from "./http/HttpRequest.ts"

/** The client broke the protocol, so nothing that follows can be decoded. `message` is sent to it before the connection is closed. */
export class Malformed extends Data.TaggedClass("Malformed")<{ readonly message: string }> {}

/**
 * The client speaks another protocol, as a browser does that a web page makes send requests here. The connection is
 * closed without an answer: the page must neither run a command nor read a reply.
 */
export class Foreign extends Data.TaggedClass("Foreign")<{ readonly protocol: string }> {}

/**
 * What a decoder returns: a command, the error of a request that is none, or, as the last item, `Malformed` or `Foreign`;
 * or, on a connection of HTTP, nothing but its requests and, as the last item, the refusal of one.
 */
export type Request = Command | CommandError | Malformed | Foreign | HttpRequest | HttpRefusal

/** Turns the bytes of one connection, held as latin1 strings, into requests, however they are split into chunks. */
export interface Decoder {
  /**
   * The requests that these bytes complete, in order; none after `Malformed` or `Foreign`. Before the peer gave the
   * password (`isAuthenticated` is false; true by default) only small requests are decoded. It stops after some hundred
   * requests, and after one that may change whether the peer is authenticated: `more` decodes the rest.
   */
  readonly push: (bytes: ByteString, isAuthenticated?: boolean) => ReadonlyArray<Request>
  /** Whether `push` or `more` stopped before the end of the bytes. */
  readonly hasMore: () => boolean
  /** Continues where `push` or `more` stopped. */
  readonly more: (isAuthenticated?: boolean) => ReadonlyArray<Request>
  /** The requests that the end of input completes. */
  readonly end: () => ReadonlyArray<Request>
  /**
   * The memory held for an incomplete request, in bytes: its bytes, and the cost of each argument and chunk besides.
   * 0 where none has begun.
   */
  readonly unfinished: () => number
}

/** Turns the replies of one connection into bytes, held as latin1 strings: one character a byte. */
export interface Encoder {
  /** All the bytes of a reply; of a reply with a body, those before the body. */
  readonly head: (reply: Reply) => string
  /** The bytes after the body of a reply; empty for one without. */
  readonly tail: (reply: Reply) => string
  /**
   * The bytes of a list in parts, each encoded when it is pulled, some 1,000 items at a time: a list of 100,000 takes 50 ms
   * as a whole, which would block the event loop.
   */
  readonly listParts: (list: LongList) => Iterable<string>
}

/** How many items of a list are encoded in one part: about 0.3 ms. */
const itemsInPart = 1024

/** A list as `listParts` encodes it, `write` some of its items, between what stands before and after them. */
export function* inParts(
  list: LongList,
  write: (some: LongList) => string,
  before: string,
  after: string
): Generator<string> {
  yield before
  for (let start = 0; start < lengthOf(list); start += itemsInPart) {
    const end = start + itemsInPart
    yield write(
      list._tag === "List"
        ? { ...list, items: list.items.slice(start, end) }
        : { ...list, texts: list.texts.slice(start, end) }
    )
  }
  yield after
}

/** A wire protocol. */
export interface Codec {
  /** The name in the log; `undefined` until what came tells which protocol it is. */
  readonly name: string | undefined
  /** Whether the protocol has a way to give a password. */
  readonly takesPassword: boolean
  readonly makeDecoder: () => Decoder
  readonly makeEncoder: () => Encoder
}
