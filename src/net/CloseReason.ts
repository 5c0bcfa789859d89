/** The reasons for which connections end, as the field `reason` of the log's `connection.closed` has them. */

/** Why a connection ended. */
export type CloseReason =
  /** The peer ended its input, and all its requests were answered. */
  | "client-ended"
  /** The peer closed with SAIR or QUIT. */
  | "goodbye"
  /** The TLS handshake failed. */
  | "handshake"
  /** A password is required, and the peer's protocol has no way to give one (pickle). */
  | "denied"
  /** The input breaks the protocol. */
  | "malformed"
  /** The input is of another protocol, such as HTTP. */
  | "foreign-protocol"
  /** No request came for `--idle-timeout`. */
  | "idle"
  /** The peer took no byte of a reply for `--stall-timeout`. */
  | "stalled"
  /** It follows changes, and took nothing while too much waited for it, or may have missed some. */
  | "behind"
  /** A request was begun and not complete within `--request-timeout`. */
  | "request-timeout"
  /** All connections together held too much memory, and this one held the most. */
  | "memory"
  /** The connection was reset or broke. */
  | "lost"
  /** The size of a body was sent, and the rest of its bytes cannot be read. */
  | "storage"
  /** The server stops, and all requests of the peer were answered. */
  | "drain"
  /** The server stops, and a request took longer than `--grace`. */
  | "grace-over"
  /** A fault in this program. */
  | "fault"
