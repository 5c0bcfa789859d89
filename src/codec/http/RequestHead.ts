/**
 * The head of a request, whole, as a request or as the refusal of one. It is strict wherever two readers of one stream
 * might otherwise disagree on where a request ends (RFC 9112, 11.2). Finding the end of the head: RequestDecoder; its field
 * lines: RequestFields.
 */
import { type HttpRefusal, HttpRequest, type RefusalStatus } from "./HttpRequest.ts"
import { authority, requestFields } from "./RequestFields.ts"

/** The most bytes of a head, and of a target: browsers, proxies and their cookies stay below 8 KiB. */
export const mostHead = 16 * 1024
const mostTarget = 8 * 1024

/** RFC 9112, 3: a method is a token (RFC 9110, 5.6.2), a target has neither spaces nor controls. */
const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP\/(\d)\.(\d)$/

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
  const fields = requestFields(head.slice(line + 1, -2), isOld)
  if ("reason" in fields) return refuse(fields.status, fields.reason)

  const aim = aimOf(method, target, fields.host)
  return aim === undefined
    ? refuse(400, "The target is malformed.")
    : new HttpRequest(method, aim.target, aim.host, fields)
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
