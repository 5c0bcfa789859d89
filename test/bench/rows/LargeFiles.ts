/** One large file into a neutral sink: nothing is measured but how fast bytes leave. */
import { Effect, type Scope } from "effect"
import * as Files from "../Files.ts"
import {
  type Drained,
  overFtp,
  overHttp,
  overResp,
  type Question,
  rate,
  sink
} from "../load/Sink.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { vsftpd } from "../peers/Vsftpd.ts"
import { cost, type Peer } from "../measure/Process.ts"
import { bytesPerSecond, milliseconds, type Row, type Trouble } from "../Row.ts"

const rateOf = (_: Peer, drain: Effect.Effect<Drained, Trouble>): Effect.Effect<number, Trouble> =>
  Effect.map(drain, rate)

/** The processor's time for what is drained, in milliseconds. */
const costOf: typeof rateOf = (peer, drain) =>
  Effect.map(cost(peer, drain), (microseconds) => microseconds / 1000)

const sizes = { full: Files.gibibyte, smoke: Files.gibibyte / 4 }

/** A server of files, and how it is asked for one. */
interface Rival {
  readonly start: (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>
  readonly ask: (name: string, size: number) => Question
}

const overSendfile: Rival = { start: nginx, ask: overHttp }

const beside =
  (rival: Rival, connections: number, measure: typeof rateOf): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const size = sizes[scale]
      const folder = yield* Files.folder
      yield* Files.makeLarge(folder, "large", size)
      const ours = yield* app(folder)
      const theirs = yield* rival.start(folder)
      const ourSink = yield* sink(ours.address, overResp("large", size))
      const theirSink = yield* sink(theirs.address, rival.ask("large", size))
      return {
        ours: measure(ours, ourSink.drain(connections)),
        theirs: measure(theirs, theirSink.drain(connections))
      }
    })

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "file-1g",
    what: "one file of 1 GiB, one connection, neutral sink",
    peer: "nginx with sendfile",
    unit: bytesPerSecond,
    reach: 0.95,
    aim: 1.1,
    needs: ["nginx"],
    smoke: true,
    contest: beside(overSendfile, 1, rateOf)
  },
  {
    name: "file-1g-cpu",
    what: "processor's time for one such",
    peer: "nginx with sendfile",
    unit: milliseconds,
    needs: ["nginx"],
    smoke: true,
    contest: beside(overSendfile, 1, costOf)
  },
  {
    name: "file-1g-ftp",
    what: "one file of 1 GiB, one connection, neutral sink",
    peer: "vsftpd",
    unit: bytesPerSecond,
    needs: ["vsftpd"],
    contest: beside({ start: vsftpd, ask: overFtp }, 1, rateOf)
  },
  {
    name: "file-1g-8",
    what: "eight files of 1 GiB at once",
    peer: "nginx with sendfile, one worker",
    unit: bytesPerSecond,
    reach: 0.9,
    aim: 1.1,
    needs: ["nginx"],
    contest: beside(overSendfile, 8, rateOf)
  }
]
