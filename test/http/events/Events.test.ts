/** The stream of changes over HTTP: what it tells, to whom, from where on, and how it ends. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../../src/domain/Address.ts"
import { detailsOf } from "../../../src/services/files/directory/DirectoryDetails.ts"
import { fetchRaw, parseResponse } from "../../support/peers/Http.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import {
  emptyStore,
  serve,
  serveLogged,
  type TestOptions
} from "../../support/programs/TestServer.ts"
import { changesOf } from "../../support/stores/FolderChanges.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import {
  changed,
  created,
  deleted,
  epoch,
  recorderOf,
  rescan
} from "../../support/values/Changes.ts"

const patient = {
  connections: 100,
  perAddress: 100,
  request: Duration.seconds(60),
  idle: Duration.minutes(1),
  stall: Duration.minutes(1),
  memory: 1e9
}

const served = (options: TestOptions = {}) =>
  Effect.gen(function* () {
    const recorder = recorderOf()
    const address = yield* serve(emptyStore, { web: {}, changes: recorder.changes, ...options })
    return { address, ...recorder }
  })

/** A stream, from its head on. */
const follow = (address: Address, query = "", fields = "", version = "1.1") =>
  Effect.gen(function* () {
    const client = yield* connect(address)
    yield* client.send(
      `GET /-/events${query} HTTP/${version}\r\nHost: ${address.host}\r\n${fields}\r\n`
    )
    const head = parseResponse(yield* client.takeThrough("\r\n\r\n"))
    // Whether by chunks or not, an event is not cut.
    return { head, ...client, upTo: (mark: string) => client.takeThrough(`${mark}\n\n`) }
  })

/** The lines of events, without the sizes of chunks and empty lines. */
const linesOf = (text: string): ReadonlyArray<string> =>
  text.split(/\r?\n/).filter((line) => /^(?:id|event|data|retry|:)/.test(line))

const at = (sequence: number) => `id: ${epoch}-${sequence}`
const file = (op: string, name: string) =>
  `data: {"op":"${op}","nome":"${name}","tamanho":1,"modificado":"2023-12-31T23:59:59.999Z","versao":"v"}`

describe("/-/events", () => {
  it.live("tells each change in order, with its place, and when to connect again", () =>
    Effect.gen(function* () {
      const { address, record } = yield* served()
      record([created("antes")])
      const { head, upTo } = yield* follow(address)
      assert.strictEqual(head.status, 200)
      assert.strictEqual(head.fields.get("content-type"), "text/event-stream")
      assert.strictEqual(head.fields.get("cache-control"), "no-store")
      assert.strictEqual(head.fields.get("x-accel-buffering"), "no")
      assert.strictEqual(head.fields.get("transfer-encoding"), "chunked")
      assert.deepStrictEqual(linesOf(yield* upTo(at(1))), ["retry: 1000", ":", at(1)])
      record([created("a/ç\n"), changed("b")])
      record([deleted("a/ç\n"), rescan])
      const lines = linesOf(yield* upTo('data: {"op":"refazer"}'))
      // The newest of a name takes the place of others that nobody has been told.
      assert.deepStrictEqual(lines.slice(-3), [at(5), "event: refazer", 'data: {"op":"refazer"}'])
      record([created("a/ç\n")])
      assert.deepStrictEqual(
        linesOf(Buffer.from(yield* upTo('"versao":"v"}'), "latin1").toString()),
        [at(6), "event: criado", file("criado", String.raw`a/ç\n`)]
      )
      record([changed("b")])
      assert.deepStrictEqual(linesOf(yield* upTo('"versao":"v"}')), [
        at(7),
        "event: alterado",
        file("alterado", "b")
      ])
      record([deleted("b")])
      assert.deepStrictEqual(linesOf(yield* upTo('"nome":"b"}')), [
        at(8),
        "event: apagado",
        'data: {"op":"apagado","nome":"b"}'
      ])
    }).pipe(Effect.scoped)
  )

  it.live("tells of a file that comes, changes and goes in a folder", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const address = yield* serve(emptyStore, { web: {}, changes: yield* changesOf(folder) })
      const { upTo } = yield* follow(address)
      yield* upTo("-0")
      const path = join(folder, "a.txt")
      for (const [content, op] of [
        ["1", "criado"],
        ["22", "alterado"]
      ] as const) {
        writeFileSync(join(folder, ".beside"), content)
        renameSync(join(folder, ".beside"), path)
        const { modified, version } = detailsOf(statSync(path, { bigint: true }))
        assert.deepStrictEqual(linesOf(yield* upTo('"}')).slice(-2), [
          `event: ${op}`,
          `data: ${JSON.stringify({
            op,
            nome: "a.txt",
            tamanho: content.length,
            modificado: new Date(modified).toISOString(),
            versao: version
          })}`
        ])
      }
      rmSync(path)
      assert.deepStrictEqual(linesOf(yield* upTo('"}')).slice(-2), [
        "event: apagado",
        'data: {"op":"apagado","nome":"a.txt"}'
      ])
    }).pipe(Effect.scoped)
  )

  it.live("goes on from the place that is named, and says where it does not reach back to it", () =>
    Effect.gen(function* () {
      const { address, record } = yield* served()
      record([created("a"), created("b"), created("c")])
      const told = Effect.fnUntraced(function* (query: string, fields: string) {
        const { upTo } = yield* follow(address, query, fields)
        return linesOf(yield* upTo(file("criado", "c"))).filter((line) => !line.startsWith("data"))
      }, Effect.scoped)
      const all = [1, 2, 3].flatMap((place) => [at(place), "event: criado"])
      assert.deepStrictEqual((yield* told(`?desde=${epoch}-0`, "")).slice(3), all)
      assert.deepStrictEqual((yield* told(`?desde=${epoch}`, "")).slice(3), all)
      assert.deepStrictEqual((yield* told("", `Last-Event-ID: ${epoch}-2\r\n`)).slice(3), [
        at(3),
        "event: criado"
      ])
      // A browser keeps the address that it began with.
      assert.lengthOf(yield* told(`?desde=${epoch}-0`, `Last-Event-ID: ${epoch}-1\r\n`), 7)
      const refazer = [at(0), "event: refazer", ...all]
      for (const id of ["0", `${epoch - 1}-2`, `${epoch}-4`])
        assert.deepStrictEqual((yield* told(`?desde=${id}`, "")).slice(3), refazer, id)
      assert.deepStrictEqual((yield* told("", "Last-Event-ID: outro\r\n")).slice(3), refazer)
    }).pipe(Effect.scoped)
  )

  it.live("tells of the names of a pattern alone, and of what must be looked at anew", () =>
    Effect.gen(function* () {
      const { address, record } = yield* served()
      const { upTo } = yield* follow(address, "?padrao=p%2F*.txt")
      yield* upTo(at(0))
      record(Array.from({ length: 1000 }, (_, index) => created(`outro${index}`)))
      record([created("p/q/b.txt"), created("p/a.csv"), created("p/.a.txt"), created("p/a.txt")])
      assert.deepStrictEqual(linesOf(yield* upTo(file("criado", "p/a.txt"))), [
        at(1003),
        "event: criado",
        file("criado", "p/.a.txt"),
        at(1004),
        "event: criado",
        file("criado", "p/a.txt")
      ])
      record([rescan])
      yield* upTo('data: {"op":"refazer"}')
    }).pipe(Effect.scoped)
  )

  it.live("is 503 where nobody looks for changes, and 400 where the place is none", () =>
    Effect.gen(function* () {
      const { address, setSource } = yield* served()
      for (const query of ["?desde=", "?desde=$", "?desde=1-2-3", `?padrao=${"a".repeat(1025)}`])
        assert.strictEqual((yield* fetchRaw(address, `/-/events${query}`)).status, 400, query)
      setSource("none")
      const refused = yield* fetchRaw(address, "/-/events")
      assert.strictEqual(refused.status, 503)
      assert.include(refused.body, "does not follow changes")
    }).pipe(Effect.scoped)
  )

  it.live("is for those who may ask: by password, host, and site", () =>
    Effect.gen(function* () {
      const { address } = yield* served({ web: { origins: ["https://app.example"] } })
      const status = (fields: Readonly<Record<string, string>>) =>
        Effect.map(
          fetchRaw(address, "/-/events", { method: "HEAD", fields }),
          ({ status }) => status
        )
      assert.strictEqual(yield* status({}), 200)
      assert.strictEqual(yield* status({ Host: "evil.example" }), 421)
      assert.strictEqual(yield* status({ "Sec-Fetch-Site": "cross-site" }), 403)
      const granted = yield* fetchRaw(address, "/-/events", {
        method: "HEAD",
        fields: { "Sec-Fetch-Site": "cross-site", Origin: "https://app.example" }
      })
      assert.strictEqual(granted.status, 200)
      assert.strictEqual(granted.fields.get("access-control-allow-origin"), "https://app.example")
      assert.strictEqual(granted.body, "")
      const closed = yield* served({ passwords: () => [Redacted.make("segredo")] })
      assert.strictEqual((yield* fetchRaw(closed.address, "/-/events")).status, 401)
    }).pipe(Effect.scoped)
  )

  it.live("has no chunks for HTTP/1.0, and ends with its connection", () =>
    Effect.gen(function* () {
      const { address, record } = yield* served()
      const { end, head, rest, upTo } = yield* follow(address, "", "", "1.0")
      assert.strictEqual(head.fields.get("connection"), "close")
      assert.isUndefined(head.fields.get("transfer-encoding"))
      assert.strictEqual(yield* upTo(at(0)), `retry: 1000\n\n:\n${at(0)}\n\n`)
      record([deleted("a")])
      assert.strictEqual(
        yield* upTo('"nome":"a"}'),
        `${at(1)}\nevent: apagado\ndata: {"op":"apagado","nome":"a"}\n\n`
      )
      yield* end
      assert.strictEqual(yield* rest, "")
    }).pipe(Effect.scoped)
  )
})

describe("a stream of changes", () => {
  it.live("ends whole when the client ends its input, and when the server stops", () =>
    Effect.gen(function* () {
      const serving = yield* Scope.make()
      const { address } = yield* Scope.provide(served({ grace: Duration.seconds(20) }), serving)
      const leaving = yield* follow(address)
      yield* leaving.upTo(at(0))
      yield* leaving.end
      assert.strictEqual(yield* leaving.rest, "\r\n0\r\n\r\n")
      const staying = yield* follow(address)
      yield* staying.upTo(at(0))
      yield* Scope.close(serving, Exit.void)
      assert.strictEqual(yield* staying.rest, "\r\n0\r\n\r\n")
    }).pipe(Effect.scoped)
  )

  it.effect("is not idle: it tells that it is there, for as long as the client likes", () =>
    Effect.gen(function* () {
      const { address, record } = yield* served({ limits: patient })
      const { upTo } = yield* follow(address)
      yield* upTo(at(0))
      for (let minute = 0; minute < 3; minute++) {
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(linesOf(yield* upTo(at(0))), [":", at(0)])
      }
      // What was told so far may have come before it was cut off.
      record([created("a")])
      yield* upTo(file("criado", "a"))
    }).pipe(Effect.scoped)
  )

  it.live("is cut off where its reader takes nothing, whose place is all that is held of it", () =>
    Effect.gen(function* () {
      const recorder = recorderOf(100_000_000)
      const { address, next } = yield* serveLogged(emptyStore, {
        web: {},
        changes: recorder.changes,
        limits: { ...patient, stall: Duration.millis(300) }
      })
      const { pause, upTo } = yield* follow(address)
      yield* upTo(at(0))
      yield* pause
      const long = "n".repeat(200)
      recorder.record(Array.from({ length: 100_000 }, (_, index) => created(`${long}/${index}`)))
      const { fields } = yield* next("connection.closed")
      assert.strictEqual(fields["reason"], "stalled")
    }).pipe(Effect.scoped)
  )
})
