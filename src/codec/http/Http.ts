/**
 * The server's codec for HTTP/1.0 and 1.1 (RFC 9110, RFC 9112): requests without a body by RequestDecoder. Responses come
 * encoded, as HttpReply, from http/: whoever speaks this never commands, and no reply to a command is ever encoded in it.
 */
import type { Codec, Encoder } from "../Codec.ts"
import { makeRequestDecoder } from "./RequestDecoder.ts"

/** The protocol's name in the log. */
const httpName = "http"

/** The protocol's name in TLS, by which a client chooses it (ALPN; RFC 7301, 6). */
export const httpProtocol = "http/1.1"

const encoder: Encoder = { head: () => "", tail: () => "", listParts: () => [] }

/** The codec. A password comes with each request, and is http/'s affair. */
export const http: Codec = {
  name: httpName,
  takesPassword: true,
  makeDecoder: makeRequestDecoder,
  makeEncoder: () => encoder
}
