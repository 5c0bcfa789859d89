import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { NodeServices } from "@effect/platform-node"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../support/programs/App.ts"
import { summarize } from "../measure/Measure.ts"
import { append, page } from "./Page.ts"
import { commandsPerSecond, type Row } from "../Row.ts"
import { rows } from "../Rows.ts"
import { Outcome, type Run } from "../Run.ts"
import { readRuns } from "../Store.ts"

const run = (minute: number, ratios: Readonly<Record<string, number>>): Run => ({
  at: `2026-01-02T03:0${minute}:00.000Z`,
  scale: "full",
  machine: { processor: "", cores: 2, kernel: "", memory: 1, files: "/tmp", versions: {} },
  outcomes: Object.fromEntries(
    Object.entries(ratios).map(([name, ours]) => [
      name,
      Outcome.cases.Measured.make(summarize([{ ours, theirs: 1 }]))
    ])
  )
})

const row = (name: string): Row => ({
  name,
  what: `what ${name} measures`,
  peer: "a peer",
  unit: commandsPerSecond,
  reach: 0.85,
  aim: 1,
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

describe("the page", () => {
  it("shows a row's last three measurements, and judges by their median", () => {
    const text = written([0.5, 0.9, 0.95, 1.05].map((a, index) => run(index, { a })))
    assert.include(text, "| 0.90 ± 0 % | 0.95 ± 0 % | 1.05 ± 0 % | reach |")
    assert.notInclude(text, "0.50 ±")
    assert.include(text, "No row with a reach falls short of it.")
  })

  it("names the rows that fall short", () => {
    assert.include(written([run(1, { a: 1, b: 0.5 })]), "- `b`: 0.50, where 0.85 is the reach.")
  })

  it.effect("is what the runs that are kept say", () =>
    Effect.gen(function* () {
      const runs = yield* readRuns
      if (runs.length === 0) return
      for (const [file, content] of page(rows, runs)) {
        assert.strictEqual(readFileSync(join(root, "docs", file), "utf8"), content, file)
      }
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
