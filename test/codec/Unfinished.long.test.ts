/** What a decoder says it holds of a request that is not complete, against what the engine says. */
import { assert, describe, it } from "@effect/vitest"
import { fromBytes } from "../../src/domain/ByteString.ts"
import type { Decoder } from "../../src/codec/Codec.ts"
import { detect } from "../../src/codec/Detect.ts"
import { http } from "../../src/codec/http/Http.ts"
import { pickle } from "../../src/codec/pickle/Pickle.ts"
import { makeResp } from "../../src/codec/resp/Resp.ts"
import { makeRequestDecoder } from "../../src/codec/resp/RespDecoder.ts"
import { memoryInUse } from "../support/Heap.ts"
import { latin1, request } from "../support/values/Bytes.ts"

const pings = request("PING").repeat(4000)

/** Bytes in pieces of this size, each with a memory of its own as the system's are. */
function* inPieces(text: string, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < text.length; at += size) {
    yield Uint8Array.from(latin1(text.slice(at, at + size)))
  }
}

const words = (count: number, length: number) =>
  `*${count + 1}\r\n${`$${length}\r\n${"x".repeat(length)}\r\n`.repeat(count)}`

const feed = (decoder: Decoder, text: string, size: number): void => {
  for (const piece of inPieces(text, size)) {
    decoder.push(fromBytes(piece))
    while (decoder.hasMore()) decoder.more()
  }
}

const cases: ReadonlyArray<readonly [name: string, text: string, size: number]> = [
  ["65,534 words of two bytes", words(65_534, 2), 65_536],
  ["65,534 words of two bytes, behind other requests", pings + words(65_534, 2), 65_536],
  ["30,000 words of thirteen bytes", words(30_000, 13), 65_536],
  ["30,000 empty words", words(30_000, 0), 65_536],
  ["a hundred words of 10,000 bytes", words(100, 10_000), 65_536],
  [
    "some bytes behind a long run of requests",
    `${pings}*2\r\n$3\r\nGET\r\n$99\r\n${"x".repeat(20)}`,
    65_536
  ],
  ["a word in pieces of one byte", `*1\r\n$100000\r\n${"x".repeat(30_000)}`, 1],
  ["a word in pieces of three bytes", `*1\r\n$100000\r\n${"x".repeat(30_000)}`, 3],
  ["a line in pieces of two bytes", "x".repeat(30_000), 2]
]

const pickles: typeof cases = [
  ["a thousand values", `\x80\x03]${"(X\x02\0\0\0abt".repeat(500)}`, 65_536],
  ["a thousand values that are remembered", `\x80\x03]${"N\x94".repeat(1000)}`, 65_536],
  ["a text in pieces of one byte", `\x80\x03]X\x60\xff\0\0${"x".repeat(30_000)}`, 1],
  ["some bytes behind a long run of pickles", `${"\x80\x03].".repeat(15_000)}\x80\x03]N`, 65_536]
]

const heads: typeof cases = [
  ["a head in pieces of one byte", `GET / HTTP/1.1\r\nHost: a\r\na: ${"x".repeat(15_000)}`, 1],
  ["a head in one piece", `GET / HTTP/1.1\r\nHost: a\r\na: ${"x".repeat(15_000)}`, 65_536],
  [
    "some bytes behind a long run of requests",
    `${"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2000)}GET /abcdefghijklmnopqrstuvwxyz`,
    65_536
  ]
]
const firstLines: typeof cases = [
  ["a first line in pieces of one byte", `GET /${"x".repeat(15_000)}`, 1],
  ["a first line in one piece", `GET /${"x".repeat(15_000)}`, 65_536]
]

/** So many that what one holds shows. */
const many = 10

/** The engine compiles and collects in between; what a decoder holds shows in both rounds, so the lesser is told. */
const rounds = 2

const measure = (make: () => Decoder, text: string, size: number) => {
  const decoders = Array.from({ length: many }, make)
  const before = memoryInUse()
  for (const decoder of decoders) feed(decoder, text, size)
  const held = (memoryInUse() - before) / many
  return { held, told: decoders.reduce((sum, decoder) => sum + decoder.unfinished(), 0) / many }
}

const holds = (make: () => Decoder) => (all: typeof cases) => {
  for (const [name, text, size] of all) {
    it(`of ${name}`, () => {
      const measures = Array.from({ length: rounds }, () => measure(make, text, size))
      const held = Math.min(...measures.map((measured) => measured.held))
      const told = measures[0]?.told ?? 0
      assert.isAbove(told, 0)
      // A decoder is itself some hundred bytes, and the engine holds some for itself.
      assert.isBelow(held, told * 1.1 + 16_384, `holds ${held}, tells ${told}`)
    })
  }
}

describe("no more is held than is told, in RESP", () => {
  holds(makeRequestDecoder)(cases)
})

describe("no more is held than is told, in pickle", () => {
  holds(pickle.makeDecoder)(pickles)
})

describe("no more is held than is told, in HTTP", () => {
  holds(http.makeDecoder)(heads)
})

describe("no more is held than is told, before the protocol is known", () => {
  holds(() => detect({ http, fallback: makeResp() }).makeDecoder())(firstLines)
})
