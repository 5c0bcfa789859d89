/** Conditions and ranges as RFC 9110 has them, a row each with its section. */
import { assert, describe, it } from "@effect/vitest"
import { unsafe } from "../../../src/domain/ByteString.ts"
import { HttpRequest } from "../../../src/codec/http/HttpRequest.ts"
import { makeRequestDecoder } from "../../../src/codec/http/RequestDecoder.ts"
import { rangeApplies, statusOf } from "../../../src/http/file/Conditions.ts"
import { rangeOf } from "../../../src/http/file/Ranges.ts"
import { formatDate } from "../../../src/http/HttpDate.ts"

const requestWith = (fields: string, method = "GET"): HttpRequest => {
  const lines = fields === "" ? "" : `${fields.split(" | ").join("\r\n")}\r\n`
  const [request] = makeRequestDecoder().push(
    unsafe(`${method} / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`)
  )
  assert.instanceOf(request, HttpRequest)
  return request
}

const at = "Sun, 06 Nov 1994 08:49:37 GMT"
const before = "Sun, 06 Nov 1994 08:49:36 GMT"
const after = "Sun, 06 Nov 1994 08:49:38 GMT"
const file = { etag: '"v1"', modified: Date.UTC(1994, 10, 6, 8, 49, 37, 250) }
const now = Date.UTC(2026, 10, 26)

/** The section, the fields, and the status; 200 where the request is answered. */
type Row = readonly [section: string, fields: string, status: 200 | 206 | 304 | 412 | 416]

const conditions: ReadonlyArray<Row> = [
  ["13", "", 200],
  ["13.1.1", 'If-Match: "v1"', 200],
  ["13.1.1", "If-Match: *", 200],
  ["13.1.1", 'If-Match: "v0", "v1"', 200],
  ["13.1.1", 'If-Match: "v0" | If-Match: "v1"', 200],
  ["13.1.1", 'If-Match: "v0"', 412],
  ["8.8.3.2", 'If-Match: W/"v1"', 412],
  ["13.1.1", "If-Match: v1", 412],
  ["13.1.1", "If-Match:", 412],
  ["13.1.1", 'If-Match: "V1"', 412],
  ["13.1.1", 'If-Match: "a,\\"v1", "v1"', 412],
  ["13.1.2", 'If-None-Match: "v1"', 304],
  ["13.1.2", "If-None-Match: *", 304],
  ["8.8.3.2", 'If-None-Match: W/"v1"', 304],
  ["13.1.2", 'If-None-Match: "v0",W/"v1"', 304],
  ["13.1.2", 'If-None-Match: "v0" , , "v1"', 304],
  ["13.1.2", 'If-None-Match: "v0" | If-None-Match: "v1"', 304],
  ["13.1.2", 'If-None-Match: "a,b", "v1"', 304],
  ["13.1.2", 'If-None-Match: "v0"', 200],
  ["13.1.2", "If-None-Match: v1", 200],
  ["8.8.3", 'If-None-Match: w/"v1"', 200],
  ["13.1.2", "If-None-Match:", 200],
  ["13.1.2", 'If-None-Match: "v0", *', 200],
  ["13.1.3", `If-Modified-Since: ${at}`, 304],
  ["13.1.3", `If-Modified-Since: ${after}`, 304],
  ["13.1.3", `If-Modified-Since: ${before}`, 200],
  ["13.1.3", "If-Modified-Since: yesterday", 200],
  ["13.1.3", `If-Modified-Since: ${at} | If-Modified-Since: ${at}`, 200],
  ["5.6.7", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", 304],
  ["5.6.7", "If-Modified-Since: Sun Nov  6 08:49:37 1994", 304],
  ["5.6.7", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 UTC", 200],
  ["5.6.7", "If-Modified-Since: Sun, 31 Feb 2026 08:49:37 GMT", 200],
  ["5.6.7", "If-Modified-Since: Sun, 06 Nov 2026 24:00:00 GMT", 200],
  ["5.6.7", "If-Modified-Since: Sun, 6 Nov 2026 08:49:37 GMT", 200],
  ["5.6.7", "If-Modified-Since: 2026-11-26T00:00:00Z", 200],
  ["5.6.7", "If-Modified-Since: Sunday, 06-Nov-69 08:49:37 GMT", 304],
  ["5.6.7", "If-Modified-Since: Sunday, 06-Nov-77 08:49:37 GMT", 200],
  ["13.1.4", `If-Unmodified-Since: ${at}`, 200],
  ["13.1.4", `If-Unmodified-Since: ${after}`, 200],
  ["13.1.4", `If-Unmodified-Since: ${before}`, 412],
  ["13.1.4", "If-Unmodified-Since: never", 200],
  ["13.2.2", `If-Match: "v1" | If-Unmodified-Since: ${before}`, 200],
  ["13.2.2", `If-Match: "v0" | If-Unmodified-Since: ${after}`, 412],
  ["13.2.2", `If-None-Match: "v0" | If-Modified-Since: ${after}`, 200],
  ["13.2.2", `If-None-Match: "v1" | If-Modified-Since: ${before}`, 304],
  ["13.2.2", 'If-Match: "v0" | If-None-Match: "v1"', 412],
  ["13.2.2", 'If-Match: "v1" | If-None-Match: "v1"', 304],
  ["13.2.2", `If-Unmodified-Since: ${before} | If-None-Match: "v1"`, 412],
  ["13.2.2", `If-Unmodified-Since: ${at} | If-Modified-Since: ${at}`, 304]
]

const applied: ReadonlyArray<readonly [section: string, fields: string, applies: boolean]> = [
  ["13.1.5", "", true],
  ["13.1.5", 'If-Range: "v1"', true],
  ["13.1.5", 'If-Range: "v0"', false],
  ["13.1.5", 'If-Range: W/"v1"', false],
  ["13.1.5", 'If-Range: "v0", "v1"', false],
  ["13.1.5", 'If-Range: "v1", "v1"', false],
  ["13.1.5", "If-Range: *", false],
  ["13.1.5", "If-Range:", false],
  ["13.1.5", "If-Range: v1", false],
  ["13.1.5", `If-Range: ${at}`, true],
  ["13.1.5", `If-Range: ${after}`, false],
  ["13.1.5", `If-Range: ${before}`, false],
  ["13.1.5", "If-Range: Sunday, 06-Nov-94 08:49:37 GMT", true]
]

/** Of 100 bytes, unless the size is told: the first byte and the last; 416; or all. */
const ranges: ReadonlyArray<
  readonly [section: string, range: string, part: string, size?: number]
> = [
  ["14.1.2", "bytes=0-0", "0-0"],
  ["14.1.2", "bytes=0-9", "0-9"],
  ["14.1.2", "bytes=10-", "10-99"],
  ["14.1.2", "bytes=99-", "99-99"],
  ["14.1.2", "bytes=0-", "0-99"],
  ["14.1.2", "bytes=50-1000", "50-99"],
  ["14.1.2", "bytes=0-99999999999999999999999999", "0-99"],
  ["14.1.2", "bytes=-1", "99-99"],
  ["14.1.2", "bytes=-10", "90-99"],
  ["14.1.2", "bytes=-100", "0-99"],
  ["14.1.2", "bytes=-1000", "0-99"],
  ["14.1.2", "bytes=-99999999999999999999999999", "0-99"],
  ["14.1.2", "bytes=00-09", "0-9"],
  ["14.1.1", "BYTES=0-9", "0-9"],
  ["14.1.2", "bytes= 0-9", "0-9"],
  ["15.5.17", "bytes=100-", "416"],
  ["15.5.17", "bytes=100-200", "416"],
  ["15.5.17", "bytes=99999999999999999999999999-", "416"],
  ["15.5.17", "bytes=-0", "416"],
  ["15.5.17", "bytes=0-", "416", 0],
  ["15.5.17", "bytes=0-0", "416", 0],
  ["14.1.2", "bytes=-5", "all", 0],
  ["14.1.1", "bytes=9-0", "all"],
  ["14.1.1", "bytes=", "all"],
  ["14.1.1", "bytes=-", "all"],
  ["14.1.1", "bytes=a-b", "all"],
  ["14.1.1", "bytes=0", "all"],
  ["14.1.1", "bytes=+0-9", "all"],
  ["14.1.1", "bytes=0 - 9", "all"],
  ["14.1.1", "bytes=0x0-9", "all"],
  ["14.1.1", "bytes=0-9-", "all"],
  ["14.1.1", "bytes 0-9", "all"],
  ["14.1.1", "bytes =0-9", "all"],
  ["14.1", "lines=0-9", "all"],
  ["14.1", "0-9", "all"],
  ["14.1", "", "all"],
  ["14.2", "bytes=0-9,20-29", "all"],
  ["14.2", "bytes=0-0,-1", "all"],
  ["14.2", "bytes=100-,200-", "all"]
]

describe("the status of a request with conditions", () => {
  it.each(conditions)("is as RFC 9110, %s has it for %s: %d", (_, fields, status) => {
    assert.strictEqual(statusOf(requestWith(fields), file, now) ?? 200, status)
    assert.strictEqual(statusOf(requestWith(fields, "HEAD"), file, now) ?? 200, status)
  })
})

describe("a list of tags", () => {
  // Where white space had two ways to be read, each of 15,500 characters was looked at 15,500 times: 0.3 to 1.2 s.
  it.each(["If-Match", "If-None-Match"])(
    "of nothing but white space is read in its length's time: %s",
    (field) => {
      const request = requestWith(`${field}: ,${" ".repeat(15_500)}x`)
      const { user } = process.cpuUsage()
      for (let times = 0; times < 5; times++) {
        assert.strictEqual(statusOf(request, file, now), field === "If-Match" ? 412 : undefined)
      }
      assert.isBelow((process.cpuUsage().user - user) / 1000, 200)
    }
  )
})

describe("a range under a condition", () => {
  it.each(applied)("is sent as RFC 9110, %s has it for %s: %s", (_, fields, applies) => {
    assert.strictEqual(rangeApplies(requestWith(fields), file, now), applies)
  })
})

describe("a date", () => {
  it("is written as RFC 9110, 5.6.7 has it, to the second, within the years that it has", () => {
    for (const [time, text] of [
      [file.modified, at],
      [file.modified + 700, at],
      [file.modified + 1000, after],
      [file.modified, at],
      [-1, "Thu, 01 Jan 1970 00:00:00 GMT"],
      [8.64e15, "Fri, 31 Dec 9999 23:59:59 GMT"]
    ] as const) {
      assert.strictEqual(formatDate(time), text)
    }
  })
})

describe("a range", () => {
  const shownOf = (fields: string, size: number, method?: string): string => {
    const range = rangeOf(requestWith(fields, method), size)
    if (range === undefined) return "all"
    return range === "unsatisfiable" ? "416" : `${range.start}-${range.end - 1}`
  }
  for (const [section, range, part, size = 100] of ranges) {
    it(`is as RFC 9110, ${section} has it: ${range} of ${size} bytes is ${part}`, () => {
      assert.strictEqual(shownOf(`Range: ${range}`, size), part)
    })
  }
  it("is for GET alone, as RFC 9110, 14.2 has it", () => {
    assert.strictEqual(shownOf("Range: bytes=0-9", 100, "HEAD"), "all")
  })
  it("is all where there are several fields, as RFC 9110, 14.2 allows", () => {
    assert.strictEqual(shownOf("Range: bytes=0-1 | Range: bytes=4-5", 100), "all")
  })
})
