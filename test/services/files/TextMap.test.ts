import { assert, describe, it } from "@effect/vitest"
import { type Keyed, TextMap } from "../../../src/services/files/TextMap.ts"
import { seeded } from "../../support/values/Seeded.ts"

interface Entry extends Keyed<Entry> {
  readonly value: number
}

/** Does the same to a map with this hash as to a Map, and compares what both find. */
const compare = (map: TextMap<Entry>): void => {
  const random = seeded(11)
  const wanted = new Map<string, number>()
  for (let step = 0; step < 5000; step++) {
    const key = "k".repeat(random(3)) + String.fromCharCode(0x61 + random(12))
    const found = map.get(key)
    assert.strictEqual(found?.value, wanted.get(key))
    if (found === undefined) {
      map.add({ key, value: step, sameHash: undefined })
      wanted.set(key, step)
    } else if (random(2) === 0) {
      map.remove(found)
      wanted.delete(key)
    }
    assert.strictEqual(map.size, wanted.size)
  }
}

describe("entries by a text", () => {
  it("are found as a Map finds them", () => {
    compare(new TextMap())
  })

  it("are found where all keys have one hash, or some of them", () => {
    compare(new TextMap(() => 1))
    compare(new TextMap((key) => key.length))
  })

  it("are found by a text that was cut out of another", () => {
    const map = new TextMap<Entry>()
    map.add({ key: "relatórios/2024.csv", value: 1, sameHash: undefined })
    assert.strictEqual(map.get("GET /relatórios/2024.csv HTTP/1.1".slice(5, 24))?.value, 1)
    assert.isUndefined(map.get("GET /relatórios/2024.csv HTTP/1.1".slice(5, 23)))
  })
})
