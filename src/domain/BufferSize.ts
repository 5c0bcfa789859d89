/** The size up to which bytes are buffered. Anything larger is streamed, with back-pressure. */

/**
 * 64 KiB. The places that use it must agree: replies are collected up to this size and then written, so a socket holds no
 * more of them until the end of the turn; a body of at most this size is read whole and collected with them; a file of at
 * most this size is kept in memory and read synchronously, which takes some 20 µs from the page cache; and a socket
 * holds this much input before it stops reading.
 */
export const bufferSize = 64 * 1024
