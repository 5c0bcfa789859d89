/** The limits of a request, and Redis's errors for malformed ones (replies of redis-server 7.0.15). Decoding: RespDecoder. */
import { Malformed } from "../Codec.ts"
import type { SentenceName } from "../../domain/sentences/Sentences.ts"
import { type About, sentence } from "../../domain/sentences/Sentence.ts"

/** The longest line, an inline request's or a length's, in bytes (PROTO_INLINE_MAX_SIZE). */
export const longestLine = 64 * 1024
/** The most arguments that one request may have, its name included. Redis takes 2^31, and the memory for them. */
export const mostArgs = 65_536
/** The most bytes that the arguments of one request may have together. Redis takes 512 MiB for each. */
export const mostBytes = 1024 * 1024
/** The most arguments before the password is given, as in Redis: HELLO with all its options has seven. */
export const mostArgsUnauthenticated = 10
/** The most bytes of one argument before the password is given, as in Redis. */
export const mostBytesUnauthenticated = 16_384

const protocolError = (name: SentenceName, ...about: About): Malformed =>
  new Malformed({ message: sentence(name, ...about) })

/** The line with an array's count is too long. */
export const tooBigCount = protocolError("tooBigCount")
/** An array's count is no number, or above `mostArgs`. */
export const invalidCount = protocolError("invalidCount")
/** The line with a bulk string's length is too long. */
export const tooBigLength = protocolError("tooBigLength")
/** A bulk string's length is no number, negative, or takes the request above `mostBytes`. */
export const invalidLength = protocolError("invalidLength")
/** Before the password is given: an array's count is above `mostArgsUnauthenticated`. */
export const unauthenticatedCount = protocolError("unauthenticatedCount")
/** Before the password is given: a bulk string's length is above `mostBytesUnauthenticated`. */
export const unauthenticatedLength = protocolError("unauthenticatedLength")
/** An inline request is longer than `longestLine`. */
export const tooBigInline = protocolError("tooBigInline")
/** A quote in an inline request never closes, or is followed by anything but a space. */
export const unbalancedQuotes = protocolError("unbalancedQuotes")
/** The line before a bulk string begins with `got` in place of `$`. */
export const notALength = (got: string): Malformed => protocolError("notALength", got)
/** Sent in plain text to a client that begins TLS where the server does not use it: without an answer it would wait. */
export const noTls = protocolError("noTls")
