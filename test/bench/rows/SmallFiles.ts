/** Ten thousand different files of 1 KiB, asked for at random. Each answer is the file as it is at that moment. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { redisBenchmark } from "../load/RedisBenchmark.ts"
import { wrk } from "../load/Wrk.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import * as Redis from "../peers/Redis.ts"
import { cost, type Peer } from "../measure/Process.ts"
import { microseconds, requestsPerSecond, type Row, type Scale } from "../Row.ts"

const files = 10_000
const connections = 50
const requests = { full: 300_000, smoke: 10_000 }
const seconds = { full: 3, smoke: 1 }

const benchmark = ({ address }: Peer, scale: Scale) =>
  redisBenchmark(address, {
    command: ["GET", "key:__rand_int__"],
    connections,
    requests: requests[scale],
    random: files
  })

const rate = (peer: Peer, scale: Scale) =>
  Effect.map(benchmark(peer, scale), ({ perSecond }) => perSecond)

const costOfOne = (peer: Peer, scale: Scale) =>
  Effect.map(cost(peer, benchmark(peer, scale)), (all) => all / requests[scale])

/** The files, and our server over them. */
const setUp = Effect.gen(function* () {
  const folder = yield* Files.folder
  yield* Files.makeSmall(folder, files)
  return { folder, ours: yield* app(folder) }
})

const what = "`GET` of 10,000 different files of 1 KiB, 50 connections"

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "files-1k",
    what,
    peer: "redis-server, `GET` of 10,000 values of 1 KiB",
    unit: requestsPerSecond,
    reach: 0.6,
    aim: 0.8,
    needs: Redis.programs,
    contest: (scale) =>
      Effect.gen(function* () {
        const { folder, ours } = yield* setUp
        const theirs = yield* Redis.redisWithValues(folder, files)
        return { ours: rate(ours, scale), theirs: rate(theirs, scale) }
      })
  },
  {
    name: "files-1k-cpu",
    what: "processor's time for one of these",
    peer: "redis-server, `GET` of 10,000 values of 1 KiB",
    unit: microseconds,
    needs: Redis.programs,
    smoke: true,
    contest: (scale) =>
      Effect.gen(function* () {
        const { folder, ours } = yield* setUp
        const theirs = yield* Redis.redisWithValues(folder, files)
        return { ours: costOfOne(ours, scale), theirs: costOfOne(theirs, scale) }
      })
  },
  {
    name: "files-1k-nginx",
    what,
    peer: "nginx, one worker, under wrk",
    unit: requestsPerSecond,
    reach: 0.65,
    aim: 0.9,
    needs: ["redis-benchmark", "nginx", "wrk"],
    smoke: true,
    contest: (scale) =>
      Effect.gen(function* () {
        const { folder, ours } = yield* setUp
        const { address } = yield* nginx(folder)
        return {
          ours: rate(ours, scale),
          theirs: wrk(address, { connections, count: files, seconds: seconds[scale] })
        }
      })
  }
]
