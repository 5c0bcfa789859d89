/** wrk: many HTTP connections that each ask for another small file as soon as they are answered. */
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../../src/domain/Address.ts"
import { flags, output } from "../measure/Process.ts"
import { Trouble } from "../Row.ts"

const script = fileURLToPath(new URL("random-files.lua", import.meta.url))

/** Asks for files that `makeSmall` made, below `count`, for so many seconds; answers a second. */
export const wrk = (
  { host, port }: Address,
  {
    connections,
    count,
    seconds,
    browser = false
  }: {
    readonly connections: number
    readonly count: number
    readonly seconds: number
    /** Whether each request has the fields that a browser sends. */
    readonly browser?: boolean
  }
): Effect.Effect<number, Trouble> => {
  const words = [
    ...flags({ "-t": 1, "-c": connections, "-d": `${seconds}s`, "-s": script }),
    `http://${host}:${port}/`,
    String(count),
    ...(browser ? ["browser"] : [])
  ]
  return Effect.flatMap(output("wrk", words, "/"), (printed) => {
    const perSecond = /^Requests\/sec:\s+([\d.]+)/m.exec(printed)?.[1]
    return perSecond === undefined || printed.includes("Non-2xx")
      ? Effect.fail(new Trouble({ message: `wrk printed ${printed}` }))
      : Effect.succeed(Number(perSecond))
  })
}
