import { assert, describe, it } from "@effect/vitest"
import { messages } from "../../../../src/cli/Messages.ts"
import { cutMiddle, formatSeconds, lines } from "../../../../src/cli/client/progress/Layout.ts"
import { makeTracker } from "../../../../src/cli/client/progress/Tracker.ts"
import { Progress } from "../../../../src/client/files/Progress.ts"

const MiB = 1024 * 1024

const receiving = (name: string, received: number, size: number) =>
  Progress.Advanced({ name, phase: "receiving", received, size })

/** What is shown after these events, each at its time in milliseconds. */
const after = (
  events: ReadonlyArray<readonly [at: number, event: Progress]>,
  now: number,
  columns = 80
) => {
  const tracker = makeTracker()
  for (const [at, event] of events) tracker.add(event, at)
  return lines(tracker.snapshot(now), columns, messages.pt)
}

describe("the progress of one file", () => {
  const half: ReadonlyArray<readonly [number, Progress]> = [
    [0, Progress.Found({ files: 1 })],
    // An earlier run left 10 MiB.
    [0, receiving("relatório.pdf", 10 * MiB, 50 * MiB)],
    [1000, receiving("relatório.pdf", 15 * MiB, 50 * MiB)],
    [3000, receiving("relatório.pdf", 25 * MiB, 50 * MiB)]
  ]

  it("is one line, with the rate and the time left of what this run received", () => {
    assert.deepStrictEqual(after(half, 3000), [
      "relatório.pdf [==========----------] 50% | 25.0 MiB/50.0 MiB | 5.0 MiB/s | 5 s"
    ])
  })

  it("keeps rate and time left at 40 columns, and never has more than the width", () => {
    for (let columns = 1; columns <= 120; columns++) {
      for (const line of after(half, 3000, columns)) assert.isAtMost(line.length, columns)
    }
    assert.match(after(half, 3000, 40).join(), / \| 5\.0 MiB\/s \| 5 s$/)
    assert.match(after(half, 3000, 22).join(), /^50% \| 5\.0 MiB\/s \| 5 s$/)
  })

  it("has the rate of the last seconds, not of all that went before", () => {
    const events = [
      ...half,
      ...Array.from({ length: 60 }, (_, second) => {
        const event = receiving("relatório.pdf", 25 * MiB + second * 1024, 50 * MiB)
        return [4000 + second * 1000, event] as const
      })
    ]
    assert.match(after(events, 63_000).join(), / 1\.0 KiB\/s \| /)
  })

  it.each([
    ["comparing", /^relatório\.pdf 50\.0 MiB \| comparando 2 s$/],
    ["verifying", /^relatório\.pdf 50\.0 MiB \| conferindo 2 s$/]
  ] as const)("says that a digest is computed, never that nothing is left: %s", (phase, shown) => {
    const event = Progress.Advanced({
      name: "relatório.pdf",
      phase,
      received: 50 * MiB,
      size: 50 * MiB
    })
    assert.match(after([...half, [8000, event]], 10_000).join(), shown)
  })

  it("shows nothing that could steer the terminal", () => {
    const event = receiving("a\x1b[2Jb", 1, 2)
    assert.notInclude(after([[0, event]], 0).join(), "\x1b")
  })
})

describe("the progress of many files", () => {
  const events: ReadonlyArray<readonly [number, Progress]> = [
    [0, Progress.Found({ files: 10 })],
    [1000, Progress.Finished({ name: "a", received: MiB })],
    [2000, Progress.Finished({ name: "b", received: MiB })],
    [2000, receiving("c", 0, 4 * MiB)],
    [2000, receiving("d", 0, 4 * MiB)],
    [4000, receiving("d", MiB, 4 * MiB)]
  ]

  it("is a line for all of them above that of the file of which bytes came last", () => {
    const [all, current, ...others] = after(events, 4000)
    assert.strictEqual(all, "2 de 10 arquivos | 3.0 MiB | 768.0 KiB/s | 16 s")
    assert.match(current ?? "", /^d \[=+-+\] 25% \| 1\.0 MiB\/4\.0 MiB$/)
    assert.match(after(events.slice(0, -1), 4000)[1] ?? "", /^c \[-+\] 0% \| 0 B\/4\.0 MiB$/)
    assert.deepStrictEqual(others, [])
  })

  it("is the line for all of them alone while no large file is under way", () => {
    assert.deepStrictEqual(after(events.slice(0, 3), 2000), [
      "2 de 10 arquivos | 2.0 MiB | 1.0 MiB/s | 8 s"
    ])
  })

  it("fits into 40 columns", () => {
    assert.deepStrictEqual(
      after(events, 4000, 40).map((line) => line.length <= 40),
      [true, true]
    )
    assert.match(after(events, 4000, 40)[0] ?? "", /768\.0 KiB\/s \| 16 s$/)
  })
})

describe("a name that is too long", () => {
  it("is cut in its middle, so that its end is seen", () => {
    assert.strictEqual(cutMiddle("relatório de março.pdf", 11), "relat…o.pdf")
    assert.strictEqual(cutMiddle("curto", 11), "curto")
    assert.deepStrictEqual(
      [0, 1, 2].map((width) => cutMiddle("abc", width)),
      ["", "…", "a…"]
    )
  })
})

describe("a time", () => {
  it("is told in seconds, minutes or hours", () => {
    assert.deepStrictEqual([0, 0.2, 59, 60, 200, 3723].map(formatSeconds), [
      "0 s",
      "1 s",
      "59 s",
      "1:00",
      "3:20",
      "1:02:03"
    ])
  })
})
