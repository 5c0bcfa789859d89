/**
 * One request of HTTP/1.0 or 1.1 as a value (RFC 9110, RFC 9112): its method, its target, and its fields, which are looked
 * up on demand. Reading it off the wire: RequestDecoder. What it asks for: http/.
 */
import type { FieldKey } from "./FieldLines.ts"
import type { RequestFields } from "./RequestFields.ts"

export { type FieldKey, fieldKey } from "./FieldLines.ts"

/** A request without a body, all of whose syntax was checked. Bytes are held as latin1 text, one character a byte. */
export class HttpRequest {
  readonly _tag = "HttpRequest"
  /** As it was sent: methods are case-sensitive (RFC 9110, 9.1). */
  readonly method: string
  /** The path and the query, which begin with `/`; or `*`, with the method OPTIONS only (RFC 9112, 3.2.4). Printable ASCII. */
  readonly target: string
  /** The host and perhaps the port that the client means: that of the target, else of the field Host; may be empty. */
  readonly host: string
  readonly #fields: RequestFields

  constructor(method: string, target: string, host: string, fields: RequestFields) {
    this.method = method
    this.target = target
    this.host = host
    this.#fields = fields
  }

  /** Whether the version is 1.0, which knows no chunks and closes unless it is asked to go on. */
  get isOld(): boolean {
    return this.#fields.isOld
  }

  /** Whether the client goes on asking on this connection (RFC 9112, 9.3). */
  get isPersistent(): boolean {
    return this.#fields.isPersistent
  }

  /** The value of a field, without the spaces around it; those of several lines joined by `, ` (RFC 9110, 5.2). */
  field(key: FieldKey): string | undefined {
    return this.#fields.field(key)
  }
}

/** A request that is not answered as it asks: it is malformed, too large, or has a body. It is the last of its connection. */
export interface HttpRefusal {
  readonly _tag: "HttpRefusal"
  readonly status: RefusalStatus
  /** Why, in a sentence for people. */
  readonly reason: string
  /** The method and the target, where the request line was read; for the log. */
  readonly method: string
  readonly target: string
}

/** The statuses of refusals (RFC 9110, 15.5 and 15.6; 431: RFC 6585, 5). */
export type RefusalStatus = 400 | 413 | 414 | 417 | 431 | 501 | 505
