/** `/-/metrics` of a running server: what it counted, and who is told. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { fetchRaw } from "../../support/peers/Http.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { App } from "../../support/programs/App.ts"
import { serveFolder } from "../../support/programs/TestServer.ts"
import { serve } from "../../support/programs/Workers.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { request } from "../../support/values/Bytes.ts"

/** The samples of a scrape, by name and labels. */
const samplesOf = (text: string) =>
  new Map(
    [...text.matchAll(/^(\w+(?:\{[^}]*\})?) (.+)$/gm)].map(([, name = "", value]) => [
      name,
      Number(value)
    ])
  )

const scrape = (address: Parameters<typeof fetchRaw>[0]) =>
  Effect.map(fetchRaw(address, "/-/metrics"), ({ body, status }) => {
    assert.strictEqual(status, 200)
    return samplesOf(body)
  })

describe("GET /-/metrics", () => {
  it.effect("counts commands by name and protocol, requests of HTTP, and bodies", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ "a.txt": "um", grande: Buffer.alloc(1_000_000) })
      const address = yield* serveFolder(folder, { web: {} })
      const client = yield* RawSocket.connect(address)
      yield* client.ask(request("PING"), "+PONG\r\n")
      yield* client.ask(request("GET", "a.txt"), "$2\r\num\r\n")
      yield* client.ask(request("GET", "a.txt"), "$2\r\num\r\n")
      const pickled = yield* RawSocket.connect(address)
      yield* pickled.send(Buffer.from("80035d71005802000000686f71014e652e", "hex"))
      yield* fetchRaw(address, "/grande")
      yield* fetchRaw(address, "/nada")
      yield* fetchRaw(address, "/grande", { method: "PUT" })
      const samples = yield* scrape(address)
      for (const [name, value] of [
        ['sockets_commands_total{protocol="resp",command="ping"}', 1],
        ['sockets_commands_total{protocol="resp",command="get"}', 2],
        ['sockets_http_requests_total{method="GET",code="200"}', 1],
        ['sockets_http_requests_total{method="GET",code="404"}', 1],
        ['sockets_http_requests_total{method="PUT",code="405"}', 1],
        ['sockets_transfers_total{result="complete"}', 3],
        ['sockets_transfers_total{result="cut"}', 0],
        ["sockets_store_up", 1],
        ["sockets_workers", 1]
      ] as const)
        assert.strictEqual(samples.get(name), value, name)
      assert.isAtLeast(samples.get("sockets_sent_bytes_total") ?? 0, 1_000_000)
      assert.isAtLeast(samples.get("sockets_request_duration_seconds_count") ?? 0, 1)
    })
  )

  it.effect(
    "is told to who has the password, and to all with --metrics-open; wrong ones are counted",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({})
        const passwords = () => [Redacted.make("senha")]
        const closed = yield* serveFolder(folder, { web: {}, passwords })
        const given = (password: string) => ({
          fields: { Authorization: `Basic ${Buffer.from(`x:${password}`).toString("base64")}` }
        })
        assert.strictEqual((yield* fetchRaw(closed, "/-/metrics")).status, 401)
        assert.strictEqual((yield* fetchRaw(closed, "/-/metrics", given("errada"))).status, 401)
        const { body, status } = yield* fetchRaw(closed, "/-/metrics", given("senha"))
        assert.strictEqual(status, 200)
        assert.strictEqual(samplesOf(body).get("sockets_authentication_failures_total"), 1)
        const open = yield* serveFolder(folder, { web: { hasOpenMetrics: true }, passwords })
        assert.strictEqual((yield* scrape(open)).get("sockets_workers"), 1)
      })
  )
})

layer(App.layer, { timeout: "1 minute" })("GET /-/metrics of two workers", (it) => {
  it.effect("is of both, whichever is asked, and no counter falls", () =>
    Effect.gen(function* () {
      const { address } = yield* serve({ cwd: yield* folderWith({ "DB/a.txt": "um" }) })
      let before = new Map<string, number>()
      for (let round = 1; round <= 20; round++) {
        const samples = yield* scrape(address)
        assert.strictEqual(samples.get("sockets_workers"), 2)
        // Each scrape is counted before the next, and itself once it is answered.
        assert.strictEqual(
          samples.get('sockets_http_requests_total{method="GET",code="200"}') ?? 0,
          round - 1
        )
        for (const [name, value] of before) {
          if (/_total|_bucket|_count|_sum/.test(name))
            assert.isAtLeast(samples.get(name) ?? Number.NaN, value, name)
        }
        before = samples
      }
    })
  )
})
