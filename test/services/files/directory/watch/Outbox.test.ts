/** Changes on their way from the watching thread: few are under way, and too many that wait are dropped for one word. */
import { assert, describe, it } from "@effect/vitest"
import {
  type FoundChange,
  makeOutbox
} from "../../../../../src/services/files/directory/watch/Outbox.ts"

const deleted = (index: number): FoundChange => ({ _tag: "Deleted", name: String(index) })

/** An outbox, and the batches that it has sent. */
const setUp = () => {
  const sent: Array<ReadonlyArray<FoundChange>> = []
  const outbox = makeOutbox((changes) => void sent.push(changes))
  return {
    ...outbox,
    sent,
    fill: (from: number, to: number): void => {
      for (let index = from; index < to; index++) outbox.add(deleted(index))
    },
    /** Takes what comes until nothing more does. */
    takeAll: (): ReadonlyArray<FoundChange> => {
      const taken: Array<FoundChange> = []
      for (let batch = sent.shift(); batch !== undefined; batch = sent.shift()) {
        taken.push(...batch)
        outbox.onTaken()
      }
      return taken
    }
  }
}

describe("changes on their way", () => {
  it("are sent in order, four batches at a time, and the next as one is taken", () => {
    const { fill, flush, onTaken, sent, takeAll } = setUp()
    fill(0, 3000)
    assert.lengthOf(sent, 0)
    flush()
    flush()
    assert.deepStrictEqual(
      sent.map(({ length }) => length),
      [512, 512, 512, 512]
    )
    onTaken()
    assert.lengthOf(sent, 5)
    assert.deepStrictEqual(
      takeAll(),
      Array.from({ length: 3000 }, (_, index) => deleted(index))
    )
  })

  it("are dropped for one Rescan where 65,536 wait, and what comes after it is told", () => {
    const { add, fill, flush, takeAll } = setUp()
    fill(0, 65_536)
    flush()
    const before = takeAll()
    assert.lengthOf(before, 65_536)
    assert.deepStrictEqual(before.at(-1), deleted(65_535))
    fill(0, 65_537)
    add(deleted(1))
    flush()
    assert.deepStrictEqual(takeAll(), [{ _tag: "Rescan" }, deleted(1)])
  })

  it("are dropped for a Rescan that is found, but for those under way", () => {
    const { add, fill, flush, takeAll } = setUp()
    fill(0, 2100)
    flush()
    add({ _tag: "Rescan" })
    add(deleted(7))
    const taken = takeAll()
    assert.deepStrictEqual(
      taken.slice(0, 2048),
      Array.from({ length: 2048 }, (_, at) => deleted(at))
    )
    assert.deepStrictEqual(taken.slice(2048), [{ _tag: "Rescan" }, deleted(7)])
  })
})
