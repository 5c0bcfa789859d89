/** The files that the benchmark reads and writes: runs and their page in docs/, the READMEs that quote it, the baseline beside this file. */
import { Effect, FileSystem, Schema } from "effect"
import { join } from "node:path"
import { root } from "../support/programs/App.ts"
import { Baseline, record } from "./measure/Baseline.ts"
import { append, Runs } from "./page/Lines.ts"
import { page } from "./page/Page.ts"
import { languages, quote } from "./page/Quoted.ts"
import { type Row, Trouble } from "./Row.ts"
import { Run } from "./Run.ts"

const docs = join(root, "docs")
const runsFile = join(docs, "performance.json")
const baselineFile = join(root, "test", "bench", "baseline.json")

const read = <A>(schema: Schema.Codec<A>, file: string, empty: A) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    if (!(yield* files.exists(file))) return empty
    return yield* Schema.decodeEffect(Schema.fromJsonString(schema))(
      yield* files.readFileString(file)
    ).pipe(Effect.mapError(({ message }) => new Trouble({ message: `${file}: ${message}` })))
  })

const write = (file: string, value: unknown) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    files.writeFileString(file, `${JSON.stringify(value, null, 2)}\n`)
  )

/** The runs that the page shows. */
export const readRuns = read(Runs, runsFile, [])

/** What a smoke run is held against. */
export const readBaseline = read(Baseline, baselineFile, {})

/** Writes one run where a person wants it. */
export const writeRun = (file: string, run: Run) => write(file, run)

/** Makes this run the baseline of its rows. */
export const recordBaseline = (run: Run) =>
  Effect.flatMap(readBaseline, (baseline) => write(baselineFile, record(baseline, run)))

/** Keeps this run for the page to show. */
export const keepRun = (run: Run) =>
  Effect.flatMap(readRuns, (runs) => write(runsFile, append(runs, run)))

/** Writes the page, its plots and what the READMEs quote of it anew. */
export const writePage = (rows: ReadonlyArray<Row>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const runs = yield* readRuns
    yield* Effect.forEach(page(rows, runs), ([name, content]) =>
      files.writeFileString(join(docs, name), content)
    )
    yield* Effect.forEach(languages, (language) => {
      const file = join(root, language.file)
      return Effect.flatMap(files.readFileString(file), (text) =>
        files.writeFileString(file, quote(language, text, rows, runs))
      )
    })
  })
