/**
 * The numbers of a running server, in a plain mutable object, because counting must cost next to nothing. Files in
 * server/ and the stores write them; routes/ServerRoutes and services/ServerInfo read them.
 */
import { Context, Effect, Layer } from "effect"
import { emptyHistogram, type Histogram } from "./Histogram.ts"

/** How often each of them came. Numbers by name V8 would look up twice to count one. */
export type CountsByName = Map<string, { count: number }>

/** The numbers of one process of a server. Counters begin at 0 when it starts. */
export interface Numbers {
  /** The server's version, such as `1.2.3`. */
  version: string
  /** The port it listens on, 0 until it does. */
  port: number
  /** When it began to listen, by Monotonic. */
  startedAt: number
  /** Whether it is about to stop; then PING answers with an error. */
  draining: boolean
  /** Whether the shared folder exists, or the bucket answers; if not, PING answers with an error. */
  storeReachable: boolean
  /** The limit of open connections, 0 for none. */
  maxClients: number
  /** Connections that are open now. */
  connectedClients: number
  /** Connections accepted, rejected ones included. */
  connectionsReceived: number
  /** Connections closed at once because there were too many. */
  connectionsRejected: number
  /** How many wait for a change of the files now. */
  changeFollowers: number
  /** Connections that wait in XREAD BLOCK now. */
  blockedClients: number
  /** Different channels, patterns and channels of shards that connections follow now (server/subscriptions/Registry). */
  pubsubChannels: number
  pubsubPatterns: number
  pubsubShardChannels: number
  /** Requests that were commands, those answered with an error included. */
  commandsProcessed: number
  /** Connections closed because of a malformed request. */
  protocolErrors: number
  bytesReceived: number
  bytesSent: number
  /** Wrong passwords that were given, in any protocol. */
  authenticationFailures: number
  /** Bodies, mostly of files, that were sent to their end, and that were cut off. */
  transfersCompleted: number
  transfersCut: number
  /** Streams of changes that are open now (http/events). */
  eventStreams: number
  /** Folders whose names are in memory now, and what they take, in bytes (services/files/directory/index). */
  indexFolders: number
  indexBytes: number
  /** Commands of RESP and of pickle, by their tag in code. */
  readonly respCommands: CountsByName
  readonly pickleCommands: CountsByName
  /** From a request to its reply, or to the end of the body that was read for it; of requests that took an effect only. */
  readonly durations: Histogram
  /**
   * Requests of HTTP, by their method, and those by the status of the response (`countHttp`). Not by a text of both,
   * made for each: as the name of a property V8 looks it up among all names of the program, 1 % of the time of a small file.
   */
  readonly httpRequests: Map<string, Map<number, number>>
}

/** Counts a command of RESP or of pickle. */
export const countCommand = (stats: Numbers, isPickle: boolean, tag: string): void => {
  stats.commandsProcessed += 1
  const counts = isPickle ? stats.pickleCommands : stats.respCommands
  const counted = counts.get(tag)
  if (counted === undefined) counts.set(tag, { count: 1 })
  else counted.count += 1
}

/** The methods that are counted by their names; strangers choose the names of others. */
const countedMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "POST",
  "PUT",
  "DELETE"
])

/** Counts a request of HTTP; the method of one that is not known is `other`. */
export const countHttp = ({ httpRequests }: Numbers, method: string, status: number): void => {
  const name = countedMethods.has(method) ? method : "other"
  const counts = httpRequests.get(name) ?? new Map<number, number>()
  httpRequests.set(name, counts.set(status, (counts.get(status) ?? 0) + 1))
}

/**
 * The same effect, counted under `name` while it runs. A fiber may be interrupted between any two steps of it: then it
 * was counted and is counted out, or neither.
 */
export const whileCounted = <A, E, R>(
  stats: Numbers,
  name: "blockedClients" | "changeFollowers",
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => void (stats[name] += 1)),
    () => effect,
    () => Effect.sync(() => void (stats[name] -= 1))
  )

/** The numbers of one server. */
export class Stats extends Context.Service<Stats, Numbers>()("sockets/telemetry/Stats") {
  /** All counters 0, not draining, store reachable. */
  static readonly layer = Layer.sync(Stats, () => ({
    version: "",
    port: 0,
    startedAt: 0,
    draining: false,
    storeReachable: true,
    maxClients: 0,
    connectedClients: 0,
    connectionsReceived: 0,
    connectionsRejected: 0,
    changeFollowers: 0,
    blockedClients: 0,
    pubsubChannels: 0,
    pubsubPatterns: 0,
    pubsubShardChannels: 0,
    commandsProcessed: 0,
    protocolErrors: 0,
    bytesReceived: 0,
    bytesSent: 0,
    authenticationFailures: 0,
    transfersCompleted: 0,
    transfersCut: 0,
    eventStreams: 0,
    indexFolders: 0,
    indexBytes: 0,
    respCommands: new Map(),
    pickleCommands: new Map(),
    durations: emptyHistogram(),
    httpRequests: new Map()
  }))
}
