/** Requests of HTTP as they are sent, changed, and shown. */
import type { Request } from "../../../src/codec/Codec.ts"

/** A request in a few words: what it asks of which host, and whether it is of HTTP/1.0 or the last; the status of a refusal. */
export const shown = (request: Request): string => {
  if (request._tag === "HttpRefusal") return String(request.status)
  if (request._tag !== "HttpRequest") return request._tag
  const { host, isOld, isPersistent, method, target } = request
  return `${method} ${target} host=${host}${isOld ? " old" : ""}${isPersistent ? "" : " close"}`
}

/** Heads that are right, as clients send them. */
const samples: ReadonlyArray<string> = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET /file1.txt HTTP/1.0\r\n\r\n",
  "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  "HEAD /a%20b?c=d HTTP/1.1\r\nHost: 127.0.0.1:65432\r\nRange: bytes=0-9\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET http://localhost/x HTTP/1.1\r\nHost: y\r\nAccept: */*\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nhora_atual\r\n",
  "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept-Encoding: gzip, br\r\n"
    + 'If-None-Match: "a", W/"b"\r\nCookie: a=b; c=d\r\nSec-Fetch-Site: none\r\nConnection: keep-alive\r\n\r\n'
]

const scraps: ReadonlyArray<string> = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  " ",
  "\t",
  ":",
  "\0",
  "\xff",
  "%",
  "#",
  "*",
  "HTTP/1.1",
  "2",
  "Host: b\r\n",
  "Content-Length: 0\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "x".repeat(300)
]

/** A few heads of which some bytes were changed, left out, doubled or put in. */
export const mutated = (random: (below: number) => number): string => {
  let text = ""
  for (let count = 1 + random(3); count > 0; count--) text += samples[random(samples.length)] ?? ""
  for (let changes = random(4); changes > 0; changes--) {
    const at = random(text.length + 1)
    const length = random(4)
    const put = [
      "",
      scraps[random(scraps.length)] ?? "",
      String.fromCharCode(random(256)),
      text.slice(random(text.length + 1)).slice(0, 40)
    ][random(4)]
    text = text.slice(0, at) + (put ?? "") + text.slice(at + length)
  }
  return text
}
