/** `hora_atual`: the shortest answer there is, so that nothing but the way to it is measured. */
import { Effect, type Scope } from "effect"
import * as Files from "../Files.ts"
import { answersPerSecond, type Questions } from "../load/RedisBenchmark.ts"
import { app } from "../peers/App.ts"
import { bareNode } from "../peers/BareNode.ts"
import * as Redis from "../peers/Redis.ts"
import { commandsPerSecond, type Contest, type Row, type Scale, type Trouble } from "../Row.ts"

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

const besideRedis =
  (manner: Manner) =>
  (scale: Scale): Effect.Effect<Contest, Trouble, Scope.Scope> =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      const ours = yield* app(folder)
      const theirs = yield* Redis.redisWithTime(folder)
      const asked = questions(manner, scale)
      return {
        ours: answersPerSecond(ours, { ...asked, command: hora }),
        theirs: answersPerSecond(theirs, { ...asked, command: ["GET", "hora"] })
      }
    })

const besideBareNode =
  (manner: Manner) =>
  (scale: Scale): Effect.Effect<Contest, Trouble, Scope.Scope> =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      const asked = { ...questions(manner, scale), command: hora }
      return {
        ours: answersPerSecond(yield* app(folder), asked),
        theirs: answersPerSecond(yield* bareNode(folder), asked)
      }
    })

/**
 * A bare server makes the same system calls on the same V8, so that the machine has little say in the ratio of the
 * processors' times: a way that became a third longer is seen.
 */
const beside = 1.2

const bare = "bare `node:net` with the same parser"

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "time-50",
    what: "`hora_atual`, 50 connections",
    peer: "redis-server, `GET` of 8 bytes",
    unit: commandsPerSecond,
    reach: 0.95,
    aim: 1.1,
    processor: { reach: 1.3, aim: 1.1 },
    needs: Redis.programs,
    smoke: true,
    contest: besideRedis(oneByOne)
  },
  {
    name: "time-p16",
    what: "`hora_atual`, 50 connections, pipelined by 16",
    peer: "redis-server, `GET` of 8 bytes",
    unit: commandsPerSecond,
    reach: 0.85,
    aim: 1,
    processor: { reach: 1.15, aim: 1 },
    needs: Redis.programs,
    smoke: true,
    contest: besideRedis(bySixteen)
  },
  {
    name: "time-50-bare",
    what: "`hora_atual`, 50 connections",
    peer: bare,
    unit: commandsPerSecond,
    reach: 0.9,
    aim: 1,
    processor: { reach: 1 / 0.9, aim: 1, tolerance: beside },
    needs: ["redis-benchmark"],
    leastRounds: 5,
    smoke: true,
    contest: besideBareNode(oneByOne)
  },
  {
    name: "time-p16-bare",
    what: "`hora_atual`, 50 connections, pipelined by 16",
    peer: bare,
    unit: commandsPerSecond,
    reach: 0.75,
    aim: 1,
    processor: { reach: 1 / 0.75, aim: 1, tolerance: beside },
    needs: ["redis-benchmark"],
    leastRounds: 5,
    smoke: true,
    contest: besideBareNode(bySixteen)
  }
]
