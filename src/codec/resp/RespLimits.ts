/** What a request may be, and Redis's words for what it may not. Reading requests: RespDecoder. */
import { Malformed } from "../Codec.ts"

/** The longest line, inline or a length's, in bytes (PROTO_INLINE_MAX_SIZE). */
export const longestLine = 64 * 1024
/** How many words one request may have. Redis takes 2^31, and the memory for them. */
export const mostWords = 65_536
/** How many bytes the words of one request may have together. Redis takes 512 MiB for each. */
export const mostBytes = 1024 * 1024
/** How many words a request may have before the password was given: HELLO with all its options has seven. */
export const mostWordsUntrusted = 10
/** How many bytes a word may have before the password was given. */
export const mostBytesUntrusted = 16_384

export const protocolError = (message: string): Malformed =>
  new Malformed({ message: `Protocol error: ${message}` })

export const tooBigCount = protocolError("too big mbulk count string")
export const invalidCount = protocolError("invalid multibulk length")
export const tooBigLength = protocolError("too big bulk count string")
export const invalidLength = protocolError("invalid bulk length")
export const untrustedCount = protocolError("unauthenticated multibulk length")
export const untrustedLength = protocolError("unauthenticated bulk length")
export const tooBigInline = protocolError("too big inline request")
export const unbalancedQuotes = protocolError("unbalanced quotes in request")
/** In plain text, by which a client that speaks TLS sees that nobody else does; silence would make it wait. */
export const noTls = protocolError("TLS is not spoken here")
