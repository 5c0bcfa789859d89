/** Measures what requests and held connections cost servers. What is asked: Requests and its kin; the figures: main. */
import { once } from "node:events"
import type { Holding } from "./Holdings.ts"
import {
  ask,
  type Cost,
  type MeasuredServer,
  open,
  openSecure,
  sendUnread
} from "./MeasuredServer.ts"
import type { CostlyRequest, Face } from "./Requests.ts"

/** Starts a server of its own, with these flags and this environment. */
export type Start = (
  options?: ReadonlyArray<string>,
  env?: Readonly<Record<string, string>>,
  nodeOptions?: ReadonlyArray<string>
) => Promise<MeasuredServer>

/** Something that costs a server. */
export type Work = (server: MeasuredServer) => Promise<Cost>

/** What something costs. */
export interface Measured {
  /** When it is the first that a server is asked: nothing is compiled, read or kept. */
  readonly first: Cost
  /** When it was asked before. */
  readonly again: Cost
  /** The memory it needs over what is held and cached, in bytes. */
  readonly needed: number
}

/** Each is asked again so often at most, and the least is told: what else the machine does can only add to it. */
const rounds = 5

/** The memory is told of the least of so many at most: now and then a thread of V8's is late to return what is free. */
const collectedRounds = 3

/** A first asking needs a server of its own, so it is repeated, so often at most, only while it is over the limit. */
const firsts = 4

const least = (costs: ReadonlyArray<Cost>): Cost => ({
  longestTurn: Math.min(...costs.map(({ longestTurn }) => longestTurn)),
  processor: Math.min(...costs.map(({ processor }) => processor)),
  memory: Math.min(...costs.map(({ memory }) => memory))
})

/** Asks a request on a connection of its own. */
export const asking =
  (face: Face, { bytes }: CostlyRequest): Work =>
  async (server) => {
    const socket = await open(server.port)
    const request = bytes()
    const cost = await server.cost(() => ask(socket, request, face))
    socket.destroy()
    return cost
  }

/** What work costs that a server was asked for before; no more is asked once `isEnough` says so. */
export const measureAgain = async (
  server: MeasuredServer,
  work: Work,
  isEnough: (cost: Cost) => boolean
): Promise<Cost> => {
  const costs: Array<Cost> = []
  for (let round = 0; round < rounds; round++) {
    costs.push(await work(server))
    if (isEnough(least(costs))) break
  }
  return least(costs)
}

/**
 * The memory that work needs of a server started with `frugal`: what it takes over what is left once all garbage is
 * collected. It was asked before, so that what is cached (`--cache`) is held already, unless the answer itself is kept. No
 * more is asked once `isEnough` says so.
 */
export const measureMemory = async (
  server: MeasuredServer,
  work: Work,
  isEnough: (memory: number) => boolean,
  isKept = false
): Promise<number> => {
  let least = Number.POSITIVE_INFINITY
  if (!isKept) await work(server)
  for (let round = 0; round < (isKept ? 1 : collectedRounds); round++) {
    await server.collect()
    least = Math.min(least, (await work(server)).memory)
    if (isEnough(least)) break
  }
  return least
}

/** What work costs that is the first that a server does; the least of few tries, one where that is within the limits. */
export const measureFirst = async (
  start: Start,
  work: Work,
  isWithin: (cost: Cost) => boolean
): Promise<Cost> => {
  const costs: Array<Cost> = []
  for (let round = 0; round < firsts; round++) {
    const server = await start()
    try {
      costs.push(await work(server))
    } finally {
      await server.stop()
    }
    if (isWithin(least(costs))) break
  }
  return least(costs)
}

/** Holds `count` connections as the holding says, and tells what memory each takes, in bytes. */
export const measureHolding = async (
  start: Start,
  { count, isSecure, password, sends }: Holding
): Promise<number> => {
  const server = await start([], password === undefined ? {} : { APP_PASSWORD: password })
  try {
    const opening = isSecure === true ? openSecure : open
    await server.collect()
    const before = server.memory()
    const sockets = []
    for (let index = 0; index < count; index++) {
      const socket = await opening(server.port)
      if (sends !== "") await sendUnread(socket, sends)
      sockets.push(socket)
    }
    // What is held is held once the server has read all that was sent: whoever comes last is answered after them. What was
    // read is let go of, or written, a moment later; what is held then is what stays.
    const last = await opening(server.port)
    last.write("PING\r\n")
    await once(last, "data")
    await server.rest()
    await server.collect()
    const held = (server.memory() - before) / count
    for (const socket of [...sockets, last]) socket.destroy()
    return Math.max(0, held)
  } finally {
    await server.stop()
  }
}
