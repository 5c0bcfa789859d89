/** One large file into a neutral sink: nothing is measured but how fast bytes leave. */
import { Effect, type Scope } from "effect"
import * as Files from "../Files.ts"
import { overFtp, overHttp, overResp, type Question, rate, sink } from "../load/Sink.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { vsftpd } from "../peers/Vsftpd.ts"
import type { Peer } from "../measure/Process.ts"
import { bytesPerSecond, type Row, type Trouble } from "../Row.ts"

const size = Files.gibibyte

/** A server of files, and how it is asked for one. */
interface Rival {
  readonly start: (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>
  readonly ask: (name: string, size: number) => Question
}

const overSendfile: Rival = { start: nginx, ask: overHttp }

const beside =
  (rival: Rival, connections: number): Row["contest"] =>
  () =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeLarge(folder, "large", size)
      const ours = yield* sink(yield* app(folder), overResp("large", size))
      const theirs = yield* sink(yield* rival.start(folder), rival.ask("large", size))
      return { ours: ours.weighed(connections, rate), theirs: theirs.weighed(connections, rate) }
    })

/** Ours twice: what HTTP takes that RESP does not. */
const besideResp = () =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* Files.makeLarge(folder, "large", size)
    const peer = yield* app(folder)
    const ours = yield* sink(peer, overHttp("large", size))
    const theirs = yield* sink(peer, overResp("large", size))
    return { ours: ours.weighed(1, rate), theirs: theirs.weighed(1, rate) }
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
    // What sendfile saves is the machine's affair: it took 180 to 250 ms of the processor on one and 460 on another.
    processor: { reach: 2, aim: 1.5, tolerance: 3 },
    needs: ["nginx"],
    smoke: true,
    contest: beside(overSendfile, 1)
  },
  {
    name: "file-1g-http",
    what: "one file of 1 GiB over HTTP, one connection, neutral sink",
    peer: "the same over RESP",
    unit: bytesPerSecond,
    reach: 0.95,
    needs: [],
    contest: besideResp
  },
  {
    name: "file-1g-ftp",
    what: "one file of 1 GiB, one connection, neutral sink",
    peer: "vsftpd",
    unit: bytesPerSecond,
    needs: ["vsftpd"],
    contest: beside({ start: vsftpd, ask: overFtp }, 1)
  },
  {
    name: "file-1g-8",
    what: "eight files of 1 GiB at once",
    peer: "nginx with sendfile, one worker",
    unit: bytesPerSecond,
    reach: 0.9,
    aim: 1.1,
    needs: ["nginx"],
    contest: beside(overSendfile, 8)
  }
]
