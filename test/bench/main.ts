/** `npm run bench`: measures the rows that are asked for, all unless some are named, and prints what it finds. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { regressions } from "./measure/Baseline.ts"
import { Trouble } from "./Row.ts"
import { rows as all } from "./Rows.ts"
import * as Report from "./Report.ts"
import { run, type Run } from "./Run.ts"
import * as Store from "./Store.ts"

const toggle = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withDescription(description))

const flags = {
  names: Argument.String("row").pipe(
    Argument.withDescription("rows to measure, all unless some are named"),
    Argument.variadic()
  ),
  list: toggle("list", "say which rows there are"),
  rounds: Flag.Int("rounds").pipe(
    Flag.withDescription("how often each side of a row is measured; 5, or 3 with --smoke"),
    Flag.optional
  ),
  json: Flag.String("json").pipe(
    Flag.withDescription("file to write all figures to"),
    Flag.optional
  ),
  write: toggle(
    "write",
    "keep this run, and write docs/performance.md and what the READMEs quote of it anew"
  ),
  page: toggle("page", "measure nothing, write the same anew from the runs that are kept"),
  smoke: toggle(
    "smoke",
    "little work, and unless rows are named only those that matter most; exit code 1 where a ratio is under half of the recorded one"
  ),
  record: toggle("record", "a smoke run that later ones are held against")
}

/** Below this nobody knows how far rounds are apart. */
const fewestRounds = 3

/** The row of this name, or else those whose names begin with it: `mirror` for `mirror-fresh` and its like. */
const rowsNamed = (name: string) => {
  const [exact] = all.filter((row) => row.name === name)
  return exact === undefined ? all.filter((row) => row.name.startsWith(`${name}-`)) : [exact]
}

const choose = (names: ReadonlyArray<string>, smoke: boolean) => {
  const unknown = names.filter((name) => rowsNamed(name).length === 0)
  if (unknown.length > 0)
    return Effect.fail(
      new Trouble({ message: `there is no row ${unknown.join(", ")}; see --list` })
    )
  if (names.length > 0) return Effect.succeed([...new Set(names.flatMap(rowsNamed))])
  return Effect.succeed(smoke ? all.filter((row) => row.smoke) : all)
}

/** Fails where a row could not be measured. */
const complete = ({ outcomes }: Run) => {
  const failed = Object.keys(outcomes).filter((name) => outcomes[name]?._tag === "Failed")
  return failed.length === 0
    ? Effect.void
    : Effect.fail(new Trouble({ message: `not measured: ${failed.join(", ")}` }))
}

/** Fails where a row is far worse than it was. */
const compare = (found: Run) =>
  Effect.gen(function* () {
    const worse = regressions(yield* Store.readBaseline, all, found)
    if (worse.length === 0) return
    return yield* new Trouble({ message: worse.map(Report.regressionLine).join("\n") })
  })

const bench = Command.make(
  "bench",
  flags,
  ({ json, list, names, page, record, rounds, write, ...rest }) =>
    Effect.gen(function* () {
      const smoke = rest.smoke || record
      const rows = yield* choose(names, smoke)
      const turns = Option.getOrElse(rounds, () => (smoke ? 3 : 5))
      if (write && (smoke || turns < fewestRounds))
        return yield* new Trouble({
          message: `--write keeps full runs of ${fewestRounds} rounds or more`
        })
      if (list) return yield* Console.log(rows.map(Report.listLine).join("\n"))
      if (page) return yield* Store.writePage(all)
      yield* Console.log(Report.head)
      const found = yield* run(rows, {
        rounds: turns,
        scale: smoke ? "smoke" : "full",
        onRow: (row, outcome) => Console.log(Report.rowLine(row, outcome))
      })
      yield* Console.log(Report.machineLine(found.machine))
      if (Option.isSome(json)) yield* Store.writeRun(json.value, found)
      if (write) yield* Effect.andThen(Store.keepRun(found), Store.writePage(all))
      yield* complete(found)
      if (smoke) yield* record ? Store.recordBaseline(found) : compare(found)
    }).pipe(Effect.tapErrorTag("Trouble", ({ message }) => Console.error(message)))
)

bench.pipe(
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
