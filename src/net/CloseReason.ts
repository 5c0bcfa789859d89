/** Why connections end: the words of the log, and what each of them means. */

/** Why a connection ended. */
export type CloseReason =
  /** The peer ended its input, and had been answered all it asked. */
  | "client-ended"
  /** The peer took its leave: SAIR, QUIT. */
  | "goodbye"
  /** No encrypted connection came about. */
  | "handshake"
  /** The peer speaks a protocol that has no way to give the password that is asked for. */
  | "denied"
  /** What came cannot be understood. */
  | "malformed"
  /** What came is of another protocol, such as HTTP. */
  | "foreign-protocol"
  /** Nothing was asked for too long. */
  | "idle"
  /** The peer took nothing of what it was being sent for too long. */
  | "stalled"
  /** A request that was begun was not complete in time. */
  | "request-timeout"
  /** All unfinished requests together took too much memory, and this one's were the largest. */
  | "memory"
  /** The connection was reset, or broke. */
  | "lost"
  /** The rest of a body that was announced cannot be read. */
  | "storage"
  /** The server was told to stop, and all that was asked had been answered. */
  | "drain"
  /** The server was told to stop, and what was asked took longer than the grace. */
  | "grace-over"
  /** A fault of our own. */
  | "fault"
