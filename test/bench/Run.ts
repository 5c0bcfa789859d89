/** One run of the benchmark: what it found of each row, and where. This is also how it is kept, as JSON. */
import { Clock, Effect, Schema } from "effect"
import { find, Machine, thisMachine } from "./measure/Machine.ts"
import { inTurn } from "./measure/Measure.ts"
import { type Row, type Scale, Trouble } from "./Row.ts"

const Rounds = Schema.Struct({ ours: Schema.Number, theirs: Schema.Number })

const compared = {
  ratio: Schema.Number,
  spread: Schema.Number,
  ours: Schema.Number,
  theirs: Schema.Number,
  rounds: Schema.Array(Rounds)
}

/** What came of a row: figures, a program that is not installed, or what went wrong. */
export const Outcome = Schema.TaggedUnion({
  Measured: {
    ...compared,
    processor: Schema.optionalKey(Schema.Struct(compared)),
    load: Schema.optionalKey(Rounds),
    note: Schema.optionalKey(Schema.String)
  },
  Skipped: { missing: Schema.Array(Schema.String) },
  Failed: { reason: Schema.String }
})
export type Outcome = typeof Outcome.Type

/** One run. */
export const Run = Schema.Struct({
  /** When it began, ISO 8601, UTC. */
  at: Schema.String,
  scale: Schema.Literals(["full", "smoke"]),
  machine: Machine,
  /** By the rows' names. */
  outcomes: Schema.Record(Schema.String, Outcome)
})
export type Run = typeof Run.Type

/** No row takes so long on any machine where it tells anything. */
const timeLimit = "15 minutes"

/** Measures one row. Its servers are gone when this returns. */
const measure = (row: Row, scale: Scale, rounds: number): Effect.Effect<Outcome> => {
  const missing = row.needs.filter((program) => find(program) === undefined)
  if (missing.length > 0) return Effect.succeed(Outcome.cases.Skipped.make({ missing }))
  return Effect.gen(function* () {
    const { note, ...contest } = yield* row.contest(scale)
    const measured = yield* inTurn(contest, Math.max(rounds, row.leastRounds ?? 0))
    return Outcome.cases.Measured.make(note === undefined ? measured : { ...measured, note })
  }).pipe(
    Effect.scoped,
    Effect.timeoutOrElse({
      duration: timeLimit,
      orElse: () => Effect.fail(new Trouble({ message: `no end after ${timeLimit}` }))
    }),
    Effect.catch(({ message }) => Effect.succeed(Outcome.cases.Failed.make({ reason: message }))),
    // One row must not cost the others of a long run.
    Effect.catchDefect((defect) =>
      Effect.succeed(Outcome.cases.Failed.make({ reason: String(defect) }))
    )
  )
}

/** Measures rows one after the other, and tells of each as soon as it is known. */
export const run = (
  rows: ReadonlyArray<Row>,
  {
    onRow,
    rounds,
    scale
  }: {
    readonly rounds: number
    readonly scale: Scale
    readonly onRow: (row: Row, outcome: Outcome) => Effect.Effect<void>
  }
): Effect.Effect<Run> =>
  Effect.gen(function* () {
    const at = new Date(yield* Clock.currentTimeMillis).toISOString()
    const outcomes = yield* Effect.forEach(rows, (row) =>
      Effect.map(
        Effect.tap(measure(row, scale, rounds), (outcome) => onRow(row, outcome)),
        (outcome) => [row.name, outcome] as const
      )
    )
    return { at, scale, machine: thisMachine(), outcomes: Object.fromEntries(outcomes) }
  })
