/** The first bytes that tell protocols apart. They are used by codec/Detect, codec/resp/RespDecoder and net/TlsHandshake. */

/** The first byte of a TLS connection: the type of a handshake record (RFC 8446, 5.1). No request begins with it. */
export const opensTls = 0x16
/** `*`, the first byte of a RESP array, and so of every request but inline ones (redis.io, protocol specification). */
export const opensArray = 0x2a
