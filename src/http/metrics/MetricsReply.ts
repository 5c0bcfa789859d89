/** What `/-/metrics` answers. Who may ask is Access's affair. */
import { Effect } from "effect"
import { fieldLine } from "../../codec/http/ResponseHead.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { makeClusterStats } from "../../telemetry/ClusterStats.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import type { Numbers } from "../../telemetry/Stats.ts"
import { type Response, textBody } from "../Response.ts"
import { mediaType } from "./Exposition.ts"
import { type Circumstances, metricsText } from "./Metrics.ts"

/** The response of the server with these numbers, made anew each time; `now` is the time of day in milliseconds. */
export const makeMetricsReply = (
  stats: Numbers,
  changes: Changes,
  now: () => number,
  commandName: Circumstances["commandName"]
): Effect.Effect<Effect.Effect<Response>> =>
  Effect.gen(function* () {
    const clusterStats = yield* makeClusterStats(stats)
    return Effect.gen(function* () {
      const cluster = yield* clusterStats
      const monotonic = yield* Monotonic.now
      const response: Response = {
        status: 200,
        fields: `${fieldLine("Content-Type", mediaType)}Cache-Control: no-store\r\n`,
        body: textBody(
          metricsText(stats, cluster, {
            now: now(),
            monotonic,
            commandName,
            changes
          })
        )
      }
      return response
    })
  })
