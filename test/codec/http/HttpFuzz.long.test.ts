/** A million requests that were right until something happened to them, cut anywhere, through the door that tells protocols apart. */
import { assert, describe, it } from "@effect/vitest"
import { detect } from "../../../src/codec/Detect.ts"
import { http } from "../../../src/codec/http/Http.ts"
import { pickle } from "../../../src/codec/pickle/Pickle.ts"
import { makeResp } from "../../../src/codec/resp/Resp.ts"
import { heapInUse } from "../../support/Heap.ts"
import { cutAt, latin1 } from "../../support/values/Bytes.ts"
import { requestsIn } from "../../support/values/Decoders.ts"
import { mutated, shown } from "../../support/values/HttpHeads.ts"
import { seeded } from "../../support/values/Seeded.ts"

const count = 1_000_000
const mostGrowth = 32 * 1024 * 1024

/** No more than a line of RESP, the longest of all that is held, and what its pieces cost. */
const mostUnfinished = 64 * 1024 + 1024 * 48 + 64

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
      const cut = cutAt(bytes, [random(1000), random(1000)]).flatMap((piece) => {
        const requests = requestsIn(decoder, piece)
        assert.isAtMost(decoder.unfinished(), mostUnfinished)
        return requests
      })
      assert.deepStrictEqual(cut.map(shown), whole.map(shown))
      assert.strictEqual(other.name, one.name)
    }
    assert.isBelow(heapInUse() - before, mostGrowth)
  })
})
