/** Beside a Python server in the manner of the original project's: what moving to this one is worth. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { askMany, type Question } from "../load/Asker.ts"
import { overResp, rate, sink } from "../load/Sink.ts"
import { app } from "../peers/App.ts"
import { farewell, pickled, python } from "../peers/Python.ts"
import { bytesPerSecond, commandsPerSecond, type Row, type Scale } from "../Row.ts"

const files = 1_000
const large = { full: Files.gibibyte / 4, smoke: Files.gibibyte / 16 }
const quitSize = "+OK\r\n".length

/** The same question for both. */
const question = (verb: string, argument?: string): readonly [ours: Question, theirs: Question] => [
  {
    text: `${[verb, ...(argument === undefined ? [] : [argument])].join(" ")}\r\n`,
    farewell: "QUIT\r\n",
    farewellSize: quitSize
  },
  { text: pickled(verb, argument), farewell, farewellSize: 0 }
]

const besidePython =
  (
    [ours, theirs]: readonly [ours: Question, theirs: Question],
    connections: number,
    most: Readonly<Record<Scale, number>>
  ): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeSmall(folder, files)
      const ourServer = yield* app(folder)
      const theirServer = yield* python(folder)
      const amount = { connections, requests: most[scale] }
      return {
        ours: askMany(ourServer, ours, amount),
        theirs: askMany(theirServer, theirs, amount)
      }
    })

const peer = "a Python server in the original's manner"
const needs = ["python3"]
const many = { full: 30_000, smoke: 5_000 }

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "python-time-1",
    what: "`hora_atual`, one connection",
    peer,
    unit: commandsPerSecond,
    needs,
    contest: besidePython(question("HORA"), 1, many)
  },
  {
    name: "python-time-50",
    what: "`hora_atual`, 50 connections",
    peer,
    unit: commandsPerSecond,
    needs,
    contest: besidePython(question("HORA"), 50, many)
  },
  {
    name: "python-file-1k",
    what: "one file of 1 KiB, 50 connections",
    peer,
    unit: commandsPerSecond,
    needs,
    contest: besidePython(question("ARQUIVO", Files.keyName(7)), 50, many)
  },
  {
    name: "python-list-1k",
    what: "the list of 1,000 files, one connection",
    peer,
    unit: commandsPerSecond,
    reach: 1,
    needs,
    contest: besidePython(question("LISTAR"), 1, { full: 1_000, smoke: 100 })
  },
  {
    name: "python-file-256m",
    what: "one file of 256 MiB, neutral sink",
    peer,
    unit: bytesPerSecond,
    needs,
    contest: (scale) =>
      Effect.gen(function* () {
        const size = large[scale]
        const folder = yield* Files.folder
        yield* Files.makeLarge(folder, "large", size)
        const ours = yield* app(folder)
        const theirs = yield* python(folder)
        const text = pickled("ARQUIVO", "large") + farewell
        const ourSink = yield* sink(ours, overResp("large", size))
        const theirSink = yield* sink(theirs, { protocol: "plain", text, size })
        return { ours: ourSink.weighed(1, rate), theirs: theirSink.weighed(1, rate) }
      })
  }
]
