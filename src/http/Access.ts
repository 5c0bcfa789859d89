/**
 * Who may ask, decided by the fields of a request alone. A browser asks for whatever page is open in it, with the rights of
 * its machine and the passwords that it remembers: the fields tell on whose behalf. Pure; wrong passwords are slowed down by
 * guard/AuthThrottle.
 */
import { Result } from "effect"
import * as Base64 from "effect/encoding/Base64"
import { fieldKey, type HttpRequest } from "../codec/http/HttpRequest.ts"
import * as ByteString from "../domain/ByteString.ts"

/** For whom the server is. */
export interface Policy {
  /** The names that it has besides addresses and localhost, in lower case: this machine's, and those of `--http-host`. */
  readonly hosts: ReadonlyArray<string>
  /** The origins whose pages may read what it answers, such as `https://example.org`; `*` for all. */
  readonly origins: ReadonlyArray<string>
  /** Whether it is a site, a part of which other sites' pages may have. */
  readonly isSite: boolean
}

/** What comes of a request. */
export type Decision =
  | "may ask"
  | "must give a password"
  | "wrong password"
  | "cross-site"
  | "unknown host"

const authorization = fieldKey("Authorization")
const fetchSite = fieldKey("Sec-Fetch-Site")
const fetchMode = fieldKey("Sec-Fetch-Mode")
const fetchDestination = fieldKey("Sec-Fetch-Dest")
const origin = fieldKey("Origin")

/** What a request says of who asks. */
export interface Credentials {
  readonly user: ByteString.ByteString
  readonly password: ByteString.ByteString
}

/** The user and the password of a request (RFC 7617, 2), as bytes; `undefined` where it has none, or none that can be read. */
export const credentialsOf = (request: HttpRequest): Credentials | undefined => {
  const [, token] =
    /^basic[ \t]+([0-9A-Za-z+/]+={0,2})$/i.exec(request.field(authorization) ?? "") ?? []
  if (token === undefined) return undefined
  const decoded = Result.getOrUndefined(Base64.decode(token))
  if (decoded === undefined) return undefined
  const bytes = ByteString.fromBytes(decoded)
  const colon = bytes.indexOf(":")
  return colon === -1
    ? undefined
    : {
        user: ByteString.unsafe(bytes.slice(0, colon)),
        password: ByteString.unsafe(bytes.slice(colon + 1))
      }
}

/** RFC 3986, 3.2.2: four decimal numbers, or anything in brackets, which the codec has checked. */
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/

/**
 * Whether a host is one of this server's. A web page can give a name of its own any address, this machine's too, and would
 * be let in by its browser as the same origin (DNS rebinding); an address or a name of ours it cannot give itself.
 */
export const isOwnHost = (host: string, { hosts }: Policy): boolean => {
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase()
  // Browsers always send one: whoever does not is none.
  if (name === "" || address.test(name) || name === "localhost" || name.endsWith(".localhost")) {
    return true
  }
  return hosts.includes(name)
}

/** The origin that a request is from, where its pages may read the response; `undefined` for any other. */
export const grantedOrigin = (request: HttpRequest, { origins }: Policy): string | undefined => {
  if (origins.length === 0) return undefined
  const from = request.field(origin)
  return from !== undefined && (origins.includes("*") || origins.includes(from.toLowerCase()))
    ? from
    : undefined
}

/** Whether it is from a page of another site that does not simply lead here (W3C Fetch Metadata). */
const isEmbedded = (request: HttpRequest): boolean =>
  request.field(fetchSite) === "cross-site"
  && !(
    request.field(fetchMode) === "navigate"
    && request.field(fetchDestination) === "document"
    && request.method === "GET"
  )

/** Decides on a request; `accepts` tells whether a password is right, `undefined` where none is asked for. */
export const decide = (
  request: HttpRequest,
  policy: Policy,
  accepts: ((credentials: Credentials) => boolean) | undefined
): Decision => {
  if (isEmbedded(request) && !policy.isSite && grantedOrigin(request, policy) === undefined) {
    return "cross-site"
  }
  if (accepts === undefined) return isOwnHost(request.host, policy) ? "may ask" : "unknown host"
  // A browser asks first, without the password, whether it may ask at all (fetch.spec.whatwg.org, CORS-preflight).
  if (request.method === "OPTIONS" && grantedOrigin(request, policy) !== undefined) return "may ask"
  if (request.field(authorization) === undefined) return "must give a password"
  const credentials = credentialsOf(request)
  return credentials !== undefined && accepts(credentials) ? "may ask" : "wrong password"
}
