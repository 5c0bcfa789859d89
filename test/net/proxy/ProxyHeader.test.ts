import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import {
  BadProxyHeader,
  longestHeader,
  parseProxyHeader,
  type Source
} from "../../../src/net/proxy/ProxyHeader.ts"

const signature = "\r\n\r\n\0\r\nQUIT\n"

/** A header of version 2 with this second half: version and command, family and protocol, and what follows. */
const binary = (command: number, family: number, body: Uint8Array, size = body.length): Buffer => {
  const fixed = Buffer.alloc(16)
  fixed.write(signature, "latin1")
  fixed[12] = command
  fixed[13] = family
  fixed.writeUInt16BE(size, 14)
  return Buffer.concat([fixed, body])
}

const line = (text: string): Buffer => Buffer.from(`${text}\r\n`, "latin1")

const four = Buffer.from([203, 0, 113, 7, 10, 0, 0, 1, 0xdc, 0x04, 0xff, 0x98])
const six = Buffer.concat([
  Buffer.from("20010db8000000000000000000000007", "hex"),
  Buffer.from("20010db8000000000000000000000001", "hex"),
  Buffer.from([0xdc, 0x04, 0xff, 0x98])
])
const mapped = Buffer.concat([
  Buffer.from("00000000000000000000ffffcb007107", "hex"),
  six.subarray(16)
])
/** PP2_TYPE_AUTHORITY, as HAProxy adds it. */
const addition = Buffer.from("\x02\0\x05a.com", "latin1")

const strangerFour: Source = { host: "203.0.113.7", port: 56_324 }
const strangerSix: Source = { host: "2001:db8::7", port: 56_324 }

const headers: ReadonlyArray<readonly [what: string, bytes: Buffer, source: Source | undefined]> = [
  ["TCP4 in a line", line("PROXY TCP4 203.0.113.7 10.0.0.1 56324 65432"), strangerFour],
  ["TCP6 in a line", line("PROXY TCP6 2001:db8::7 2001:db8::1 56324 65432"), strangerSix],
  ["the longest line there can be", line(`PROXY UNKNOWN ${"f".repeat(107 - 16)}`), undefined],
  ["IPv4 written as IPv6", line("PROXY TCP6 ::ffff:203.0.113.7 ::1 56324 65432"), strangerFour],
  ["UNKNOWN alone", line("PROXY UNKNOWN"), undefined],
  ["UNKNOWN with whatever follows", line("PROXY UNKNOWN ffff::1 ? 1"), undefined],
  ["TCP4 in bytes", binary(0x21, 0x11, four), strangerFour],
  ["TCP6 in bytes", binary(0x21, 0x21, six), strangerSix],
  ["IPv4 in the bytes of IPv6", binary(0x21, 0x21, mapped), strangerFour],
  ["TCP4 with additions", binary(0x21, 0x11, Buffer.concat([four, addition])), strangerFour],
  ["LOCAL", binary(0x20, 0x00, Buffer.alloc(0)), undefined],
  ["LOCAL with addresses, which say nothing", binary(0x20, 0x11, four), undefined],
  ["UNSPEC with additions", binary(0x21, 0x00, addition), undefined],
  ["a Unix socket", binary(0x21, 0x31, Buffer.alloc(216)), undefined],
  [
    "the longest that is read",
    binary(0x21, 0x11, Buffer.concat([four, Buffer.alloc(longestHeader - 28)])),
    strangerFour
  ]
]

describe("a PROXY header", () => {
  for (const [what, bytes, source] of headers) {
    it(`is read wherever it is cut, and what follows is left alone: ${what}`, () => {
      for (let cut = 0; cut < bytes.length; cut++) {
        assert.isUndefined(parseProxyHeader(bytes.subarray(0, cut)), `after ${cut} bytes`)
      }
      for (const following of ["", "\r\n", "PING\r\n", "PROXY "]) {
        assert.deepStrictEqual(parseProxyHeader(Buffer.concat([bytes, Buffer.from(following)])), {
          size: bytes.length,
          source
        })
      }
    })
  }

  const broken: ReadonlyArray<readonly [what: string, bytes: Buffer]> = [
    ["a command", line("PING")],
    ["an array in RESP", line("*1")],
    ["TLS", Buffer.from([0x16, 3, 1])],
    ["other letters", line("proxy TCP4 203.0.113.7 10.0.0.1 56324 65432")],
    ["no family", line("PROXY")],
    ["another family", line("PROXY UDP4 203.0.113.7 10.0.0.1 56324 65432")],
    ["an address of the other family", line("PROXY TCP4 2001:db8::7 10.0.0.1 56324 65432")],
    ["an address with a zero too many", line("PROXY TCP4 203.0.113.07 10.0.0.1 56324 65432")],
    ["a name for an address", line("PROXY TCP4 localhost 10.0.0.1 56324 65432")],
    ["a bad second address", line("PROXY TCP4 203.0.113.7 10.0.0 56324 65432")],
    ["a port too high", line("PROXY TCP4 203.0.113.7 10.0.0.1 65536 65432")],
    ["a port with a zero too many", line("PROXY TCP4 203.0.113.7 10.0.0.1 056324 65432")],
    ["a port with a sign", line("PROXY TCP4 203.0.113.7 10.0.0.1 +1 65432")],
    ["two spaces", line("PROXY TCP4  203.0.113.7 10.0.0.1 56324 65432")],
    ["a word too many", line("PROXY TCP4 203.0.113.7 10.0.0.1 56324 65432 1")],
    ["a word too few", line("PROXY TCP4 203.0.113.7 10.0.0.1 56324")],
    ["a line a byte too long", line(`PROXY UNKNOWN ${"f".repeat(107 - 15)}`)],
    ["a line that does not end", Buffer.from(`PROXY UNKNOWN ${"f".repeat(200)}`)],
    ["a signature with one byte wrong", Buffer.from("\r\n\r\n\0\r\nQUIT\r", "latin1")],
    ["version 1 in bytes", binary(0x11, 0x11, four)],
    ["a third command", binary(0x22, 0x11, four)],
    ["an unknown family", binary(0x21, 0x41, four)],
    ["an unknown protocol", binary(0x21, 0x13, four)],
    ["no room for its addresses", binary(0x21, 0x11, four.subarray(1))],
    ["no room for its addresses of IPv6", binary(0x21, 0x21, four)],
    ["more than is read", binary(0x21, 0x11, four, longestHeader - 15)]
  ]
  for (const [what, bytes] of broken) {
    it(`is not found in ${what}`, () => {
      assert.instanceOf(parseProxyHeader(bytes), BadProxyHeader)
    })
  }

  const byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  const mutated = Arbitrary.all([
    Arbitrary.schema(Schema.Literals(headers.map(([what]) => what))),
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 }))),
    Arbitrary.schema(byte)
  ])
  it.prop(
    "that was tampered with is refused or read, and never waits for more than it may",
    [mutated],
    ([[what, place, value]]) => {
      const [, original = Buffer.alloc(0)] = headers.find(([name]) => name === what) ?? []
      const bytes = Buffer.concat([original, Buffer.alloc(longestHeader)])
      bytes[place] = value
      const whole = parseProxyHeader(bytes)
      assert.isDefined(whole)
      // However it is cut, the first that is certain is the last word.
      for (let cut = 0; cut <= original.length; cut++) {
        const early = parseProxyHeader(bytes.subarray(0, cut))
        if (early === undefined) continue
        if (whole instanceof BadProxyHeader) assert.instanceOf(early, BadProxyHeader)
        else assert.deepStrictEqual(early, whole)
      }
    },
    { arbitrary: { runs: 200 } }
  )
})
