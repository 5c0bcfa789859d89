/** What a second process brings where the server's processor is the limit: much to look at, little to send. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { redisBenchmark } from "../load/RedisBenchmark.ts"
import { app } from "../peers/App.ts"
import { costOfChildren, elapsed, type Peer } from "../measure/Process.ts"
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
    const ask = ({ address }: Peer) =>
      redisBenchmark(address, { command, connections: 50, requests: requests[scale] })
    const rate = (peer: Peer) => Effect.map(ask(peer), ({ perSecond }) => perSecond)
    let load = 0
    const time = yield* elapsed(
      Effect.map(costOfChildren(ask(two)), (microseconds) => (load = microseconds / 1000))
    )
    const share = Math.round((load / time) * 100)
    return {
      ours: rate(two),
      theirs: rate(one),
      note: `beside two workers the load itself takes ${share} % of one core`
    }
  })

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "workers-2",
    what: "`EXISTS` of 100 files, 50 connections, `--workers 2`",
    peer: "`--workers 1`",
    unit: commandsPerSecond,
    needs: ["redis-benchmark"],
    contest
  }
]
