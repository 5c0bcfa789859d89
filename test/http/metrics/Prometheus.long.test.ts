/** A real Prometheus scrapes two workers for a minute: each scrape succeeds, and no counter falls. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fetchRaw } from "../../support/peers/Http.ts"
import { App } from "../../support/programs/App.ts"
import { freePort } from "../../support/programs/FreePort.ts"
import { start } from "../../support/programs/Programs.ts"
import { serve } from "../../support/programs/Workers.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

/** The value of an expression that has one sample, if it has one already. */
const query = (prometheus: string, expression: string) =>
  Effect.promise(async () => {
    const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const [, value] = /"value":\[[^,]*,"([^"]*)"\]/.exec(await answer.text()) ?? []
    return value === undefined ? undefined : Number(value)
  })

const scrapes = 60

layer(App.layer, { timeout: "1 minute" })("Prometheus", (it) => {
  it.effect("scrapes two workers for a minute, and sees no counter fall", () =>
    Effect.gen(function* () {
      const { address } = yield* serve({ cwd: yield* folderWith({ "DB/a.txt": "um" }) })
      const folder = yield* temporaryFolder
      const port = yield* freePort()
      const file = join(folder, "prometheus.yml")
      writeFileSync(
        file,
        `scrape_configs:
  - job_name: app
    scrape_interval: 1s
    metrics_path: /-/metrics
    static_configs: [{ targets: ["${address.host}:${address.port}"] }]
`
      )
      yield* start("prometheus", [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`
      ])
      const prometheus = `http://127.0.0.1:${port}`
      const scraped = Effect.gen(function* () {
        yield* fetchRaw(address, "/a.txt")
        const count = yield* query(prometheus, "count_over_time(up[5m])")
        return (count ?? 0) >= scrapes
      })
      yield* TestClock.withLive(
        scraped.pipe(
          Effect.sandbox,
          Effect.orElseSucceed(() => false),
          Effect.repeat({ until: (done) => done, schedule: Schedule.spaced("500 millis") })
        )
      )
      assert.strictEqual(yield* query(prometheus, "min_over_time(up[5m])"), 1)
      for (const expression of [
        "sum(resets(sockets_http_requests_total[5m]))",
        "sum(resets(sockets_sent_bytes_total[5m]))",
        "sum(resets(sockets_request_duration_seconds_bucket[5m]))"
      ])
        assert.strictEqual(yield* query(prometheus, expression), 0, expression)
      assert.isAbove(
        (yield* query(prometheus, 'sum(sockets_http_requests_total{code="200"})')) ?? 0,
        scrapes
      )
      assert.strictEqual(yield* query(prometheus, "sockets_workers"), 2)
    })
  )
})
