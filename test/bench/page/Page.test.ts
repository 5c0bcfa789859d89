import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { NodeServices } from "@effect/platform-node"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../support/programs/App.ts"
import { summarize } from "../measure/Measure.ts"
import { append } from "./Lines.ts"
import { page } from "./Page.ts"
import { languages, quote } from "./Quoted.ts"
import { commandsPerSecond, type Row } from "../Row.ts"
import { rows } from "../Rows.ts"
import { Outcome, type Run } from "../Run.ts"
import { readRuns } from "../Store.ts"

interface Found {
  readonly ratio: number
  readonly processor?: number
  readonly load?: number
}

const compared = (ratio: number) => summarize([{ ours: ratio, theirs: 1 }])

const run = (
  minute: number,
  found: Readonly<Record<string, number | Found>>,
  kernel = "Linux 1"
): Run => ({
  at: `2026-01-02T03:0${minute}:00.000Z`,
  scale: "full",
  machine: { processor: "", cores: 2, kernel, memory: 1, files: "/tmp", versions: {} },
  outcomes: Object.fromEntries(
    Object.entries(found).map(([name, value]) => {
      const { load, processor, ratio } = typeof value === "number" ? { ratio: value } : value
      return [
        name,
        Outcome.cases.Measured.make({
          ...compared(ratio),
          ...(processor === undefined ? {} : { processor: compared(processor) }),
          ...(load === undefined ? {} : { load: { ours: load, theirs: 0.1 } })
        })
      ]
    })
  )
})

const row = (name: string): Row => ({
  name,
  what: `what ${name} measures`,
  peer: "a peer",
  unit: commandsPerSecond,
  reach: 0.85,
  aim: 1,
  processor: { reach: 1.5, aim: 1.1 },
  needs: [],
  contest: () => Effect.die("not measured here")
})

const written = (runs: ReadonlyArray<Run>): string =>
  new Map(page([row("a"), row("b")], runs)).get("performance.md") ?? ""

describe("the runs that are kept", () => {
  it("are those that a row still shows among its last three", () => {
    const runs = [
      run(1, { a: 1, b: 1 }),
      run(2, { a: 1 }),
      run(3, { a: 1 }),
      run(4, { a: 1 }),
      run(5, { a: 1 })
    ].reduce(append, [])
    assert.deepStrictEqual(
      runs.map(({ at }) => at.slice(14, 16)),
      ["01", "03", "04", "05"]
    )
  })
})

/** What the table says of a row: ratio, verdict, processor's ratio, verdict, load, how often measured. */
const told = (runs: ReadonlyArray<Run>): ReadonlyArray<string> => {
  const line = /^\| `a` \|.*$/m.exec(written(runs))?.[0] ?? ""
  const [, , , , , ratio = "", verdict = "", , ...rest] = line.split("|").map((cell) => cell.trim())
  return [ratio, verdict, ...rest.slice(0, -1)]
}

describe("the page", () => {
  it("shows the range of a row's last three measurements, and judges by their median", () => {
    const runs = [0.5, 0.9, 0.95, 1.05].map((a, index) => run(index, { a }))
    assert.deepStrictEqual(told(runs), ["0.90 to 1.05", "reach", "", "", "", "3 on 1"])
    assert.include(written(runs), "No row with a reach falls short of it.")
  })

  it("shows the range over machines, and judges on the one where a row does worst", () => {
    const runs = [
      run(0, { a: { ratio: 1.2, processor: 1 } }),
      run(1, { a: { ratio: 0.8, processor: 1.6 } }, "Linux 2"),
      run(2, { a: { ratio: 0.7, processor: 1.4 } }, "Linux 2")
    ]
    assert.deepStrictEqual(told(runs), [
      "0.70 to 1.20",
      "**short**",
      "1.00 to 1.60",
      "reach",
      "",
      "3 on 2"
    ])
    assert.include(written(runs), "- `a`: 0.75, where 0.85 is the reach.")
  })

  it("does not hold a rate against a row where the load was the limit, but its processor's time", () => {
    const runs = [run(0, { a: { ratio: 0.5, processor: 2, load: 0.97 } })]
    assert.deepStrictEqual(told(runs), [
      "0.50",
      "the load is the limit",
      "2.00",
      "**short**",
      "97 %",
      "1 on 1"
    ])
    assert.include(written(runs), "- `a`: 2.00 of the processor's time, where 1.50 is the reach.")
  })

  it("names the rows that fall short", () => {
    assert.include(written([run(1, { a: 1, b: 0.5 })]), "- `b`: 0.50, where 0.85 is the reach.")
  })

  it.effect("is what the runs that are kept say", () =>
    Effect.gen(function* () {
      const runs = yield* readRuns
      for (const [file, content] of page(rows, runs)) {
        assert.strictEqual(readFileSync(join(root, "docs", file), "utf8"), content, file)
      }
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("the READMEs", () => {
  it.effect("quote the page", () =>
    Effect.gen(function* () {
      const runs = yield* readRuns
      for (const language of languages) {
        const text = readFileSync(join(root, language.file), "utf8")
        assert.include(text, `| | ${language.head.join(" | ")} |`)
        assert.strictEqual(text, quote(language, text, rows, runs), language.file)
      }
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
