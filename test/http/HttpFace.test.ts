/** What HTTP is answered over a real socket, by one server for most of it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { renameSync, utimesSync } from "node:fs"
import { join } from "node:path"
import * as Kind from "../../src/cli/flags/Kind.ts"
import { makeProxies } from "../../src/net/proxy/TrustedProxies.ts"
import * as DirectoryFileStore from "../../src/services/files/directory/DirectoryFileStore.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import { fetchRaw, parseResponse } from "../support/peers/Http.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { emptyStore, serve, serveFolder, serveLogged } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { noise, sha256 } from "../support/Transfers.ts"
import { onWire } from "../support/values/Bytes.ts"
import { fileName } from "../support/values/Names.ts"

const large = noise(3, 1_000_000)

const folder = folderWith({
  "a.txt": "olá, mundo\n",
  "b.bin": large,
  "ação.html": "<script>1</script>",
  "pasta/um.json": "{}",
  "-/health": "a file",
  "app.js": "plain",
  "app.js.br": "brotli",
  "app.js.zst": "zstandard",
  "app.js.gz": "gzip",
  ".hidden": "x",
  vazio: ""
})

const latin1Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

/** Fields that every response has. */
const common = ["date", "x-content-type-options", "referrer-policy", "cross-origin-resource-policy"]

describe("HTTP", () => {
  it.live("answers files and parts of them, as they are and as they were asked for", () =>
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* folder, { web: {} })
      const get = (target: string, fields: Record<string, string> = {}, method = "GET") =>
        fetchRaw(address, target, { fields, method })

      const small = yield* get("/a.txt")
      assert.strictEqual(small.status, 200)
      assert.strictEqual(small.body, onWire("olá, mundo\n"))
      assert.strictEqual(small.fields.get("content-type"), "text/plain; charset=utf-8")
      assert.strictEqual(small.fields.get("content-length"), "12")
      assert.strictEqual(small.fields.get("cache-control"), "no-cache")
      assert.strictEqual(small.fields.get("accept-ranges"), "bytes")
      assert.strictEqual(small.fields.get("content-security-policy"), "sandbox")
      for (const name of common) assert.isTrue(small.fields.has(name), name)
      const etag = small.fields.get("etag") ?? ""
      assert.match(etag, /^"[!#-~]+"$/)

      const whole = yield* get("/b.bin")
      assert.strictEqual(whole.body, latin1Of(large))
      assert.strictEqual(whole.fields.get("content-type"), "application/octet-stream")

      for (const target of [
        "/a.txt",
        "/b.bin",
        "/vazio",
        "/pasta/",
        "/pasta",
        "/nada",
        "/-/time"
      ]) {
        const [one, other] = [yield* get(target), yield* get(target, {}, "HEAD")]
        assert.strictEqual(other.status, one.status, target)
        assert.strictEqual(other.body, "", target)
        const same = [...one.fields].filter(([name]) => name !== "date")
        assert.deepStrictEqual(
          [...other.fields].filter(([name]) => name !== "date"),
          same,
          target
        )
      }

      const part = yield* get("/b.bin", { Range: "bytes=999990-" })
      assert.strictEqual(part.status, 206)
      assert.strictEqual(part.body, latin1Of(large.subarray(999_990)))
      assert.strictEqual(part.fields.get("content-range"), "bytes 999990-999999/1000000")
      const inner = yield* get("/a.txt", { Range: "bytes=1-3", "If-Range": etag })
      assert.strictEqual(inner.body, onWire("lá"))
      const beyond = yield* get("/a.txt", { Range: "bytes=12-" })
      assert.strictEqual(beyond.status, 416)
      assert.strictEqual(beyond.fields.get("content-range"), "bytes */12")
      assert.strictEqual((yield* get("/a.txt", { Range: "bytes=0-1,4-5" })).status, 200)
      const stale = yield* get("/a.txt", { Range: "bytes=1-3", "If-Range": '"old"' })
      assert.strictEqual(stale.status, 200)
      assert.strictEqual(stale.body, onWire("olá, mundo\n"))
      const empty = yield* get("/vazio")
      assert.deepStrictEqual([empty.status, empty.body], [200, ""])

      const known = yield* get("/a.txt", { "If-None-Match": etag })
      assert.deepStrictEqual([known.status, known.body], [304, ""])
      assert.strictEqual(known.fields.get("etag"), etag)
      assert.isFalse(known.fields.has("content-length"))
      assert.strictEqual((yield* get("/a.txt", { "If-Match": '"old"' })).status, 412)
      const since = { "If-Modified-Since": small.fields.get("last-modified") ?? "" }
      assert.strictEqual((yield* get("/a.txt", since)).status, 304)
    }).pipe(Effect.scoped)
  )

  it.live("answers names, downloads, digests, neighbours and what is not there", () =>
    Effect.gen(function* () {
      const shared = yield* folder
      const address = yield* serveFolder(shared, { web: {} })
      const get = (target: string, fields: Record<string, string> = {}, method = "GET") =>
        fetchRaw(address, target, { fields, method })

      assert.strictEqual((yield* get("/a%C3%A7%C3%A3o.html")).body, "<script>1</script>")
      const download = yield* get("/a%C3%A7%C3%A3o.html?baixar")
      assert.strictEqual(
        download.fields.get("content-disposition"),
        "attachment; filename=\"a__o.html\"; filename*=UTF-8''a%C3%A7%C3%A3o.html"
      )
      assert.strictEqual((yield* get("/b.bin?sha256")).body, `${sha256(large)}  b.bin\n`)
      const digested = yield* get("/b.bin", { "Want-Repr-Digest": "sha-256=5" }, "HEAD")
      const base64 = Buffer.from(sha256(large), "hex").toString("base64")
      assert.strictEqual(digested.fields.get("repr-digest"), `sha-256=:${base64}:`)
      assert.isTrue(
        (yield* get("/a.txt", { "Want-Repr-Digest": "sha-256=1" })).fields.has("repr-digest")
      )

      for (const [accepted, body, coding] of [
        ["gzip, deflate, br", "brotli", "br"],
        ["gzip", "gzip", "gzip"],
        ["br;q=0, gzip;q=0.5", "gzip", "gzip"],
        ["br;q=0.1, gzip;q=0.5", "gzip", "gzip"],
        ["*", "brotli", "br"],
        ["gzip, deflate, br, zstd", "brotli", "br"],
        ["gzip, zstd", "zstandard", "zstd"],
        ["deflate", "plain", undefined],
        ["identity, gzip;q=0.5", "plain", undefined]
      ] as const) {
        const found = yield* get("/app.js", { "Accept-Encoding": accepted })
        assert.strictEqual(found.body, body, accepted)
        assert.strictEqual(found.fields.get("content-encoding"), coding, accepted)
        assert.strictEqual(found.fields.get("vary"), "Accept-Encoding", accepted)
        assert.match(found.fields.get("content-type") ?? "", /^text\/javascript/)
      }
      const tags = yield* Effect.forEach(["br", "gzip", ""], (coding) =>
        Effect.map(get("/app.js", { "Accept-Encoding": coding }), ({ fields }) =>
          fields.get("etag")
        )
      )
      assert.strictEqual(new Set(tags).size, 3)
      // A neighbour that is older than its file is of another version of it.
      utimesSync(join(shared, "app.js.br"), 1, 1)
      assert.strictEqual((yield* get("/app.js", { "Accept-Encoding": "br, gzip" })).body, "gzip")

      const folderPlace = yield* get("/pasta?a=b")
      assert.deepStrictEqual(
        [folderPlace.status, folderPlace.fields.get("location")],
        [301, "/pasta/?a=b"]
      )
      assert.strictEqual((yield* get("/pasta/?formato=txt")).body, "8\r\num.json\n\r\n0\r\n\r\n")
      assert.include((yield* get("/", { Accept: "application/json" })).body, '"nome":"a.txt"')
      const page = yield* get("/", { Accept: "text/html" })
      assert.match(page.body, /<!doctype html>/i)
      assert.match(page.fields.get("content-security-policy") ?? "", /default-src 'none'/)
      assert.strictEqual((yield* get("/%2D/health")).body, "a file")
      assert.strictEqual((yield* get("/-/health")).body, "ok\n")
      assert.strictEqual((yield* get("/-")).fields.get("location"), "/%2D/")

      for (const target of [
        "/nada",
        "/nada/",
        "/.hidden",
        "/a.txt/",
        "/../a.txt",
        "/%2e%2e/a.txt",
        "/a.txt%00",
        "/a%FF",
        "/-/",
        "/-/nada",
        "//a.txt"
      ]) {
        assert.strictEqual((yield* get(target)).status, 404, target)
      }
      assert.strictEqual((yield* get("/a%zz")).status, 400)
    }).pipe(Effect.scoped)
  )

  it.live(
    "keeps a connection, answers what is pipelined in order, and ends it when it is told to",
    () =>
      Effect.gen(function* () {
        const address = yield* serveFolder(yield* folder, { web: {} })
        const head = `Host: ${address.host}\r\n`
        const client = yield* connect(address, { allowHalfOpen: true })
        yield* client.send(
          `GET /a.txt HTTP/1.1\r\n${head}\r\nHEAD /a.txt HTTP/1.1\r\n${head}\r\nGET /-/info HTTP/1.1\r\n${head}Connection: close\r\n\r\nGET /a.txt HTTP/1.1\r\n${head}\r\n`
        )
        const rest = yield* client.rest
        assert.strictEqual(rest.match(/HTTP\/1\.1 200 OK/g)?.length, 3)
        assert.isTrue(rest.endsWith("\r\n\r\nServidor online 24 horas\n"))

        const old = yield* connect(address, { allowHalfOpen: true })
        yield* old.send("GET /a.txt HTTP/1.0\r\n\r\n")
        assert.match(yield* old.rest, /\r\nConnection: close\r\n\r\nol/)
        const kept = yield* connect(address, { allowHalfOpen: true })
        yield* kept.send("GET /pasta/um.json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert.include(yield* kept.takeThrough("{}"), "Connection: keep-alive")
        // What has no size is told to be over by the end of the connection.
        yield* kept.send("GET /pasta/?formato=txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert.match(yield* kept.rest, /\r\nConnection: close\r\n\r\num\.json\n$/)
      }).pipe(Effect.scoped)
  )

  it.live(
    "runs no command that is in a body or behind a request, and answers other methods with 405",
    () =>
      Effect.gen(function* () {
        const address = yield* serveFolder(yield* folder, { web: {} })
        const host = `Host: ${address.host}\r\n`
        for (const [sent, status] of [
          [`POST / HTTP/1.1\r\n${host}Content-Length: 12\r\n\r\nhora_atual\r\n`, 413],
          [
            `PUT /x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n6\r\nPING\r\n\r\n0\r\n\r\n`,
            413
          ],
          [`GET / HTTP/1.1\r\n${host}Content-Length: 14\r\n\r\n*1\r\n$4\r\nPING\r\n`, 413],
          [
            `PUT /x HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 6\r\n\r\nPING\r\n`,
            417
          ],
          [`GET / HTTP/1.1\r\n${host}\r\nPING\r\n\r\n`, 400],
          [`GET / HTTP/1.1\r\n${host}\r\n*1\r\n$4\r\nPING\r\n\r\n`, 400]
        ] as const) {
          const client = yield* connect(address, { allowHalfOpen: true })
          yield* client.send(sent)
          const heard = yield* client.rest
          const last = parseResponse(heard.slice(heard.lastIndexOf("HTTP/1.1 ")))
          assert.strictEqual(last.status, status, sent)
          assert.strictEqual(last.fields.get("connection"), "close")
          assert.notMatch(heard, /PONG|\d\d:\d\d:\d\d\r\n$/)
        }
        for (const method of ["POST", "PUT", "DELETE", "PATCH", "TRACE", "MKCOL", "get"]) {
          const refused = yield* fetchRaw(address, "/a.txt", { method })
          // A first line in lower case is none of HTTP, and a command of RESP that there is not.
          if (method === "get") assert.isNaN(refused.status)
          else {
            assert.strictEqual(refused.status, 405, method)
            assert.strictEqual(refused.fields.get("allow"), "GET, HEAD, OPTIONS")
          }
        }
        const options = yield* fetchRaw(address, "*", { method: "OPTIONS" })
        assert.deepStrictEqual(
          [options.status, options.fields.get("allow")],
          [204, "GET, HEAD, OPTIONS"]
        )
      }).pipe(Effect.scoped)
  )

  it.live("is not spoken where it is off, and nothing else where it is all there is", () =>
    Effect.gen(function* () {
      const off = yield* connect(yield* serve(emptyStore), { allowHalfOpen: true })
      yield* off.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      assert.strictEqual(yield* off.rest, "")
      const only = yield* serve(emptyStore, { web: { only: true } })
      for (const sent of ["PING\r\n\r\n", "*1\r\n$4\r\nPING\r\n\r\n", "\x80\x03].\r\n\r\n"]) {
        const client = yield* connect(only, { allowHalfOpen: true })
        yield* client.send(sent)
        assert.match(yield* client.rest, /^HTTP\/1\.1 400 /)
      }
      assert.strictEqual((yield* fetchRaw(only, "/-/health")).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live(
    "cuts off a reply whose file cannot be read to its end, and tells one that cannot be begun",
    () =>
      Effect.gen(function* () {
        const size = 10 * 1024 * 1024
        const broken = yield* SlowFile.make({
          size,
          before: { byte: size / 2, run: Effect.fail(SlowFile.shrank) }
        })
        const cut = yield* fetchRaw(yield* serve(broken.layer, { web: {} }), "/x")
        assert.strictEqual(cut.fields.get("content-length"), String(size))
        assert.isBelow(cut.body.length, size)
        const small = yield* SlowFile.make({
          size: 100,
          before: { byte: 0, run: Effect.fail(SlowFile.shrank) }
        })
        const told = yield* fetchRaw(yield* serve(small.layer, { web: {} }), "/x")
        assert.strictEqual(told.status, 503)
      }).pipe(Effect.scoped)
  )
})

describe("who may ask over HTTP", () => {
  it.live("is whoever has the password, as with RESP; only its health is told without", () =>
    Effect.gen(function* () {
      const { address, next } = yield* serveLogged(
        DirectoryFileStore.layer({ folder: yield* folder, hidden: false }),
        { web: {}, passwords: () => [Redacted.make("segredo")] }
      )
      const basic = (password: string) => ({
        Authorization: `Basic ${Buffer.from(`default:${password}`).toString("base64")}`
      })
      const bare = yield* fetchRaw(address, "/a.txt")
      assert.strictEqual(bare.status, 401)
      assert.match(bare.fields.get("www-authenticate") ?? "", /^Basic realm=/)
      for (const target of ["/", "/-/time", "/-/metrics", "/nada", "/b.bin?sha256"]) {
        assert.strictEqual((yield* fetchRaw(address, target)).status, 401, target)
      }
      assert.strictEqual((yield* fetchRaw(address, "/-/health")).status, 200)
      assert.strictEqual(
        (yield* fetchRaw(address, "/a.txt", { fields: basic("segredo") })).status,
        200
      )
      // With a password, any name may be given to the server.
      const named = { ...basic("segredo"), Host: "evil.example" }
      assert.strictEqual((yield* fetchRaw(address, "/a.txt", { fields: named })).status, 200)
      assert.strictEqual((yield* fetchRaw(address, "/a.txt", { fields: basic("x") })).status, 401)
      assert.strictEqual((yield* next("authentication.failed")).level, "WARN")
    }).pipe(Effect.scoped)
  )

  it.live(
    "is nobody who calls the server by a name that is not its own, or for another site's page",
    () =>
      Effect.gen(function* () {
        const address = yield* serveFolder(yield* folder, {
          web: { origins: ["https://app.example"] }
        })
        const status = (fields: Record<string, string>, target = "/a.txt") =>
          Effect.map(fetchRaw(address, target, { fields }), ({ status }) => status)
        assert.strictEqual(yield* status({ Host: "files.test" }), 200)
        assert.strictEqual(yield* status({ Host: "evil.example" }), 421)
        assert.strictEqual(yield* status({ Host: "evil.example" }, "http://127.0.0.1/a.txt"), 200)
        assert.strictEqual(yield* status({}, "http://evil.example/a.txt"), 421)
        const refused = yield* fetchRaw(address, "/a.txt", { fields: { Host: "evil.example" } })
        assert.include(refused.body, "--http-host")
        const foreign = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors" }
        assert.strictEqual(yield* status({ ...foreign, Origin: "https://evil.example" }), 403)
        const granted = yield* fetchRaw(address, "/a.txt", {
          fields: { ...foreign, Origin: "https://app.example" }
        })
        assert.strictEqual(granted.status, 200)
        assert.strictEqual(granted.fields.get("access-control-allow-origin"), "https://app.example")
        const preflight = yield* fetchRaw(address, "/a.txt", {
          method: "OPTIONS",
          fields: {
            ...foreign,
            Origin: "https://app.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range"
          }
        })
        assert.strictEqual(preflight.status, 204)
        assert.strictEqual(preflight.fields.get("access-control-allow-headers"), "range")
        const bare = yield* fetchRaw(address, "/a.txt")
        assert.isFalse(bare.fields.has("access-control-allow-origin"))
      }).pipe(Effect.scoped)
  )
})

describe("a site", () => {
  it.live("serves index.html and its fallback, with their scripts", () =>
    Effect.gen(function* () {
      const site = yield* folderWith({
        "index.html": "home",
        "docs/index.html": "docs",
        "img/a.png": "png",
        "app.html": "app"
      })
      const address = yield* serveFolder(site, {
        web: { isSite: true, fallback: fileName("app.html") }
      })
      for (const [target, body] of [
        ["/", "home"],
        ["/docs/", "docs"],
        ["/any/where", "app"],
        ["/any/where/", "app"],
        ["/img/a.png/", "app"],
        ["/img/a.png", "png"]
      ] as const) {
        const found = yield* fetchRaw(address, target, {
          fields: { "Sec-Fetch-Site": "cross-site" }
        })
        assert.deepStrictEqual([found.status, found.body], [200, body], target)
        assert.isFalse(found.fields.has("content-security-policy"))
        assert.isFalse(found.fields.has("cross-origin-resource-policy"))
      }
      assert.strictEqual((yield* fetchRaw(address, "/docs")).status, 301)
      assert.strictEqual((yield* fetchRaw(address, "/img/")).status, 200)
    }).pipe(Effect.scoped)
  )
})

describe("the health", () => {
  it.effect("is bad while the shared folder is gone, and good once it is back", () =>
    Effect.gen(function* () {
      const shared = join(yield* folderWith({ "DB/a.txt": "" }), "DB")
      const { address, next } = yield* serveLogged(
        DirectoryFileStore.layer({ folder: shared, hidden: false }),
        { web: {} }
      )
      const health = Effect.map(fetchRaw(address, "/-/health"), ({ status }) => status)
      const eventually = Effect.fnUntraced(function* (event: string) {
        const seen = yield* Effect.forkChild(next(event), { startImmediately: true })
        while (seen.pollUnsafe() === undefined) {
          yield* TestClock.adjust("1 second")
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
      })
      assert.strictEqual(yield* health, 200)
      renameSync(shared, `${shared}.away`)
      yield* eventually("storage.gone")
      assert.strictEqual(yield* health, 503)
      renameSync(`${shared}.away`, shared)
      yield* eventually("storage.back")
      assert.strictEqual(yield* health, 200)
    })
  )
})

describe("the log", () => {
  it.live("tells of the address that a trusted proxy names", () =>
    Effect.gen(function* () {
      const { address, next } = yield* serveLogged(emptyStore, {
        web: {},
        proxies: makeProxies({ networks: Kind.networks.parse("127.0.0.0/8") ?? [] })
      })
      const client = yield* connect(address, { allowHalfOpen: true })
      yield* client.send("PROXY TCP4 203.0.113.7 10.0.0.1 56324 65432\r\nGET /a HTTP/1.0\r\n\r\n")
      assert.match(yield* client.rest, /^HTTP\/1\.1 404 /)
      assert.strictEqual((yield* next("http.request")).fields["address"], "203.0.113.7:56324")
    }).pipe(Effect.scoped)
  )

  it.live("tells of each request, and of what a client says of itself", () =>
    Effect.gen(function* () {
      const { address, next } = yield* serveLogged(
        DirectoryFileStore.layer({ folder: yield* folder, hidden: false }),
        { web: {} }
      )
      yield* fetchRaw(address, "/a%20b", { fields: { "User-Agent": "teste/1" } })
      yield* fetchRaw(address, "/b.bin", { fields: { Referer: "http://x/" } })
      const missing = yield* next("http.request")
      assert.deepInclude(missing.fields, {
        method: "GET",
        path: "/a%20b",
        status: 404,
        agent: "teste/1"
      })
      const sent = yield* next("http.request")
      assert.deepInclude(sent.fields, {
        path: "/b.bin",
        status: 200,
        bytes_out: 1_000_000,
        complete: true,
        referrer: "http://x/"
      })
      assert.strictEqual((yield* next("connection.closed")).fields["protocol"], "http")
    }).pipe(Effect.scoped)
  )
})
