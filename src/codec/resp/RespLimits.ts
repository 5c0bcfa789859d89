/** The limits of a request, and Redis's errors for malformed ones (replies of redis-server 7.0.15). Decoding: RespDecoder. */
import { Malformed } from "../Codec.ts"

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

/** A malformed request, with this message after `Protocol error: `. */
export const protocolError = (message: string): Malformed =>
  new Malformed({ message: `Protocol error: ${message}` })

/** The line with an array's count is too long. */
export const tooBigCount = protocolError("too big mbulk count string")
/** An array's count is no number, or above `mostArgs`. */
export const invalidCount = protocolError("invalid multibulk length")
/** The line with a bulk string's length is too long. */
export const tooBigLength = protocolError("too big bulk count string")
/** A bulk string's length is no number, negative, or takes the request above `mostBytes`. */
export const invalidLength = protocolError("invalid bulk length")
/** Before the password is given: an array's count is above `mostArgsUnauthenticated`. */
export const unauthenticatedCount = protocolError("unauthenticated multibulk length")
/** Before the password is given: a bulk string's length is above `mostBytesUnauthenticated`. */
export const unauthenticatedLength = protocolError("unauthenticated bulk length")
/** An inline request is longer than `longestLine`. */
export const tooBigInline = protocolError("too big inline request")
/** A quote in an inline request never closes, or is followed by anything but a space. */
export const unbalancedQuotes = protocolError("unbalanced quotes in request")
/** Sent in plain text to a client that begins TLS where the server does not use it: without an answer it would wait. */
export const noTls = protocolError("TLS is not spoken here")
