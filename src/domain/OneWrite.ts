/** How much is handled in one piece. Anything larger is streamed, with back-pressure. */

/**
 * The number of bytes read, answered or written in one piece: 64 KiB. The places that use it must agree: replies are
 * gathered up to this and then written, so a socket holds no more of them until the end of the turn; a body up to this
 * is read whole and gathered with them; a small file up to this is kept in memory and read synchronously, which takes
 * some 20 µs where it is in the page cache; and a socket holds this much input before it stops reading.
 */
export const oneWrite = 64 * 1024
