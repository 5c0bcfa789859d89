/**
 * The numbers of all processes that serve one port together, so that INFO tells the same whichever of them is asked.
 * How one process asks the others is not known here.
 */
import { Context, Effect, Number, Record, Schema, Struct } from "effect"
import type { Numbers } from "./Stats.ts"

/** The numbers of a server that add up over its processes. */
type Summable = Exclude<
  { [K in keyof Numbers]: Numbers[K] extends number ? K : never }[keyof Numbers],
  "port" | "startedAt"
>

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const counts = {
  maxClients: Count,
  connectedClients: Count,
  connectionsReceived: Count,
  connectionsRejected: Count,
  commandsProcessed: Count,
  protocolErrors: Count,
  bytesReceived: Count,
  bytesSent: Count
} satisfies Record<Summable, typeof Count>

/** What one process has to tell, or several add up to. */
export const Totals = Schema.Struct({
  ...counts,
  /** How many processes are counted in. */
  workers: Count,
  /** The JavaScript heaps in use, and the memory that the system has given, in bytes. */
  heapUsed: Count,
  rss: Count
})
export type Totals = typeof Totals.Type

/** Adds them up. */
export const sum = Struct.makeReducer<Totals>(Record.map(Totals.fields, () => Number.ReducerSum))

/** What still counts of a process that is gone: what it did, and nothing of what it was. */
export const afterEnd = (totals: Totals): Totals => ({
  ...totals,
  workers: 0,
  maxClients: 0,
  connectedClients: 0,
  heapUsed: 0,
  rss: 0
})

/** The server as a whole. */
export const Together = Schema.Struct({
  totals: Totals,
  /** The process to send signals to. */
  processId: Count,
  /** When it began to serve, by Monotonic. */
  startedAt: Schema.Int
})
export type Together = typeof Together.Type

/** This process alone. */
const alone = (stats: Numbers): Together => {
  const { heapUsed, rss } = process.memoryUsage()
  return {
    totals: { ...Struct.pick(stats, Record.keys(counts)), workers: 1, heapUsed, rss },
    processId: process.pid,
    startedAt: stats.startedAt
  }
}

/** From what a process tells of itself to what all tell together: the same, where there is but one. */
export const Gather = Context.Reference<(own: () => Together) => Effect.Effect<Together>>(
  "sockets/services/Totals/Gather",
  { defaultValue: () => Effect.sync }
)

/** Tells of the server as a whole, of whose processes `stats` are one's. */
export const makeTogether = (stats: Numbers): Effect.Effect<Effect.Effect<Together>> =>
  Effect.map(Gather, (gather) => gather(() => alone(stats)))
