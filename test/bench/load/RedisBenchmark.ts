/** redis-benchmark: many connections that each ask again as soon as they are answered. */
import { Effect } from "effect"
import type { Address } from "../../../src/domain/Address.ts"
import { flags, output, type Peer } from "../measure/Process.ts"
import { weigh } from "../measure/Processor.ts"
import { type Sample, Trouble } from "../Row.ts"

/** What is asked, and how. */
export interface Questions {
  readonly command: ReadonlyArray<string>
  readonly connections: number
  readonly requests: number
  /** How many requests a connection sends before it waits. */
  readonly pipeline?: number
  /** `__rand_int__` in the command is a number below this. */
  readonly random?: number
}

/** What came of it. */
export interface Answers {
  readonly perSecond: number
  /** The time of an answer that 99 of 100 keep below, in milliseconds. */
  readonly p99: number
}

/** Columns of its CSV: test, rps, average, minimum, p50, p95, p99 and maximum latency in milliseconds. */
const line = /^"[^"]*","([\d.]+)","[\d.]+","[\d.]+","[\d.]+","[\d.]+","([\d.]+)"/m

/** Asks a server. */
export const redisBenchmark = (
  { host, port }: Address,
  { command, connections, pipeline = 1, random, requests }: Questions
): Effect.Effect<Answers, Trouble> => {
  const words = [
    "--csv",
    ...flags({ "-h": host, "-p": port, "-c": connections, "-n": requests, "-P": pipeline }),
    ...(random === undefined ? [] : ["-r", String(random)]),
    ...command
  ]
  return Effect.flatMap(output("redis-benchmark", words, "/"), (printed) => {
    const [, perSecond, p99] = line.exec(printed) ?? []
    return perSecond === undefined
      ? Effect.fail(new Trouble({ message: `redis-benchmark printed ${printed}` }))
      : Effect.succeed({ perSecond: Number(perSecond), p99: Number(p99) })
  })
}

/** Answers a second, and what one takes of the server's processors. */
export const answersPerSecond = (peer: Peer, asked: Questions): Effect.Effect<Sample, Trouble> =>
  weigh(
    peer,
    Effect.map(redisBenchmark(peer.address, asked), ({ perSecond }) => ({
      figure: perSecond,
      amount: asked.requests
    }))
  )
