/** The metrics as Prometheus's own tool judges them, and that they are the server's numbers. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { Context, Effect, Layer } from "effect"
import { metricsText } from "../../../src/http/metrics/Metrics.ts"
import { makeClusterStats, sum, type Totals } from "../../../src/telemetry/ClusterStats.ts"
import { observe } from "../../../src/telemetry/Histogram.ts"
import { countCommand, countHttp, type Numbers, Stats } from "../../../src/telemetry/Stats.ts"
import { recorderOf } from "../../support/values/Changes.ts"

const textOf = (change: (stats: Numbers) => void) =>
  Effect.gen(function* () {
    const stats = Context.get(yield* Layer.build(Stats.layer), Stats)
    change(stats)
    const cluster = yield* yield* makeClusterStats(stats)
    return metricsText(stats, cluster, {
      now: 1_700_000_000_000,
      monotonic: 61_000,
      commandName: (tag) => tag.toLowerCase(),
      changes: recorderOf().changes
    })
  })

const everything = (stats: Numbers) => {
  stats.version = '1.2.3-"\\\n'
  stats.startedAt = 1000
  stats.connectedClients = 3
  stats.authenticationFailures = 2
  stats.storeReachable = false
  countCommand(stats, false, "SendFile")
  countCommand(stats, false, "SendFile")
  countCommand(stats, true, "Time")
  countHttp(stats, "GET", 206)
  countHttp(stats, "BREW", 405)
  for (const seconds of [0.0005, 0.001, 0.02, 7, 9999]) observe(stats.durations, seconds)
}

describe("the metrics", () => {
  for (const [when, change] of [
    ["of a new server", () => {}],
    ["of one that was asked", everything]
  ] as const) {
    it.effect(`${when} are what promtool check metrics finds no fault with`, () =>
      Effect.gen(function* () {
        const input = yield* textOf(change)
        const { error, status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], {
          input
        })
        assert.isUndefined(error)
        assert.deepStrictEqual([status, String(stdout) + String(stderr)], [0, ""])
      })
    )
  }

  it.effect("tell of a store that is gone, or a stop, in any process, whichever answers", () =>
    Effect.gen(function* () {
      const own = Context.get(yield* Layer.build(Stats.layer), Stats)
      const other = { ...own, draining: true, storeReachable: false }
      const [one, both] = [
        yield* yield* makeClusterStats(own),
        yield* yield* makeClusterStats(other)
      ]
      const circumstances = {
        now: 0,
        monotonic: 0,
        commandName: (tag: string) => tag,
        changes: recorderOf().changes
      }
      const told = (totals: Totals) =>
        metricsText(own, { ...one, totals }, circumstances)
          .split("\n")
          .filter((line) => /^sockets_(draining|store_up) /.test(line))
      assert.deepStrictEqual(told(one.totals), ["sockets_draining 0", "sockets_store_up 1"])
      assert.deepStrictEqual(told(sum.combine(one.totals, both.totals)), [
        "sockets_draining 1",
        "sockets_store_up 0"
      ])
    })
  )

  it.effect("are the server's numbers, by name, protocol, method and status", () =>
    Effect.gen(function* () {
      const lines = (yield* textOf(everything)).split("\n")
      for (const line of [
        'sockets_build_info{version="1.2.3-\\"\\\\\\n"} 1',
        "sockets_connections 3",
        'sockets_commands_total{protocol="resp",command="sendfile"} 2',
        'sockets_commands_total{protocol="pickle",command="time"} 1',
        'sockets_http_requests_total{method="GET",code="206"} 1',
        'sockets_http_requests_total{method="other",code="405"} 1',
        "sockets_authentication_failures_total 2",
        "sockets_store_up 0",
        "sockets_draining 0",
        'sockets_request_duration_seconds_bucket{le="0.001"} 2',
        'sockets_request_duration_seconds_bucket{le="0.05"} 3',
        'sockets_request_duration_seconds_bucket{le="1800"} 4',
        'sockets_request_duration_seconds_bucket{le="+Inf"} 5',
        "sockets_request_duration_seconds_count 5",
        "process_start_time_seconds 1699999940"
      ])
        assert.include(lines, line)
    })
  )
})
