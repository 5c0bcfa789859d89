/** Pickles with their bytes changed at random, from a seed, so that what fails once fails again. */
import { assert, describe, it } from "@effect/vitest"
import { fromBytes } from "../../../src/domain/ByteString.ts"
import { Malformed, type Request } from "../../../src/codec/Codec.ts"
import { detect } from "../../../src/codec/Detect.ts"
import { pickle } from "../../../src/codec/pickle/Pickle.ts"
import { makePickleReader } from "../../../src/codec/pickle/PickleReader.ts"
import { makeResp } from "../../../src/codec/resp/Resp.ts"
import { cutAt } from "../../support/values/Bytes.ts"
import { heapInUse } from "../../support/Heap.ts"
import { goldens, wide } from "../../support/values/Pickles.ts"
import { seeded } from "../../support/values/Seeded.ts"

type Random = ReturnType<typeof seeded>

const originals = goldens
  .flatMap(({ pickles }) => pickles.map(({ bytes }) => bytes))
  .filter(({ length }) => length <= 2000)

/** Every opcode there is, ours and the others, and lengths that are too long. */
const opcodes = Buffer.from(
  "(.0123456789BCDFGIJKLMNPQRSTUVX])abcdeghijlopqrstu}\x80\x81\x82\x85\x86\x87\x88\x8a\x8c\x8d\x8e\x8f\x90\x93\x94\x95\x96\x97\xff\n",
  "latin1"
)

const choose = <A>(values: ReadonlyArray<A>, random: Random): A => {
  const value = values[random(values.length)]
  if (value === undefined) throw new Error("nothing to choose from")
  return value
}

/** Some bytes changed, taken out, put in, doubled or exchanged with another pickle's. */
const mutate = (random: Random): Buffer => {
  let bytes = Buffer.from(choose(originals, random))
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const place = random(bytes.length + 1)
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
    switch (random(6)) {
      case 0:
        if (place < bytes.length) bytes[place] = random(256)
        break
      case 1:
        if (place < bytes.length) bytes[place] = opcodes[random(opcodes.length)] ?? 0
        break
      case 2:
        bytes = Buffer.concat([before, after.subarray(random(8))])
        break
      case 3:
        bytes = Buffer.concat([
          before,
          opcodes.subarray(random(opcodes.length)).subarray(0, 1 + random(3)),
          after
        ])
        break
      case 4:
        bytes = Buffer.concat([before, before.subarray(random(place + 1)), after])
        break
      default: {
        const other = choose(originals, random)
        bytes = Buffer.concat([before, other.subarray(random(other.length))])
      }
    }
  }
  return bytes
}

const count = 100_000
/** Enough for whatever one conversation may hold, and for what the engine keeps of its own. */
const mostGrowth = 16 * 1024 * 1024

describe(`${count} changed pickles`, () => {
  it(
    "are requests or the end of a conversation, never an exception, and nothing of them is kept",
    { timeout: 30_000 },
    () => {
      const random = seeded(20_261_122)
      const kinds = new Map<string, number>()
      const note = (request: Request) => kinds.set(request._tag, (kinds.get(request._tag) ?? 0) + 1)
      const before = heapInUse()
      for (let index = 0; index < count; index++) {
        const decoder = detect({ pickle, fallback: makeResp() }).makeDecoder()
        const pieces = cutAt(mutate(random), [random(1000), random(1000)])
        const requests = pieces.flatMap((piece) => decoder.push(fromBytes(piece)))
        const end = decoder.end()
        for (const request of [...requests, ...end]) note(request)
        const malformed = requests.findIndex((request) => request instanceof Malformed)
        assert.isTrue(malformed === -1 || (malformed === requests.length - 1 && end.length === 0))
      }
      assert.isBelow(heapInUse() - before, mostGrowth)
      // Otherwise the changes are too many, or too few, to find anything.
      for (const kind of ["Malformed", "UnknownCommand", "SendFile", "Time", "Close"]) {
        assert.isAbove(kinds.get(kind) ?? 0, 100, kind)
      }
    }
  )

  it(
    "are read the same, however they are cut, with bytes in them as well",
    { timeout: 30_000 },
    () => {
      const random = seeded(4)
      const readAll = (pieces: ReadonlyArray<Uint8Array>) => {
        const reader = makePickleReader(wide)
        let contents = ""
        const found = pieces.flatMap(reader.push).flatMap((found) => {
          if (found._tag !== "BytesPart") return [found]
          contents += Buffer.from(found.bytes).toString("latin1")
          return []
        })
        return JSON.stringify([found, contents])
      }
      for (let index = 0; index < count; index++) {
        const bytes = mutate(random)
        const places = [
          random(bytes.length + 1),
          random(bytes.length + 1),
          random(bytes.length + 1)
        ]
        assert.strictEqual(readAll(cutAt(bytes, places)), readAll([bytes]))
      }
    }
  )
})
