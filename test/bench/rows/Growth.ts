/** The shape of the growth: what comes of more connections, more names, more transfers. Each is a curve of points. */
import { Effect, type Scope } from "effect"
import * as Files from "../Files.ts"
import { answersPerSecond } from "../load/RedisBenchmark.ts"
import { overHttp, overResp, type Question, sink } from "../load/Sink.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import * as Redis from "../peers/Redis.ts"
import { descriptors, type Peer, peakMemory, residentMemory } from "../measure/Process.ts"
import { bare, bytes, commandsPerSecond, type Row, Trouble } from "../Row.ts"
import { besideFind, listAgain } from "./Names.ts"

const count = (value: number): string => value.toLocaleString("en")

/** Commands a second at so many connections. */
const connectionsRow = (connections: number, goal: Pick<Row, "reach" | "aim"> = {}): Row => {
  const requests = { full: connections === 1 ? 50_000 : 200_000, smoke: 20_000 }
  return {
    name: `connections-${connections}`,
    what: `\`hora_atual\`, ${count(connections)} ${connections === 1 ? "connection" : "connections"}`,
    peer: "redis-server, `GET` of 8 bytes",
    unit: commandsPerSecond,
    ...goal,
    needs: Redis.programs,
    curve: { name: "connections", at: connections },
    contest: (scale) =>
      Effect.gen(function* () {
        if (connections > (yield* descriptors) - 1_000)
          return yield* new Trouble({ message: "not that many descriptors" })
        const folder = yield* Files.folder
        const ours = yield* app(folder)
        const theirs = yield* Redis.redisWithTime(folder)
        const rate = (peer: Peer, command: ReadonlyArray<string>) =>
          answersPerSecond(peer, { command, connections, requests: requests[scale] })
        return { ours: rate(ours, ["hora_atual"]), theirs: rate(theirs, ["GET", "hora"]) }
      })
  }
}

/** A listing of so many names. */
const namesRow = (size: number): Row => ({
  name: `names-${size}`,
  what: `a listing of ${count(size)} names`,
  ...besideFind,
  reach: 1.5,
  curve: { name: "names", at: size },
  contest: () => listAgain(Files.manyNames(size))
})

/** What a fresh server holds before it sends a file so many times at once, and the most that it ever holds. */
const memoryOf = (
  start: Effect.Effect<Peer, Trouble, Scope.Scope>,
  question: Question,
  transfers: number
): Effect.Effect<{ readonly idle: number; readonly most: number }, Trouble> =>
  Effect.scoped(
    Effect.gen(function* () {
      const peer = yield* start
      const idle = yield* residentMemory(peer.pid)
      const { drain } = yield* sink(peer, question)
      yield* drain(transfers)
      return { idle, most: yield* peakMemory(peer.pid) }
    })
  )

/** The most memory that it ever holds. */
const peak = (...asked: Parameters<typeof memoryOf>) =>
  Effect.map(memoryOf(...asked), ({ most }) => most)

/** The most that it holds beside what it held before. */
const overIdle = (...asked: Parameters<typeof memoryOf>) =>
  Effect.map(memoryOf(...asked), ({ idle, most }) => most - idle)

const sizes = { full: Files.gibibyte / 16, smoke: Files.gibibyte / 64 }

/** Memory at so many transfers. */
const transfersRow = (transfers: number): Row => ({
  name: `transfers-${transfers}`,
  what: `most memory held in ${count(transfers)} ${transfers === 1 ? "transfer" : "transfers at once"}`,
  peer: "nginx with sendfile, one worker",
  unit: bytes,
  needs: ["nginx"],
  curve: { name: "transfers", at: transfers },
  contest: (scale) =>
    Effect.gen(function* () {
      const size = sizes[scale]
      const folder = yield* Files.folder
      yield* Files.makeLarge(folder, "large", size)
      return {
        ours: bare(peak(app(folder), overResp("large", size), transfers)),
        theirs: bare(peak(nginx(folder), overHttp("large", size), transfers))
      }
    })
})

/** What a hundred transfers at once may take beside what an idle server holds: the limit that we set ourselves. */
const budget = 64e6

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  ...[1, 10, 100, 1_000].map((connections) => connectionsRow(connections)),
  connectionsRow(10_000, { reach: 0.85, aim: 1 }),
  ...[1_000, 100_000, 1_000_000].map(namesRow),
  ...[1, 10, 100].map(transfersRow),
  {
    name: "transfers-over-idle",
    what: "most memory held in 100 transfers at once, beside that of the idle server",
    peer: "64 MB",
    unit: bytes,
    reach: 1,
    aim: 0.5,
    needs: [],
    smoke: true,
    contest: (scale) =>
      Effect.gen(function* () {
        const size = sizes[scale]
        const folder = yield* Files.folder
        yield* Files.makeLarge(folder, "large", size)
        return {
          ours: bare(overIdle(app(folder), overResp("large", size), 100)),
          theirs: Effect.succeed({ figure: budget })
        }
      })
  }
]
