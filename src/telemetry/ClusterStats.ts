/**
 * The numbers of all processes that serve one port together, so that INFO is the same whichever of them answers. How
 * a process gets those of the others: cli/serve/workers.
 */
import { Context, Effect, Number, Record, Schema, Struct } from "effect"
import type { CountsByName, Numbers } from "./Stats.ts"

/** The numbers of Stats that can be summed over processes. */
type Summable = Exclude<
  { [K in keyof Numbers]: Numbers[K] extends number ? K : never }[keyof Numbers],
  "port" | "startedAt"
>

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What a process has done. */
const counters = {
  connectionsReceived: Count,
  connectionsRejected: Count,
  commandsProcessed: Count,
  protocolErrors: Count,
  bytesReceived: Count,
  bytesSent: Count,
  authenticationFailures: Count,
  transfersCompleted: Count,
  transfersCut: Count
}

/** What a process has now, and nothing of once it has ended. */
const gauges = {
  maxClients: Count,
  connectedClients: Count,
  changeFollowers: Count,
  blockedClients: Count,
  pubsubChannels: Count,
  pubsubPatterns: Count,
  pubsubShardChannels: Count,
  eventStreams: Count,
  indexFolders: Count,
  indexBytes: Count
}

const counts = { ...counters, ...gauges } satisfies Record<Summable, typeof Count>

/** Counts by name. */
const Counts = Schema.Record(Schema.String, Count)

const Seconds = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** The numbers of one process, or the sums over several. */
export const Totals = Schema.Struct({
  ...counts,
  /** `Numbers.httpRequests`, by both in one text, such as `GET 200`. */
  httpRequests: Counts,
  /** As in `Numbers`. */
  respCommands: Counts,
  pickleCommands: Counts,
  /** `Numbers.durations`, by the upper bounds of their classes, and their sum in seconds. */
  durations: Counts,
  durationSeconds: Seconds,
  /** Of the processor, by the process and the system for it, in seconds. */
  cpuSeconds: Seconds,
  /** How many processes are summed. */
  workers: Count,
  /** How many of them are about to stop. */
  draining: Count,
  /** How many of them cannot reach what is shared. */
  storesGone: Count,
  /** The JavaScript heap in use, and the resident memory, in bytes. */
  heapUsed: Count,
  rss: Count
})
/** The numbers of one process, or the sums over several. */
export type Totals = typeof Totals.Type

/** The sum of totals, field by field. */
export const sum = Struct.makeReducer<Totals>({
  ...Record.map(
    Struct.omit(Totals.fields, ["httpRequests", "respCommands", "pickleCommands", "durations"]),
    () => Number.ReducerSum
  ),
  httpRequests: Record.makeReducerUnion(Number.ReducerSum),
  respCommands: Record.makeReducerUnion(Number.ReducerSum),
  pickleCommands: Record.makeReducerUnion(Number.ReducerSum),
  durations: Record.makeReducerUnion(Number.ReducerSum)
})

/** What a process that has ended still adds to the sums: its counters, but neither its connections nor its memory. */
export const afterEnd = (totals: Totals): Totals => ({
  ...totals,
  ...Record.map(gauges, () => 0),
  workers: 0,
  draining: 0,
  storesGone: 0,
  heapUsed: 0,
  rss: 0
})

/** The server as a whole, with all its processes. */
export const ClusterStats = Schema.Struct({
  totals: Totals,
  /** The process to send signals to: the supervisor, if there is one. */
  processId: Count,
  /** When the server began to serve, in milliseconds of domain/Monotonic. */
  startedAt: Schema.Int
})
/** The server as a whole, with all its processes. */
export type ClusterStats = typeof ClusterStats.Type

const httpRequestsOf = ({ httpRequests }: Numbers): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...httpRequests].flatMap(([method, counts]) =>
      [...counts].map(([status, count]) => [`${method} ${status}`, count])
    )
  )

const countsOf = (counts: CountsByName): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].map(([name, { count }]) => [name, count]))

/** The stats of this process alone. */
const ownStats = (stats: Numbers): ClusterStats => {
  const { heapUsed, rss } = process.memoryUsage()
  const { system, user } = process.cpuUsage()
  return {
    totals: {
      ...Struct.pick(stats, Record.keys(counts)),
      httpRequests: httpRequestsOf(stats),
      respCommands: countsOf(stats.respCommands),
      pickleCommands: countsOf(stats.pickleCommands),
      durations: { ...stats.durations.classes },
      durationSeconds: stats.durations.seconds,
      cpuSeconds: (user + system) / 1e6,
      workers: 1,
      draining: stats.draining ? 1 : 0,
      storesGone: stats.storeReachable ? 0 : 1,
      heapUsed,
      rss
    },
    processId: process.pid,
    startedAt: stats.startedAt
  }
}

/** How the stats of all processes are gathered, given those of this one. By default, this one is all there is. */
export const Gather = Context.Reference<(own: () => ClusterStats) => Effect.Effect<ClusterStats>>(
  "sockets/telemetry/ClusterStats/Gather",
  { defaultValue: () => Effect.sync }
)

/** The stats of the whole server, now; `stats` are this process's. */
export const makeClusterStats = (stats: Numbers): Effect.Effect<Effect.Effect<ClusterStats>> =>
  Effect.map(Gather, (gather) => gather(() => ownStats(stats)))
