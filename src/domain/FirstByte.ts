/** What the first byte of a connection tells of those that follow. What is done about it: codec/Detect and net/TlsHandshake. */

/** How every TLS conversation begins: a record of the handshake (RFC 8446, 5.1). No request begins so. */
export const opensTls = 0x16
/** How an array begins, and so every request of a client that is no person. */
export const opensArray = 0x2a
