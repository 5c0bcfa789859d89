/** wrk: many HTTP connections that each ask for another small file as soon as they are answered. */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import { flags, output, type Peer } from "../measure/Process.ts"
import { type Done, weigh } from "../measure/Processor.ts"
import { type Sample, Trouble } from "../Row.ts"

const script = fileURLToPath(new URL("random-files.lua", import.meta.url))

/** How is asked, and for so many seconds. */
interface Load {
  readonly connections: number
  readonly seconds: number
}

/** What is asked: files that `makeSmall` made, below `count`. */
export interface Asked extends Load {
  readonly count: number
  /** Whether each request has the fields that a browser sends. */
  readonly browser?: boolean
}

/** Asks; answers a second, and how many there were. */
const ask = (
  { host, port }: Address,
  { connections, seconds }: Load,
  path: string,
  words: ReadonlyArray<string>
): Effect.Effect<Done, Trouble> => {
  const load = flags({ "-t": 1, "-c": connections, "-d": `${seconds}s` })
  const all = [...load, ...words.slice(0, 2), `http://${host}:${port}${path}`, ...words.slice(2)]
  return Effect.flatMap(output("wrk", all, "/"), (printed) => {
    const perSecond = /^Requests\/sec:\s+([\d.]+)/m.exec(printed)?.[1]
    const requests = /^\s*(\d+) requests in /m.exec(printed)?.[1]
    return perSecond === undefined || requests === undefined || printed.includes("Non-2xx")
      ? Effect.fail(new Trouble({ message: `wrk printed ${printed}` }))
      : Effect.succeed({ figure: Number(perSecond), amount: Number(requests) })
  })
}

/** Asks for files; answers a second, and how many there were. */
export const askByWrk = (
  address: Address,
  { browser = false, count, ...load }: Asked
): Effect.Effect<Done, Trouble> =>
  ask(address, load, "/", ["-s", script, String(count), ...(browser ? ["browser"] : [])])

/** Asks for one path again and again: answers a second, and what one takes of the server. */
export const wrkPath = (peer: Peer, path: string, load: Load): Effect.Effect<Sample, Trouble> =>
  weigh(peer, ask(peer.address, load, path, []))

/** Answers a second, and what one takes of the server. */
export const wrk = (peer: Peer, asked: Asked): Effect.Effect<Sample, Trouble> =>
  weigh(peer, askByWrk(peer.address, asked))
