/**
 * One request of HTTP/1.0 or 1.1 as a value (RFC 9110, RFC 9112): its method, its target, and its fields, which are looked
 * up on demand. Reading it off the wire: RequestDecoder. What it asks for: http/.
 */

/** The key by which `HttpRequest.field` finds a field; made once for each name, because requests are looked up in often. */
export type FieldKey = `\n${string}:`

/** The key of a field's name, whatever the case of its letters (RFC 9110, 5.1). */
export const fieldKey = (name: string): FieldKey => `\n${name.toLowerCase()}:`

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09

/** A request without a body, all of whose syntax was checked. Bytes are held as latin1 text, one character a byte. */
export class HttpRequest {
  readonly _tag = "HttpRequest"
  /** As it was sent: methods are case-sensitive (RFC 9110, 9.1). */
  readonly method: string
  /** The path and the query, which begin with `/`; or `*`, with the method OPTIONS only (RFC 9112, 3.2.4). Printable ASCII. */
  readonly target: string
  /** The host and perhaps the port that the client means: that of the target, else of the field Host; may be empty. */
  readonly host: string
  /** Whether the version is 1.0, which knows no chunks and closes unless it is asked to go on. */
  readonly isOld: boolean
  /** Whether the client goes on asking on this connection (RFC 9112, 9.3). */
  readonly isPersistent: boolean
  readonly #fields: string
  readonly #lowerCase: string

  /** `fields` are the field lines, each with a line feed before it; `lowerCase` is the same in lower case. */
  constructor(
    method: string,
    target: string,
    host: string,
    isOld: boolean,
    isPersistent: boolean,
    fields: string,
    lowerCase: string
  ) {
    this.method = method
    this.target = target
    this.host = host
    this.isOld = isOld
    this.isPersistent = isPersistent
    this.#fields = fields
    this.#lowerCase = lowerCase
  }

  /** The value of a field, without the spaces around it; those of several lines joined by `, ` (RFC 9110, 5.2). */
  field(key: FieldKey): string | undefined {
    return fieldIn(this.#fields, this.#lowerCase, key)
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

/** The value of a field among field lines, as `HttpRequest.field` has it. */
export const fieldIn = (fields: string, lowerCase: string, key: FieldKey): string | undefined => {
  let found = lowerCase.indexOf(key)
  if (found === -1) return undefined
  let value = valueAt(fields, found + key.length)
  for (;;) {
    found = lowerCase.indexOf(key, found + key.length)
    if (found === -1) return value
    value += `, ${valueAt(fields, found + key.length)}`
  }
}

/** How many lines of this name there are, 2 for more. */
export const countIn = (lowerCase: string, key: FieldKey): 0 | 1 | 2 => {
  const first = lowerCase.indexOf(key)
  if (first === -1) return 0
  return lowerCase.indexOf(key, first + key.length) === -1 ? 1 : 2
}

/** The value that begins here, without the optional white space around it (RFC 9112, 5.1). */
const valueAt = (fields: string, from: number): string => {
  let start = from
  let end = fields.indexOf("\r", from)
  while (start < end && isSpace(fields.charCodeAt(start))) start += 1
  while (end > start && isSpace(fields.charCodeAt(end - 1))) end -= 1
  return fields.slice(start, end)
}
