/** The flags of HTTP, as people give them, and what the server then answers. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hostname } from "node:os"
import type { Address } from "../../../src/domain/Address.ts"
import { fetchRaw } from "../../support/peers/Http.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import { App } from "../../support/programs/App.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"

const statusOf = (address: Address, fields: Record<string, string>, target = "/a.txt") =>
  Effect.map(fetchRaw(address, target, { fields }), ({ status }) => status)

layer(App.layer, { timeout: "1 minute" })("app serve", (it) => {
  it.effect("answers HTTP by its own names, those of --http-host, and to those of --cors", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const { address } = yield* serve(
        ["--http-host", "a.example", "--http-host", "B.example", "--cors", "https://app.example"],
        { cwd }
      )
      for (const host of ["a.example", "b.example:80", hostname(), "localhost"]) {
        assert.strictEqual(yield* statusOf(address, { Host: host }), 200, host)
      }
      assert.strictEqual(yield* statusOf(address, { Host: "c.example" }), 421)
      const foreign = { "Sec-Fetch-Site": "cross-site", Origin: "https://app.example" }
      assert.strictEqual(yield* statusOf(address, foreign), 200)
      assert.strictEqual(yield* statusOf(address, { ...foreign, Origin: "https://x.example" }), 403)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "takes its names from the environment, with commas between them, and may be a site",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/index.html": "home" })
        const { address } = yield* serve(["--site", "--site-fallback", "index.html"], {
          cwd,
          env: { APP_HTTP_HOST: "a.example, b.example" }
        })
        assert.strictEqual(yield* statusOf(address, { Host: "b.example" }), 200)
        for (const target of ["/", "/any/where", "/any/where/"]) {
          assert.strictEqual((yield* fetchRaw(address, target)).body, "home", target)
        }
      }).pipe(Effect.scoped)
  )

  it.effect("speaks no HTTP with --http off, and nothing else with --http only", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const off = yield* serve(["--http", "off"], { cwd })
      assert.notInclude(off.announcement, "http:")
      const silent = yield* connect(off.address, { allowHalfOpen: true })
      yield* silent.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      assert.strictEqual(yield* silent.rest, "")
      const only = yield* serve(["--http", "only"], { cwd })
      const refused = yield* connect(only.address, { allowHalfOpen: true })
      yield* refused.send("PING\r\n\r\n")
      assert.match(yield* refused.rest, /^HTTP\/1\.1 400 /)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "tells a balancer that it is about to stop, and lets connections go as they are answered",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "olá" })
        const { address, process } = yield* serve(["--drain-delay", "1h"], { cwd })
        const kept = yield* connect(address, { allowHalfOpen: true })
        const get = "GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
        yield* kept.send(get)
        assert.notInclude(yield* kept.takeThrough("\r\n\r\nol\xc3\xa1"), "Connection: close")
        yield* process.kill("SIGTERM")
        yield* process.says("stderr", /drain\.announced.*\n/)
        assert.strictEqual(yield* statusOf(address, {}, "/-/health"), 503)
        yield* kept.send(get)
        assert.match(yield* kept.rest, /\r\nConnection: close\r\n\r\nol\xc3\xa1$/)
      }).pipe(Effect.scoped)
  )

  it.effect("says which flags it does not understand", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      for (const [words, told] of [
        [["--site-fallback", "index.html"], "--site-fallback pede também --site."],
        [["--http", "off", "--cors", "*"], "--cors pede também --http on."],
        [["--http", "off", "--http-host", "a.example"], "--http-host pede também --http on."],
        [["--http", "off", "--site"], "--site pede também --http on."],
        [["--http", "off", "--metrics-open"], "--metrics-open pede também --http on."],
        [["--http", "only", "--pickle"], "--pickle pede também --http on."],
        [["--s3-region", "sa-east-1"], "--s3-region pede também --store."],
        [["--s3-endpoint", "http://127.0.0.1:1"], "--s3-endpoint pede também --store."],
        [["--cors", "app.example"], "https://exemplo.org"],
        [["--cors", "https://app.example/x"], "https://exemplo.org"],
        [["--http-host", "http://a.example"], "sem porta"],
        [["--http", "yes"], "on, off, only"],
        [["--site", "--site-fallback", "../x"], "index.html"]
      ] as const) {
        const { code, stderr } = yield* run(["serve", "--port", "0", ...words], { cwd })
        assert.strictEqual(code, 2, words.join(" "))
        assert.include(stderr, told)
      }
    })
  )
})
