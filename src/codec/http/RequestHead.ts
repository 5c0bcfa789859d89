/**
 * The head of a request, whole, as a request or as the refusal of one. It is strict wherever two readers of one stream
 * might otherwise disagree on where a request ends (RFC 9112, 11.2). Finding the end of the head: RequestDecoder.
 */
import {
  countIn,
  fieldIn,
  fieldKey,
  type HttpRefusal,
  HttpRequest,
  type RefusalStatus
} from "./HttpRequest.ts"

/** The most bytes of a head, and of a target: browsers, proxies and their cookies stay below 8 KiB. */
export const mostHead = 16 * 1024
const mostTarget = 8 * 1024
/** The most field lines. A browser sends some 15. */
const mostFields = 100
/** So many field lines take at least this many bytes, as `a:` and a line end: fewer need not be counted. */
const leastOfTooMany = mostFields * "a:\r\n".length

const connection = fieldKey("Connection")
const contentLength = fieldKey("Content-Length")
const expect = fieldKey("Expect")
const host = fieldKey("Host")
const transferEncoding = fieldKey("Transfer-Encoding")

/** RFC 9112, 3: a method is a token (RFC 9110, 5.6.2), a target has neither spaces nor controls. */
const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP\/(\d)\.(\d)$/

/**
 * RFC 9112, 5: a name, a colon right behind it, a value without controls, CR LF. So there is no bare CR or LF (2.2), no
 * space before the colon (5.1), no folded line (5.2), and no line that has no name.
 */
const fieldLines = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*\r\n)*$/

/** RFC 3986, 3.2.2 and 3.2.3, without user information: a name, an IPv4 address or an IPv6 one in brackets; a port. */
const authority = /^(?:\[[0-9A-Fa-f:.]+\]|[-0-9A-Za-z._~!$&'()*+,;=%]*)(?::\d{0,5})?$/

/** RFC 9112, 3.2.2. Servers must take it though only proxies are sent it. */
const absoluteForm = /^https?:\/\/([^/?]*)(.*)$/i

/** Refuses the request of these first words of its request line. */
const refusal = (status: RefusalStatus, reason: string, method = "", target = ""): HttpRefusal => ({
  _tag: "HttpRefusal",
  status,
  reason,
  method,
  target
})

/** The refusal of a head that is too large, given its first bytes, one more than there may be. */
export const tooLarge = (beginning: string): HttpRefusal => {
  const line = beginning.indexOf("\n")
  if (line === -1) return refusal(414, "The request line is too long.")
  const [method = "", target = ""] = beginning.slice(0, line).split(" ", 2)
  return target.length > mostTarget
    ? refusal(414, "The target is too long.")
    : refusal(431, "The head is too large.", method, target)
}

/** The request that a head asks: all of it, with the empty line at its end. */
export const parseHead = (head: string): HttpRequest | HttpRefusal => {
  const line = head.indexOf("\r\n")
  const parsed = line === -1 ? null : requestLine.exec(head.slice(0, line))
  if (parsed === null) return refusal(400, "The request line is malformed.")
  const [, method = "", target = "", major, minor] = parsed
  const refuse = (status: RefusalStatus, reason: string) => refusal(status, reason, method, target)
  if (target.length > mostTarget) return refusal(414, "The target is too long.", method)
  if (major !== "1") return refuse(505, "The version of HTTP is not 1.0 or 1.1.")
  const isOld = minor === "0"

  // Each line with the line feed before it, so that a name is found only where a line begins.
  const fields = head.slice(line + 1, -2)
  if (!fieldLines.test(fields.slice(1))) return refuse(400, "A field line is malformed.")
  if (fields.length > leastOfTooMany && hasTooMany(fields)) {
    return refuse(431, `There are more than ${mostFields} field lines.`)
  }
  const lowerCase = fields.toLowerCase()

  const hosts = countIn(lowerCase, host)
  // RFC 9112, 3.2: two, or none in 1.1, is 400.
  if (hosts === 2 || (hosts === 0 && !isOld)) return refuse(400, "There must be one field Host.")
  const named = hosts === 0 ? "" : (fieldIn(fields, lowerCase, host) ?? "")
  if (!authority.test(named)) return refuse(400, "The field Host is malformed.")

  const body = bodyOf(fields, lowerCase, isOld)
  if (body === "malformed") return refuse(400, "The length of the body is ambiguous.")
  if (body === "unknown coding") return refuse(501, "The transfer coding is not known.")
  // RFC 9110, 10.1.1: HTTP/1.0 has no such field.
  if (!isOld && lowerCase.includes(expect)) return refuse(417, "No expectation is met.")
  if (body === "some") return refuse(413, "A request may have no body: this server is read-only.")

  const aim = aimOf(method, target, named)
  if (aim === undefined) return refuse(400, "The target is malformed.")
  const isPersistent = persists(lowerCase, isOld)
  return new HttpRequest(method, aim.target, aim.host, isOld, isPersistent, fields, lowerCase)
}

const hasTooMany = (fields: string): boolean => {
  let count = -1
  for (let at = fields.indexOf("\n"); at !== -1; at = fields.indexOf("\n", at + 1)) count += 1
  return count > mostFields
}

/** Whether there is a body, as RFC 9112, 6.3 decides it. */
const bodyOf = (
  fields: string,
  lowerCase: string,
  isOld: boolean
): "none" | "some" | "malformed" | "unknown coding" => {
  const length = fieldIn(fields, lowerCase, contentLength)
  const coding = fieldIn(lowerCase, lowerCase, transferEncoding)
  if (coding !== undefined) {
    // Both at once, or a coding in 1.0, is how requests are smuggled (RFC 9112, 6.1).
    if (length !== undefined || isOld) return "malformed"
    if (coding === "chunked") return "some"
    return /(?:^|[,\t ])chunked$/.test(coding) ? "unknown coding" : "malformed"
  }
  if (length === undefined) return "none"
  const lengths = length.split(",").map((one) => one.trim())
  const [first = ""] = lengths
  // A repeated length is malformed where it is not the same (RFC 9112, 6.3).
  if (!/^\d+$/.test(first) || lengths.some((other) => other !== first)) return "malformed"
  return /^0+$/.test(first) ? "none" : "some"
}

/** The path and the host that a target means; `undefined` where it is none (RFC 9112, 3.2). */
const aimOf = (
  method: string,
  target: string,
  named: string
): { readonly target: string; readonly host: string } | undefined => {
  // A fragment is never sent (RFC 9110, 7.1).
  if (target.includes("#")) return undefined
  if (target.startsWith("/")) return { target, host: named }
  if (target === "*") return method === "OPTIONS" ? { target, host: named } : undefined
  const [, host = "", path = ""] = absoluteForm.exec(target) ?? []
  if (host !== "" && authority.test(host)) {
    // The field Host is then ignored (RFC 9112, 3.2.2). OPTIONS without a path means the server (3.2.4).
    if (path === "" && method === "OPTIONS") return { target: "*", host }
    return { target: path.startsWith("/") ? path : `/${path}`, host }
  }
  // The authority-form (RFC 9112, 3.2.3): CONNECT is refused as a method is, not as a target.
  return method === "CONNECT" && authority.test(target) ? { target: "/", host: target } : undefined
}

const hasOption = (value: string, option: string): boolean =>
  value.split(",").some((one) => one.trim() === option)

/** RFC 9112, 9.3; `keep-alive` is how 1.0 asks for it (appendix C.2.2). */
const persists = (lowerCase: string, isOld: boolean): boolean => {
  const options = fieldIn(lowerCase, lowerCase, connection)
  if (options === undefined) return !isOld
  if (hasOption(options, "close")) return false
  return !isOld || hasOption(options, "keep-alive")
}
