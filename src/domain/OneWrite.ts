/** How much is handled in one piece. Everything larger is streamed, and waits for its reader. */

/**
 * So many bytes are read, answered or written in one piece. The places that use it must agree: replies are gathered up
 * to this and then written, so a socket holds no more of them until the end of the turn; a body up to this is read whole
 * and gathered with them; a small file up to this is kept in memory and read without yielding to anybody, which takes
 * some 20 µs where it is in the page cache; and so much input is held before its sender is made to wait.
 */
export const oneWrite = 64 * 1024
