/** What a second process brings where the server's processor is the limit: much to look at, little to send. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { answersPerSecond } from "../load/RedisBenchmark.ts"
import { app } from "../peers/App.ts"
import { commandsPerSecond, type Row } from "../Row.ts"

const requests = { full: 30_000, smoke: 5_000 }

/** The files that one question looks at; the answer is their number. */
const files = 100
const command = ["EXISTS", ...Array.from({ length: files }, (_, index) => Files.keyName(index))]

const contest: Row["contest"] = (scale) =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* Files.makeSmall(folder, files)
    const two = yield* app(folder, 2)
    const one = yield* app(folder)
    const asked = { command, connections: 50, requests: requests[scale] }
    return { ours: answersPerSecond(two, asked), theirs: answersPerSecond(one, asked) }
  })

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "workers-2",
    what: "`EXISTS` of 100 files, 50 connections, `--workers 2`",
    peer: "`--workers 1`",
    unit: commandsPerSecond,
    reach: 1.85,
    aim: 1.95,
    processor: {},
    needs: ["redis-benchmark"],
    contest
  }
]
