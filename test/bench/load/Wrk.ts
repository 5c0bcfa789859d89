/** wrk: many HTTP connections that each ask for another small file as soon as they are answered. */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import { flags, output, type Peer } from "../measure/Process.ts"
import { type Done, weigh } from "../measure/Processor.ts"
import { type Sample, Trouble } from "../Row.ts"

const script = fileURLToPath(new URL("random-files.lua", import.meta.url))

/** What is asked: files that `makeSmall` made, below `count`, for so many seconds. */
export interface Asked {
  readonly connections: number
  readonly count: number
  readonly seconds: number
  /** Whether each request has the fields that a browser sends. */
  readonly browser?: boolean
}

/** Asks; answers a second, and how many there were. */
export const askByWrk = (
  { host, port }: Address,
  { browser = false, connections, count, seconds }: Asked
): Effect.Effect<Done, Trouble> => {
  const words = [
    ...flags({ "-t": 1, "-c": connections, "-d": `${seconds}s`, "-s": script }),
    `http://${host}:${port}/`,
    String(count),
    ...(browser ? ["browser"] : [])
  ]
  return Effect.flatMap(output("wrk", words, "/"), (printed) => {
    const perSecond = /^Requests\/sec:\s+([\d.]+)/m.exec(printed)?.[1]
    const requests = /^\s*(\d+) requests in /m.exec(printed)?.[1]
    return perSecond === undefined || requests === undefined || printed.includes("Non-2xx")
      ? Effect.fail(new Trouble({ message: `wrk printed ${printed}` }))
      : Effect.succeed({ figure: Number(perSecond), amount: Number(requests) })
  })
}

/** Answers a second, and what one takes of the server. */
export const wrk = (peer: Peer, asked: Asked): Effect.Effect<Sample, Trouble> =>
  weigh(peer, askByWrk(peer.address, asked))
