/** Ten thousand different files of 1 KiB, asked for at random. Each answer is the file as it is at that moment. */
import { Effect } from "effect"
import * as Files from "../Files.ts"
import { answersPerSecond } from "../load/RedisBenchmark.ts"
import { wrk } from "../load/Wrk.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import * as Redis from "../peers/Redis.ts"
import type { Peer } from "../measure/Process.ts"
import { requestsPerSecond, type Row, type Scale } from "../Row.ts"

const files = 10_000
const connections = 50
const requests = { full: 300_000, smoke: 50_000 }
const seconds = { full: 3, smoke: 1 }

const rate = (peer: Peer, scale: Scale) =>
  answersPerSecond(peer, {
    command: ["GET", "key:__rand_int__"],
    connections,
    requests: requests[scale],
    random: files
  })

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
    reach: 0.75,
    aim: 0.85,
    processor: { reach: 1.6, aim: 1.3 },
    needs: Redis.programs,
    smoke: true,
    contest: (scale) =>
      Effect.gen(function* () {
        const { folder, ours } = yield* setUp
        const theirs = yield* Redis.redisWithValues(folder, files)
        return { ours: rate(ours, scale), theirs: rate(theirs, scale) }
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
        const theirs = yield* nginx(folder)
        return {
          ours: rate(ours, scale),
          theirs: wrk(theirs, { connections, count: files, seconds: seconds[scale] })
        }
      })
  }
]
