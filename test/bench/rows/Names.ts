/** Listings: all names of a folder, again and right after the start, and one page in the middle of them. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { askMany } from "../load/Asker.ts"
import { type Question, sink } from "../load/Sink.ts"
import { app } from "../peers/App.ts"
import { wall } from "../measure/Process.ts"
import { weighRuns } from "../measure/Processor.ts"
import { milliseconds, type Row } from "../Row.ts"

/** As many names as one `listar_arquivos` gives at most. */
const page = 100_000

/** All pages of a listing, asked for at once, for the last name of each is known here. */
const listing = (names: ReadonlyArray<string>): Question => {
  const starts = Array.from({ length: Math.ceil(names.length / page) }, (_, index) => index * page)
  const pages = starts.map((start) => {
    const last = names[start - 1]
    return `listar_arquivos ${last === undefined ? "" : `APOS ${last} `}LIMITE ${page}\r\n`
  })
  return {
    protocol: "plain",
    text: `${pages.join("")}QUIT\r\n`,
    size: names.reduce((sum, name) => sum + name.length, 0)
  }
}

/** What every row beside `find | sort` has. */
export const besideFind = {
  peer: "`find | sort`",
  unit: milliseconds,
  needs: ["find", "sort"]
} satisfies Partial<Row>

const folderOf = (names: ReadonlyArray<string>) =>
  Effect.tap(Files.folder, (folder) => Files.makeEmpty(folder, names))

const find = (folder: string) =>
  weighRuns(
    wall({
      program: "sh",
      words: ["-ec", "find . -type f -printf '%P\\n' | LC_ALL=C sort"],
      cwd: folder
    })
  )

/** One server lists these names again and again. */
export const listAgain = (names: ReadonlyArray<string>): ReturnType<Row["contest"]> =>
  Effect.gen(function* () {
    const folder = yield* folderOf(names)
    const { weighed } = yield* sink(yield* app(folder), listing(names))
    return { ours: weighed(1, ({ milliseconds }) => milliseconds), theirs: find(folder) }
  })

/** A server that has just started lists these names. */
const listFirst = (names: ReadonlyArray<string>): ReturnType<Row["contest"]> =>
  Effect.gen(function* () {
    const folder = yield* folderOf(names)
    const first = Effect.gen(function* () {
      const { weighed } = yield* sink(yield* app(folder), listing(names))
      return yield* weighed(1, ({ milliseconds }) => milliseconds)
    })
    return { ours: Effect.scoped(first), theirs: find(folder) }
  })

const pageSize = 1_000

/** The time that one page takes, after a name in the middle. */
const pageOf = (names: ReadonlyArray<string>, requests: number) =>
  Effect.gen(function* () {
    const peer = yield* app(yield* folderOf(names))
    const after = names[Math.floor(names.length / 2) - 1] ?? ""
    const question = {
      text: `listar_arquivos LIMITE ${pageSize} APOS ${after}\r\n`,
      farewell: "QUIT\r\n",
      farewellSize: "+OK\r\n".length
    }
    return Effect.map(
      askMany(peer, question, { connections: 1, requests }),
      ({ figure, ...rest }) => ({ ...rest, figure: 1000 / figure })
    )
  })

const million = 1_000_000

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "names-first",
    what: "the first listing after the start, of 1,000,000 names in 100 folders",
    ...besideFind,
    reach: 2.5,
    contest: () => listFirst(Files.manyNames(million))
  },
  {
    name: "names-flat",
    what: "a listing of 1,000,000 names in one folder",
    ...besideFind,
    reach: 1.5,
    contest: () => listAgain(Files.flatNames(million))
  },
  {
    name: "names-flat-first",
    what: "the first listing after the start, of 1,000,000 names in one folder",
    ...besideFind,
    reach: 2.5,
    contest: () => listFirst(Files.flatNames(million))
  },
  {
    name: "names-page",
    what: "a page of 1,000 names in the middle of 1,000,000",
    peer: "the same of 2,000 names",
    unit: milliseconds,
    reach: 1.5,
    needs: [],
    contest: (scale) =>
      Effect.gen(function* () {
        const requests = { full: 1_000, smoke: 100 }[scale]
        return {
          ours: yield* pageOf(Files.manyNames(million), requests),
          theirs: yield* pageOf(Files.manyNames(2 * pageSize), requests)
        }
      })
  }
]
