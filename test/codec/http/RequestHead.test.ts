/** What RFC 9110 and RFC 9112 demand of a head, a row each with its section. */
import { assert, describe, it } from "@effect/vitest"
import { fromBytes } from "../../../src/domain/ByteString.ts"
import { makeRequestDecoder } from "../../../src/codec/http/RequestDecoder.ts"
import { byteByByte, latin1 } from "../../support/values/Bytes.ts"
import { shown } from "../../support/values/HttpHeads.ts"

/** A section of RFC 9112 unless another RFC is named, what is sent, and what is read. */
type Row = readonly [section: string, head: string, read: string]

const host = "Host: a\r\n"
const line = (request: string) => `${request}\r\n${host}\r\n`
const fields = (lines: string) => `GET / HTTP/1.1\r\n${host}${lines}\r\n`
const hosted = (value: string) => `GET / HTTP/1.1\r\nHost:${value}\r\n\r\n`
const plain = "GET / host=a"

const many = (count: number) => "x: y\r\n".repeat(count)
const long = (length: number) => "x".repeat(length)

const requestLines: ReadonlyArray<Row> = [
  ["3", line("GET / HTTP/1.1"), plain],
  ["3", line("GET / HTTP/1.0"), "GET / host=a old close"],
  ["3.1", line("HEAD /x HTTP/1.1"), "HEAD /x host=a"],
  ["3.1", line("OPTIONS /x HTTP/1.1"), "OPTIONS /x host=a"],
  ["3.1", line("get / HTTP/1.1"), "get / host=a"],
  ["3.1", line("M-SEARCH / HTTP/1.1"), "M-SEARCH / host=a"],
  ["3.1", line("!#$%&'*+-.^_`|~09AZaz / HTTP/1.1"), "!#$%&'*+-.^_`|~09AZaz / host=a"],
  ["3.1", line("G(T / HTTP/1.1"), "400"],
  ["3.1", line("G\x80T / HTTP/1.1"), "400"],
  ["3.1", line(" GET / HTTP/1.1"), "400"],
  ["3.1", line(" / HTTP/1.1"), "400"],
  ["3", line("GET  / HTTP/1.1"), "400"],
  ["3", line("GET /  HTTP/1.1"), "400"],
  ["3", line("GET / HTTP/1.1 "), "400"],
  ["3", line("GET\t/\tHTTP/1.1"), "400"],
  ["3", line("GET / HTTP/1.1\r"), "400"],
  ["2.2", line("GET / x\rHTTP/1.1"), "400"],
  ["3", line("GET /"), "400"],
  ["3", line("GET"), "400"],
  ["3", line("GET HTTP/1.1"), "400"],
  ["3", line("GET / / HTTP/1.1"), "400"],
  ["3.2", line("GET /a b HTTP/1.1"), "400"],
  ["3.2", line("GET /\x00 HTTP/1.1"), "400"],
  ["3.2", line("GET /\x7f HTTP/1.1"), "400"],
  ["3.2", line("GET /\xe9 HTTP/1.1"), "400"],
  ["2.3", line("GET / http/1.1"), "400"],
  ["2.3", line("GET / HTTP/1"), "400"],
  ["2.3", line("GET / HTTP/1.10"), "400"],
  ["2.3", line("GET / HTTP/01.1"), "400"],
  ["2.3", line("GET / HTTP/+1.1"), "400"],
  ["2.3", line("GET / HTTPS/1.1"), "400"],
  ["9110 15.6.6", line("GET / HTTP/2.0"), "505"],
  ["9110 15.6.6", line("GET / HTTP/0.9"), "505"],
  ["9110 2.5", line("GET / HTTP/1.2"), plain],
  ["9110 15.5.15", line(`GET /${long(8191)} HTTP/1.1`), `GET /${long(8191)} host=a`],
  ["9110 15.5.15", line(`GET /${long(8192)} HTTP/1.1`), "414"],
  ["9110 15.5.15", line(`GET /${long(20_000)} HTTP/1.1`), "414"],
  ["3", `${long(20_000)}\r\n\r\n`, "414"]
]

const targets: ReadonlyArray<Row> = [
  ["3.2.1", line("GET /a/b?c=d&e HTTP/1.1"), "GET /a/b?c=d&e host=a"],
  ["3.2.1", line("GET //x HTTP/1.1"), "GET //x host=a"],
  ["3.2.1", line("GET /%41|^{} HTTP/1.1"), "GET /%41|^{} host=a"],
  ["3.2.1", line("GET a HTTP/1.1"), "400"],
  ["3.2.1", line("GET ?a HTTP/1.1"), "400"],
  ["9110 7.1", line("GET /a#b HTTP/1.1"), "400"],
  ["3.2.2", line("GET http://b/c HTTP/1.1"), "GET /c host=b"],
  ["3.2.2", line("GET HTTP://b/c HTTP/1.1"), "GET /c host=b"],
  ["3.2.2", line("GET https://b:1/c?d HTTP/1.1"), "GET /c?d host=b:1"],
  ["3.2.2", line("GET http://[::1]:80/c HTTP/1.1"), "GET /c host=[::1]:80"],
  ["3.2.2", line("GET http://b HTTP/1.1"), "GET / host=b"],
  ["3.2.2", line("GET http://b?c HTTP/1.1"), "GET /?c host=b"],
  ["3.2.2", line("GET http:///c HTTP/1.1"), "400"],
  ["9110 4.2.4", line("GET http://u:p@b/c HTTP/1.1"), "400"],
  ["3.2.2", line("GET ftp://b/c HTTP/1.1"), "400"],
  ["3.2.2", "GET http://b/c HTTP/1.1\r\n\r\n", "400"],
  ["3.2.3", line("CONNECT b:443 HTTP/1.1"), "CONNECT / host=b:443"],
  ["3.2.3", line("GET b:443 HTTP/1.1"), "400"],
  ["3.2.4", line("OPTIONS * HTTP/1.1"), "OPTIONS * host=a"],
  ["3.2.4", line("OPTIONS http://b HTTP/1.1"), "OPTIONS * host=b"],
  ["3.2.4", line("GET * HTTP/1.1"), "400"],
  ["3.2.4", line("OPTIONS ** HTTP/1.1"), "400"]
]

const hosts: ReadonlyArray<Row> = [
  ["3.2", hosted(" A.b-c_d"), "GET / host=A.b-c_d"],
  ["3.2", hosted("a"), plain],
  ["3.2", hosted(" \t a \t"), plain],
  ["3.2", hosted(""), "GET / host="],
  ["3.2", hosted(" a:80"), "GET / host=a:80"],
  ["3.2", hosted(" a:"), "GET / host=a:"],
  ["3.2", hosted(" 127.0.0.1:1"), "GET / host=127.0.0.1:1"],
  ["3.2", hosted(" [::1]:1"), "GET / host=[::1]:1"],
  ["3.2", hosted(" [::1"), "400"],
  ["3.2", hosted(" a b"), "400"],
  ["3.2", hosted(" a, b"), "400"],
  ["3.2", hosted(" a/b"), "400"],
  ["3.2", hosted(" u@a"), "400"],
  ["3.2", hosted(" a:b"), "400"],
  ["3.2", hosted(" a:123456"), "400"],
  ["3.2", hosted(" \xe9"), "400"],
  ["3.2", "GET / HTTP/1.1\r\n\r\n", "400"],
  ["3.2", "GET / HTTP/1.1\r\nx: y\r\n\r\n", "400"],
  ["3.2", "GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", "400"],
  ["3.2", fields("Host: a\r\n"), "400"],
  ["3.2", fields("hOsT: b\r\n"), "400"],
  ["3.2", "GET / HTTP/1.0\r\n\r\n", "GET / host= old close"],
  ["3.2", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400"],
  ["9110 5.1", "GET / HTTP/1.1\r\nHOST: a\r\n\r\n", plain]
]

const fieldLines: ReadonlyArray<Row> = [
  ["5", fields("a: b\r\nc:d\r\n"), plain],
  ["5", fields("a:\r\n"), plain],
  ["5", fields("!#$%&'*+-.^_`|~09AZaz: b\r\n"), plain],
  ["9110 5.5", fields("a: \x80\xff\r\n"), plain],
  ["9110 5.5", fields("a: b\tc d\r\n"), plain],
  ["5.1", fields("a : b\r\n"), "400"],
  ["5.1", fields("a\t: b\r\n"), "400"],
  ["5.1", fields("Transfer-Encoding : chunked\r\n"), "400"],
  ["5.2", fields("a: b\r\n c\r\n"), "400"],
  ["5.2", fields("a: b\r\n\tc\r\n"), "400"],
  ["2.2", `GET / HTTP/1.1\r\n ${host}\r\n`, "400"],
  ["5", fields("a\r\n"), "400"],
  ["5", fields(": b\r\n"), "400"],
  ["5", fields("a b: c\r\n"), "400"],
  ["5", fields("a(b): c\r\n"), "400"],
  ["5", fields("\xe9: c\r\n"), "400"],
  ["9110 5.5", fields("a: b\0c\r\n"), "400"],
  ["9110 5.5", fields("a: b\x01c\r\n"), "400"],
  ["9110 5.5", fields("a: b\x7fc\r\n"), "400"],
  ["2.2", fields("a: b\rc\r\n"), "400"],
  ["2.2", fields("a: b\r\r\n"), "400"],
  ["2.2", fields("a: b\nc: d\r\n"), "400"],
  ["2.2", "GET / HTTP/1.1\nHost: a\n\n", "400"],
  ["2.2", "GET / HTTP/1.1\r\nHost: a\n\r\n", "400"],
  ["2.2", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400"],
  ["2.2", `\r\n${line("GET / HTTP/1.1")}`, plain],
  ["2.2", `\r\n\r\n\r\n${line("GET / HTTP/1.1")}`, plain],
  ["6585 5", fields(many(99)), plain],
  ["6585 5", fields(many(100)), "431"],
  ["6585 5", fields("a:\r\n".repeat(100)), "431"],
  ["6585 5", fields(`a: ${long(16_000)}\r\n`), plain],
  ["6585 5", fields(`a: ${long(16_384)}\r\n`), "431"]
]

const bodies: ReadonlyArray<Row> = [
  ["6.2", fields("Content-Length: 0\r\n"), plain],
  ["6.2", fields("Content-Length: 00\r\n"), plain],
  ["6.2", fields("Content-Length: 1\r\n"), "413"],
  ["9110 15.5.14", fields("content-length: 99999999999999999999999\r\n"), "413"],
  ["6.3", fields("Content-Length: 0, 0\r\n"), plain],
  ["6.3", fields("Content-Length: 0\r\nContent-Length: 0\r\n"), plain],
  ["6.3", fields("Content-Length: 5, 5\r\n"), "413"],
  ["6.3", fields("Content-Length: 0, 5\r\n"), "400"],
  ["6.3", fields("Content-Length: 0\r\nContent-Length: 5\r\n"), "400"],
  ["6.3", fields("Content-Length: 0,\r\n"), "400"],
  ["6.2", fields("Content-Length: -1\r\n"), "400"],
  ["6.2", fields("Content-Length: +0\r\n"), "400"],
  ["6.2", fields("Content-Length: 0x0\r\n"), "400"],
  ["6.2", fields("Content-Length: 1 2\r\n"), "400"],
  ["6.2", fields("Content-Length: 1.0\r\n"), "400"],
  ["6.2", fields("Content-Length:\r\n"), "400"],
  ["6.1", fields("Transfer-Encoding: chunked\r\n"), "413"],
  ["6.1", fields("Transfer-Encoding: Chunked\r\n"), "413"],
  ["6.1", fields("Transfer-Encoding: gzip, chunked\r\n"), "501"],
  ["6.1", fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), "501"],
  ["6.3", fields("Transfer-Encoding: gzip\r\n"), "400"],
  ["6.3", fields("Transfer-Encoding: chunked, gzip\r\n"), "400"],
  ["6.3", fields("Transfer-Encoding: xchunked\r\n"), "400"],
  ["6.3", fields("Transfer-Encoding: identity\r\n"), "400"],
  ["6.3", fields("Transfer-Encoding:\r\n"), "400"],
  ["6.1", fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400"],
  ["6.1", fields("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), "400"],
  ["6.1", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400"],
  ["9110 10.1.1", fields("Expect: 100-continue\r\n"), "417"],
  ["9110 10.1.1", fields("Expect: 100-continue\r\nContent-Length: 5\r\n"), "417"],
  ["9110 10.1.1", fields("expect: x\r\n"), "417"],
  ["9110 10.1.1", "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", "GET / host= old close"],
  ["9110 10.1.1", "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", "413"]
]

const persistence: ReadonlyArray<Row> = [
  ["9.3", fields("Connection: keep-alive\r\n"), plain],
  ["9.6", fields("Connection: close\r\n"), `${plain} close`],
  ["9.6", fields("connection: CLOSE\r\n"), `${plain} close`],
  ["9.6", fields("Connection: x, close\r\n"), `${plain} close`],
  ["9.6", fields("Connection: x\r\nConnection: close\r\n"), `${plain} close`],
  ["9.6", fields("Connection: close, keep-alive\r\n"), `${plain} close`],
  ["9.6", fields("Connection: closed\r\n"), plain],
  ["9.3", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / host= old"],
  ["C.2.2", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / host= old"],
  ["9.3", "GET / HTTP/1.0\r\nConnection: x\r\n\r\n", "GET / host= old close"],
  ["9.3.2", line("GET /1 HTTP/1.1") + line("GET /2 HTTP/1.1"), "GET /1 host=a; GET /2 host=a"],
  ["9.3.2", line("GET /1 HTTP/1.1") + line("GET /2"), "GET /1 host=a; 400"],
  ["9.6", fields("Connection: close\r\n") + line("GET /2 HTTP/1.1"), `${plain} close`],
  ["9.3.2", fields("Content-Length: 5\r\n") + line("GET /2 HTTP/1.1"), "413"],
  [
    "2.2",
    `${line("GET /1 HTTP/1.1")}\r\n${line("GET /2 HTTP/1.1")}`,
    "GET /1 host=a; GET /2 host=a"
  ],
  ["8", "GET / HTTP/1.1\r\nHost: a\r\n", ""]
]

const tables = { requestLines, targets, hosts, fieldLines, bodies, persistence }

describe.each(Object.entries(tables))("%s", (_, rows) => {
  it("are read as their sections say, whole and byte by byte", () => {
    for (const [section, sent, read] of rows) {
      const bytes = latin1(sent)
      const whole = makeRequestDecoder().push(fromBytes(bytes))
      assert.strictEqual(whole.map(shown).join("; "), read, `${section}: ${sent.slice(0, 100)}`)
      const decoder = makeRequestDecoder()
      const dripped = byteByByte(bytes).flatMap((byte) => decoder.push(fromBytes(byte)))
      assert.strictEqual(dripped.map(shown).join("; "), read, `${section}, byte by byte`)
    }
  })
})

describe("the table", () => {
  it("has a hundred rows and more, no row twice", () => {
    const all = Object.values(tables).flat()
    assert.isAbove(new Set(all.map(([, sent]) => sent)).size, 150)
    assert.strictEqual(new Set(all.map(([, sent]) => sent)).size, all.length)
  })
})
