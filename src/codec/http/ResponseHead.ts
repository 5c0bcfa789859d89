/** The lines of a response's head (RFC 9112, 4). Which status and which fields: http/. */

/** The reason phrases (RFC 9110, 15; 431: RFC 6585, 5), which people read and no program. */
const reasons = {
  200: "OK",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported"
} as const

/** A status of a response. */
export type Status = keyof typeof reasons

/** The status line, with its end. */
export const statusLine = (status: Status): string => `HTTP/1.1 ${status} ${reasons[status]}\r\n`

/** What would end a line, or is no character of a field's value (RFC 9110, 5.5). */
const notAllowed = /[^\t -~\x80-\xff]/g

/** A field's line, with its end. Controls become spaces: no value can begin another line. */
export const fieldLine = (name: string, value: string): string =>
  `${name}: ${value.replace(notAllowed, " ")}\r\n`
