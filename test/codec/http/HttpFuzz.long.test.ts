/** A million requests that were right until something happened to them, cut anywhere, through the door that tells protocols apart. */
import { assert, describe, it } from "@effect/vitest"
import { unsafe } from "../../../src/domain/ByteString.ts"
import { detect } from "../../../src/codec/Detect.ts"
import { http } from "../../../src/codec/http/Http.ts"
import { pickle } from "../../../src/codec/pickle/Pickle.ts"
import { mostHead } from "../../../src/codec/http/RequestHead.ts"
import { makeResp } from "../../../src/codec/resp/Resp.ts"
import { heapInUse, memoryInUse } from "../../support/Heap.ts"
import { cutAt, latin1 } from "../../support/values/Bytes.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import { mutated, shown } from "../../support/values/HttpHeads.ts"
import { seeded } from "../../support/values/Seeded.ts"

const count = 1_000_000
const mostGrowth = 32 * 1024 * 1024

/** What a piece costs besides its bytes, as decoders count it. */
const costOfPiece = 48

describe("a million changed heads", () => {
  it("are told apart and read alike however they are cut, and nothing of them is kept", () => {
    const random = seeded(20_261_127)
    const resp = makeResp()
    const make = () => detect({ pickle, http, fallback: resp })
    const before = heapInUse()
    for (let index = 0; index < count; index++) {
      const bytes = latin1(mutated(random))
      const [one, other] = [make(), make()]
      const whole = requestsIn(one.makeDecoder(), bytes)
      const decoder = other.makeDecoder()
      let open = 0
      const cut = cutAt(bytes, [random(1000), random(1000)]).flatMap((piece) => {
        const requests = requestsIn(decoder, piece)
        // What is behind a complete request came with its end.
        open = (requests.length > 0 ? 0 : open) + piece.length + costOfPiece
        assert.isAtMost(decoder.unfinished(), open)
        return requests
      })
      assert.deepStrictEqual(cut.map(shown), whole.map(shown))
      assert.strictEqual(other.name, one.name)
    }
    assert.isBelow(heapInUse() - before, mostGrowth)
  })
})

/** Connections that are held at a time, and what each is sent, in bytes: four times what a head may have. */
const connections = 1000
const sent = 64 * 1024

const longestPiece = 4096

/** The most that one tells: a head, and the piece with which it is too large. */
const mostHeld = mostHead + longestPiece

/** Changed heads of so many bytes, of which none ends. */
const endless = (random: (below: number) => number): string => {
  let text = ""
  while (text.length < sent) text += mutated(random)
  return text.replaceAll(/[\r\n]+/g, "\r\nA: ")
}

describe("changed heads that never end", () => {
  it("take no more memory than a head may have, however much is sent", () => {
    const random = seeded(20_261_128)
    const decoders = Array.from({ length: connections }, http.makeDecoder)
    const before = memoryInUse()
    let most = 0
    for (const decoder of decoders) {
      const text = endless(random)
      // Up to where the next piece would be too much, and others all of it.
      const end = random(2) === 0 ? mostHead - longestPiece : text.length
      for (let at = 0; at < end;) {
        const next = at + 1 + random(longestPiece)
        decoder.push(unsafe(text.slice(at, next)))
        at = next
        most = Math.max(most, decoder.unfinished())
      }
    }
    const held = (memoryInUse() - before) / connections
    // Asked behind the measurement, or they would be collected before it.
    const told = decoders.reduce((sum, decoder) => sum + decoder.unfinished(), 0) / connections
    console.log(`${held.toFixed(0)} bytes held by each, ${told.toFixed(0)} told, ${most} at most`)
    assert.isBelow(most, mostHeld)
    assert.isAbove(told, mostHead / 4)
    assert.isBelow(held, told * 1.1 + 1024)
  })
})
