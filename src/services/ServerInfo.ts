/** The text of INFO: the server's statistics by section, in the form that monitoring tools for Redis read (redis.io, INFO). */
import { Cache, Clock, Duration, Effect, Exit, Option, Stream } from "effect"
import * as Monotonic from "../domain/Monotonic.ts"
import type { StoreUnavailable } from "../domain/Errors.ts"
import type { FileName } from "../domain/FileName.ts"
import type { Numbers } from "../telemetry/Stats.ts"
import { type Changes, FileChanges } from "./files/FileChanges.ts"
import type { FileStore, KnownCount } from "./files/FileStore.ts"
import { makeClusterStats, type ClusterStats, type Totals } from "../telemetry/ClusterStats.ts"

type Fields = ReadonlyArray<readonly [key: string, value: string | number]>

/** Tools choose their commands by this version. It is that of the Redis with which our replies were compared. */
const redisVersion = "7.0.15"

/** A size in bytes as Redis writes it, such as `1.39M` (util.c, bytesToHuman). */
export const human = (bytes: number): string => {
  let value = bytes
  let unit = "B"
  for (const larger of ["K", "M", "G", "T", "P"]) {
    if (value < 1024) break
    value /= 1024
    unit = larger
  }
  return unit === "B" ? `${bytes}B` : `${value.toFixed(2)}${unit}`
}

const memorySection = ({ heapUsed, indexBytes, indexFolders, rss }: Totals): Fields => [
  ["used_memory", heapUsed],
  ["used_memory_human", human(heapUsed)],
  ["used_memory_rss", rss],
  ["used_memory_rss_human", human(rss)],
  ["index_folders", indexFolders],
  ["index_bytes", indexBytes],
  ["index_bytes_human", human(indexBytes)],
  ["maxmemory", 0],
  ["maxmemory_human", human(0)],
  ["maxmemory_policy", "noeviction"]
]

const changesSection = (changes: Changes, { changeFollowers }: Totals): Fields => [
  ["changes_source", changes.source()],
  ["changes_epoch", changes.epoch],
  ["changes_told", changes.last().sequence],
  ["changes_log_length", changes.length()],
  ["changes_log_bytes", changes.held()],
  ["changes_watches", changes.watches()],
  ["changes_followers", changeFollowers]
]

/** The sections that cost nothing to compute, in Redis's order, and ours behind them. */
const sections = (
  stats: Numbers,
  changes: Changes,
  { processId, startedAt, totals }: ClusterStats,
  wall: number,
  now: number
): ReadonlyMap<string, Fields> => {
  const uptime = Math.max(0, Math.floor((now - startedAt) / 1000))
  return new Map<string, Fields>([
    [
      "Server",
      [
        ["redis_version", redisVersion],
        ["sockets_version", stats.version],
        ["redis_mode", "standalone"],
        ["os", process.platform],
        ["arch_bits", 64],
        ["process_id", processId],
        ["workers", totals.workers],
        ["tcp_port", stats.port],
        ["server_time_usec", wall * 1000],
        ["uptime_in_seconds", uptime],
        ["uptime_in_days", Math.floor(uptime / 86_400)]
      ]
    ],
    [
      "Clients",
      [
        ["connected_clients", totals.connectedClients],
        ["maxclients", totals.maxClients],
        ["blocked_clients", totals.blockedClients]
      ]
    ],
    ["Memory", memorySection(totals)],
    // Clients wait until `loading` is 0 (ioredis: the ready check).
    ["Persistence", [["loading", 0]]],
    [
      "Stats",
      [
        ["total_connections_received", totals.connectionsReceived],
        ["total_commands_processed", totals.commandsProcessed],
        ["total_net_input_bytes", totals.bytesReceived],
        ["total_net_output_bytes", totals.bytesSent],
        ["rejected_connections", totals.connectionsRejected],
        ["pubsub_channels", totals.pubsubChannels],
        ["pubsub_patterns", totals.pubsubPatterns],
        ["pubsubshard_channels", totals.pubsubShardChannels],
        ["protocol_errors", totals.protocolErrors]
      ]
    ],
    [
      "Replication",
      [
        ["role", "master"],
        ["connected_slaves", 0]
      ]
    ],
    ["Changes", changesSection(changes, totals)]
  ])
}

/** How many files are described at a time; more would only queue in Node's four threads. */
const describeConcurrency = 8

/** After how many of them others get their turn: each takes a system call or two in the program's own thread. */
const describedPerTurn = 64

/** How long the count of the files is cached: monitoring tools ask every few seconds. */
const filesAge = Duration.minutes(1)

/** How many files there are, and their bytes. A file that vanishes in the meantime is not counted. */
const files = (store: FileStore["Service"]): Effect.Effect<Fields, StoreUnavailable> =>
  Effect.suspend(() => {
    let count = 0
    let bytes = 0
    const add = (name: FileName) =>
      Effect.map(Effect.option(store.describe(name)), (found) => {
        if (Option.isNone(found)) return
        count += 1
        bytes += found.value.size
      })
    return store.names.pipe(
      Stream.rechunk(describedPerTurn),
      Stream.runForEachArray((names) =>
        Effect.andThen(
          Effect.forEach(names, add, { concurrency: describeConcurrency, discard: true }),
          Effect.yieldNow
        )
      ),
      Effect.map((): Fields => [
        ["files", count],
        ["files_bytes", bytes],
        ["files_bytes_human", human(bytes)]
      ])
    )
  })

/** As Redis writes how many keys it has: nothing where there are none or nobody knows, or where the store cannot be asked. */
const keyspace = (
  counted: Effect.Effect<number | undefined, StoreUnavailable>
): Effect.Effect<Fields> =>
  Effect.match(counted, {
    onFailure: () => [],
    onSuccess: (count = 0) => (count === 0 ? [] : [["db0", `keys=${count},expires=0,avg_ttl=0`]])
  })

/** The later of two counts. */
const newest = (
  one: KnownCount | undefined,
  other: KnownCount | undefined
): KnownCount | undefined =>
  one === undefined || (other !== undefined && other.at > one.at) ? other : one

const write = ([title, fields]: readonly [string, Fields]): string =>
  `# ${title}\r\n${fields.map(([key, value]) => `${key}:${value}\r\n`).join("")}`

/** Makes the text of INFO. */
export interface ServerInfo {
  /**
   * The text of the sections `asked` for, in any case, each once. Without any, as with `default`, of all but
   * Keyspace, which counts the files, and Files, which describes each: clients ask for INFO as they connect, and wait for
   * it. `all` and `everything`, for which exporters ask every few seconds, have Keyspace with what is known without a walk
   * over the files; Files is told only by its name. An unknown section is empty, as in Redis.
   */
  readonly describe: (asked: ReadonlyArray<string>) => Effect.Effect<string, StoreUnavailable>
  /** The memory of all processes of the server, in bytes. */
  readonly memory: Effect.Effect<Pick<Totals, "heapUsed" | "rss">>
}

/** INFO of the server with these statistics and these files. */
export const makeServerInfo = (
  stats: Numbers,
  store: FileStore["Service"]
): Effect.Effect<ServerInfo> =>
  Effect.gen(function* () {
    const clusterStats = yield* makeClusterStats(stats)
    const changes = yield* FileChanges
    const known = Effect.map(store.knownCount, (counted) => newest(counted, changes.files())?.names)
    const described = yield* Cache.makeWith((_: "files") => Monotonic.withWallClock(files(store)), {
      capacity: 1,
      timeToLive: (exit) => (Exit.isSuccess(exit) ? filesAge : Duration.zero)
    })
    return {
      memory: Effect.map(clusterStats, ({ totals }) => totals),
      describe: Effect.fnUntraced(function* (asked: ReadonlyArray<string>) {
        const wanted = new Set(asked.map((section) => section.toLowerCase()))
        const everything = wanted.has("all") || wanted.has("everything")
        const standard = everything || wanted.size === 0 || wanted.has("default")
        const cluster = yield* clusterStats
        const chosen = [
          ...sections(stats, changes, cluster, yield* Clock.currentTimeMillis, yield* Monotonic.now)
        ].filter(([title]) => standard || wanted.has(title.toLowerCase()))
        const counted = wanted.has("keyspace") ? store.count : everything ? known : undefined
        if (counted !== undefined) chosen.push(["Keyspace", yield* keyspace(counted)])
        if (wanted.has("files")) {
          chosen.push(["Files", yield* Monotonic.withoutWallClock(Cache.get(described, "files"))])
        }
        return chosen.map(write).join("\r\n")
      })
    }
  })
