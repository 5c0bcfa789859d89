/**
 * The routes of what tools for Redis ask: of a file as a key, from the store; of the server, what an empty Redis that
 * only reads answers.
 */
import { Effect } from "effect"
import type { TagOf } from "../commands/Command.ts"
import * as CommandTable from "../commands/CommandTable.ts"
import type { inspectionCommands } from "../commands/InspectionCommands.ts"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument } from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import type { FileDetails, FileStore } from "../services/files/FileStore.ts"
import type { ServerInfo } from "../services/ServerInfo.ts"
import { integer, requireName, type Routes } from "./Route.ts"

/** A query declared in InspectionCommands. */
export type InspectionQuery = TagOf<"query"> & keyof typeof inspectionCommands

const missing = Reply.Reply.Null()
const empty = Reply.Reply.List({ items: [] })
const zero = integer(0)

/** object.c, objectCommand. */
const frequencyNotTracked = Reply.error(
  new BadArgument({
    text: sentence("frequencyNotTracked")
  })
)
/** cluster.c, clusterCommand. */
const noCluster = Reply.error(new BadArgument({ text: sentence("noCluster") }))
/** object.c, memoryCommand, where Redis is built without jemalloc. */
const noAllocatorStats = Reply.text("Stats not supported for the current allocator")
const noProblems = Reply.text("Nenhum problema de memória.")
const noLatencies = Reply.text("Nenhuma demora medida.")

/** latency.c, latencyCommand. */
const noSamples = ({ event }: { readonly event: ByteString.ByteString }): Reply.Reply =>
  Reply.error(new BadArgument({ text: sentence("noSamples", ByteString.printable(event)) }))

const user = Reply.text("default")
const role = Reply.Reply.List({ items: [Reply.text("master"), zero, empty] })

/** The routes over a store of files, and what is known of the server. */
export const makeInspectionRoutes = (
  store: FileStore["Service"],
  serverInfo: ServerInfo
): Routes<InspectionQuery> => {
  /** What `reply` makes of a file's details, or `absent` where there is no such file. */
  const ofFile =
    (reply: (details: FileDetails) => Reply.Reply, absent: Reply.Reply = missing) =>
    ({ name }: { readonly name: ByteString.ByteString }) =>
      Effect.flatMap(requireName(name), store.describe).pipe(
        Effect.map(reply),
        Effect.catchTag("FileNotFound", () => Effect.succeed(absent))
      )
  const always = (reply: Reply.Reply) => () => reply
  /** Those of Redis's fields that there are here. */
  const memoryStats = Effect.gen(function* () {
    const { heapUsed, rss } = yield* serverInfo.memory
    const fields: ReadonlyArray<readonly [string, number]> = [
      ["total.allocated", heapUsed],
      ["keys.count", yield* store.count],
      ["allocator.allocated", heapUsed],
      ["allocator.resident", rss]
    ]
    return Reply.dictionary(fields.map(([name, value]) => [name, integer(value)]))
  })
  const helpOf = (container: string) => () => CommandTable.helpOf(container)

  return {
    TimeToLive: ofFile(always(integer(-1)), integer(-2)),
    ObjectEncoding: ofFile(always(Reply.text("raw"))),
    ObjectFrequency: ofFile(always(frequencyNotTracked)),
    ObjectIdleTime: ofFile(always(zero)),
    ObjectReferences: ofFile(always(integer(1))),
    ObjectHelp: helpOf("object"),
    MemoryUsage: ofFile(({ size }) => integer(size)),
    MemoryDoctor: always(noProblems),
    MemoryStats: () => memoryStats,
    MemoryAllocator: always(noAllocatorStats),
    MemoryPurge: always(Reply.ok),
    MemoryHelp: helpOf("memory"),
    LatencyLatest: always(empty),
    LatencyHistory: always(empty),
    LatencyHistogram: always(Reply.Reply.Dictionary({ entries: [] })),
    LatencyGraph: noSamples,
    LatencyDoctor: always(noLatencies),
    LatencyReset: always(zero),
    LatencyHelp: helpOf("latency"),
    SlowlogGet: always(empty),
    SlowlogLength: always(zero),
    SlowlogReset: always(Reply.ok),
    SlowlogHelp: helpOf("slowlog"),
    Cluster: always(noCluster),
    ClusterHelp: helpOf("cluster"),
    AclWhoAmI: always(user),
    AclUsers: always(Reply.Reply.List({ items: [user] })),
    AclHelp: helpOf("acl"),
    ModuleList: always(empty),
    ModuleHelp: helpOf("module"),
    Role: always(role)
  }
}
