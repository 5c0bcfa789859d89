/** `hora_atual`: the shortest answer there is, so that nothing but the way to it is measured. */
import { Effect, type Scope } from "effect"
import * as Files from "../Files.ts"
import { type Questions, redisBenchmark } from "../load/RedisBenchmark.ts"
import { app } from "../peers/App.ts"
import { bareNode } from "../peers/BareNode.ts"
import * as Redis from "../peers/Redis.ts"
import type { Peer } from "../measure/Process.ts"
import * as Process from "../measure/Process.ts"
import {
  commandsPerSecond,
  type Contest,
  microseconds,
  type Row,
  type Scale,
  type Trouble
} from "../Row.ts"

/** How the load asks: one at a time, or sixteen in one write; requests at full scale take about three seconds. */
interface Manner {
  readonly pipeline: number
  readonly requests: Readonly<Record<Scale, number>>
}

const oneByOne: Manner = { pipeline: 1, requests: { full: 300_000, smoke: 50_000 } }
const bySixteen: Manner = { pipeline: 16, requests: { full: 2_000_000, smoke: 400_000 } }

const questions = ({ pipeline, requests }: Manner, scale: Scale): Omit<Questions, "command"> => ({
  connections: 50,
  pipeline,
  requests: requests[scale]
})

const hora = ["hora_atual"]

/** The rate of answers. */
const rate = ({ address }: Peer, asked: Questions): Effect.Effect<number, Trouble> =>
  Effect.map(redisBenchmark(address, asked), ({ perSecond }) => perSecond)

/** The processor's time that a server takes for one answer, in microseconds. */
const cost = (peer: Peer, asked: Questions): Effect.Effect<number, Trouble> =>
  Effect.map(Process.cost(peer, redisBenchmark(peer.address, asked)), (all) => all / asked.requests)

const besideRedis =
  (manner: Manner, measure: typeof rate) =>
  (scale: Scale): Effect.Effect<Contest, Trouble, Scope.Scope> =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      const ours = yield* app(folder)
      const theirs = yield* Redis.redisWithTime(folder)
      const asked = questions(manner, scale)
      return {
        ours: measure(ours, { ...asked, command: hora }),
        theirs: measure(theirs, { ...asked, command: ["GET", "hora"] })
      }
    })

const besideBareNode =
  (manner: Manner, measure: typeof rate) =>
  (scale: Scale): Effect.Effect<Contest, Trouble, Scope.Scope> =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      const ours = yield* app(folder)
      const theirs = yield* bareNode(folder)
      const asked = { ...questions(manner, scale), command: hora }
      return { ours: measure(ours, asked), theirs: measure(theirs, asked) }
    })

const bare = "bare `node:net` with the same parser"

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "time-50",
    what: "`hora_atual`, 50 connections",
    peer: "redis-server, `GET` of 8 bytes",
    unit: commandsPerSecond,
    reach: 0.85,
    aim: 1,
    needs: Redis.programs,
    smoke: true,
    contest: besideRedis(oneByOne, rate)
  },
  {
    name: "time-p16",
    what: "`hora_atual`, 50 connections, pipelined by 16",
    peer: "redis-server, `GET` of 8 bytes",
    unit: commandsPerSecond,
    reach: 0.7,
    aim: 1,
    needs: Redis.programs,
    contest: besideRedis(bySixteen, rate)
  },
  {
    name: "time-50-cpu",
    what: "processor's time for one `hora_atual`, 50 connections",
    peer: "redis-server, `GET` of 8 bytes",
    unit: microseconds,
    needs: Redis.programs,
    smoke: true,
    contest: besideRedis(oneByOne, cost)
  },
  {
    name: "time-p16-cpu",
    what: "the same, pipelined by 16",
    peer: "redis-server, `GET` of 8 bytes",
    unit: microseconds,
    needs: Redis.programs,
    smoke: true,
    contest: besideRedis(bySixteen, cost)
  },
  {
    name: "time-50-bare",
    what: "`hora_atual`, 50 connections",
    peer: bare,
    unit: commandsPerSecond,
    reach: 0.9,
    aim: 1,
    needs: ["redis-benchmark"],
    contest: besideBareNode(oneByOne, rate)
  },
  {
    name: "time-p16-bare",
    what: "`hora_atual`, 50 connections, pipelined by 16",
    peer: bare,
    unit: commandsPerSecond,
    reach: 0.75,
    aim: 1,
    needs: ["redis-benchmark"],
    contest: besideBareNode(bySixteen, rate)
  },
  {
    name: "time-50-bare-cpu",
    what: "processor's time for one `hora_atual`, 50 connections",
    peer: bare,
    unit: microseconds,
    reach: 1 / 0.9,
    aim: 1,
    needs: ["redis-benchmark"],
    contest: besideBareNode(oneByOne, cost)
  },
  {
    name: "time-p16-bare-cpu",
    what: "the same, pipelined by 16",
    peer: bare,
    unit: microseconds,
    reach: 1 / 0.75,
    aim: 1,
    needs: ["redis-benchmark"],
    contest: besideBareNode(bySixteen, cost)
  }
]
