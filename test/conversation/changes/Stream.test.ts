/** The changes of the files as a stream of Redis. Over real folders, and by the libraries that read it: Followers.long.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as MemoryFileStore from "../../../src/services/files/MemoryFileStore.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import { noChanges, serveChanges } from "../../support/programs/ChangesServer.ts"
import { emptyStore, serve, serveLogged } from "../../support/programs/TestServer.ts"
import { bulk, request } from "../../support/values/Bytes.ts"
import {
  changed,
  created,
  deleted,
  epoch,
  filesOf,
  idOf as id,
  recorderOf,
  rescan as rescanned
} from "../../support/values/Changes.ts"
import * as StreamReplies from "../../support/values/StreamReplies.ts"

const list = (...items: ReadonlyArray<string>): string => `*${items.length}\r\n${items.join("")}`
const entry = (sequence: number, ...fields: ReadonlyArray<string>): string =>
  StreamReplies.entry(id(sequence), ...fields)
const read = (...entries: ReadonlyArray<string>): string => StreamReplies.readReply(2, ...entries)
const rescan = (sequence: number): string => entry(sequence, "op", "refazer")
const nothing = "*-1\r\n"

const three = [created("a.txt"), changed("é/b.txt"), deleted("c.txt")]
const entries = [
  entry(1, "op", "criado", ...StreamReplies.fileFields("a.txt")),
  entry(2, "op", "alterado", ...StreamReplies.fileFields("é/b.txt")),
  entry(3, "op", "apagado", "nome", "c.txt")
]

describe("the stream arquivos", () => {
  it.live("has each kind of change with its fields, and ids that can be read on from", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      recorder.record(three)
      for (const [command, expected] of [
        [`XREAD STREAMS arquivos ${id(0)}`, read(...entries)],
        [`XREAD STREAMS arquivos ${epoch}`, read(...entries)],
        [`xread count 1 streams arquivos ${id(1)}`, read(...entries.slice(1, 2))],
        [`XREAD STREAMS arquivos ${id(3)}`, nothing],
        ["XREAD STREAMS arquivos $", nothing],
        ["XRANGE arquivos - +", list(...entries)],
        [`XRANGE arquivos ${id(2)} ${id(2)}`, list(...entries.slice(1, 2))],
        [`XRANGE arquivos (${id(1)} + COUNT 1`, list(...entries.slice(1, 2))],
        [`XRANGE arquivos - (${id(3)}`, list(...entries.slice(0, 2))],
        [`XREVRANGE arquivos + -`, list(...entries.toReversed())],
        [`XREVRANGE arquivos ${epoch} ${epoch} COUNT 1`, list(...entries.slice(2))],
        ["XRANGE arquivos 5 6", list()],
        [`XRANGE arquivos ${epoch + 1} +`, list()],
        ["XRANGE arquivos - + COUNT 0", nothing],
        ["XLEN arquivos", ":3\r\n"],
        ["TYPE arquivos", "+stream\r\n"],
        ["EXISTS arquivos", ":0\r\n"],
        ["XINFO GROUPS arquivos", list()]
      ] as const) {
        assert.strictEqual(yield* client.ask(`${command}\r\n`, expected), expected, command)
      }
    })
  )

  it.live("tells the newest change of a name only", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      recorder.record([...three, deleted("a.txt")])
      const expected = read(...entries.slice(1), entry(4, "op", "apagado", "nome", "a.txt"))
      assert.strictEqual(
        yield* client.ask(`XREAD STREAMS arquivos ${id(0)}\r\n`, expected),
        expected
      )
      yield* client.ask("XLEN arquivos\r\n", ":3\r\n")
    })
  )

  it.live("says to look at everything anew where an id cannot be read on from", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges({}, recorderOf(700))
      recorder.record(three)
      const all = read(rescan(1), ...entries.slice(1))
      for (const after of [
        "0",
        "0-0",
        "5-3",
        id(0),
        `${epoch + 1}-1`,
        id(9),
        "18446744073709551615-1"
      ])
        assert.strictEqual(
          yield* client.ask(`XREAD STREAMS arquivos ${after}\r\n`, all),
          all,
          after
        )
      // From what it was told it reads on without a gap.
      const rest = read(...entries.slice(1))
      assert.strictEqual(yield* client.ask(`XREAD STREAMS arquivos ${id(1)}\r\n`, rest), rest)
      recorder.record([rescanned])
      const anew = read(rescan(4))
      assert.strictEqual(yield* client.ask(`XREAD STREAMS arquivos ${id(3)}\r\n`, anew), anew)
      yield* client.ask(`XREAD STREAMS arquivos ${id(4)}\r\n`, nothing)
    })
  )

  it.live("XREAD BLOCK waits for the next change, and what is asked behind it waits too", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      const other = yield* connect({ host: "127.0.0.1", port: client.socket.remotePort ?? 0 })
      yield* client.send(`XREAD BLOCK 0 STREAMS arquivos ${id(0)}\r\nPING\r\n`)
      yield* other.ask("PING\r\n", "+PONG\r\n")
      recorder.record(three.slice(0, 1))
      const expected = `${read(...entries.slice(0, 1))}+PONG\r\n`
      assert.strictEqual(yield* client.take(expected.length), expected)
      yield* client.ask("XREAD BLOCK 10 STREAMS arquivos $\r\n", nothing)
      yield* client.ask(`XREAD BLOCK 0 STREAMS arquivos ${id(0)}\r\n`, read(...entries.slice(0, 1)))
    })
  )

  it.live("XREAD waits neither inside a transaction nor for what is there already", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      const command = `XREAD BLOCK 0 STREAMS arquivos ${id(0)}\r\n`
      yield* client.ask(`MULTI\r\n${command}EXEC\r\n`, `+OK\r\n+QUEUED\r\n*1\r\n${nothing}`)
      recorder.record(three)
      yield* client.ask(
        `MULTI\r\n${command}${command}EXEC\r\n`,
        `+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n${read(...entries)}${read(...entries)}`
      )
    })
  )

  it.live("a waiting XREAD ends when its client has gone, or has ended its input", () =>
    Effect.gen(function* () {
      const { address, next } = yield* serveLogged(emptyStore, { changes: recorderOf().changes })
      for (const [leave, reason] of [
        ["end", "client-ended"],
        ["reset", "lost"]
      ] as const) {
        const client = yield* connect(address, { allowHalfOpen: true })
        yield* client.ask("PING\r\n", "+PONG\r\n")
        yield* client.send("XREAD BLOCK 0 STREAMS arquivos $\r\n")
        yield* client[leave]
        const { fields } = yield* next("connection.closed")
        assert.strictEqual(fields["reason"], reason)
        if (leave === "end") assert.strictEqual(yield* client.rest, nothing)
      }
    })
  )

  it.live("a waiting XREAD ends when as much waits behind it as is read at once", () =>
    Effect.gen(function* () {
      const { client } = yield* serveChanges()
      const pings = 60_000
      yield* client.send(`XREAD BLOCK 0 STREAMS arquivos $\r\n${"PING\r\n".repeat(pings)}`)
      yield* client.takeBytes(nothing.length + pings * "+PONG\r\n".length)
    })
  )

  it.live("is a map in RESP 3", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      recorder.record(three)
      yield* client.send("HELLO 3\r\n")
      yield* client.takeThrough("modules\r\n*0\r\n")
      const expected = `%1\r\n${bulk("arquivos")}${list(...entries)}`
      assert.strictEqual(
        yield* client.ask(`XREAD STREAMS arquivos ${id(0)}\r\n`, expected),
        expected
      )
      assert.strictEqual(yield* client.ask("XREAD STREAMS arquivos $\r\n", "_\r\n"), "_\r\n")
    })
  )

  it.live("XINFO STREAM tells where it begins and ends", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges({}, recorderOf(700))
      recorder.record(three)
      const [, second = "", third = ""] = entries
      const head = [
        bulk("length"),
        ":2\r\n",
        bulk("radix-tree-keys"),
        ":1\r\n",
        bulk("radix-tree-nodes"),
        ":2\r\n",
        bulk("last-generated-id"),
        bulk(id(3)),
        bulk("max-deleted-entry-id"),
        bulk(id(1)),
        bulk("entries-added"),
        ":3\r\n",
        bulk("recorded-first-entry-id"),
        bulk(id(2))
      ]
      const short = list(
        ...head,
        bulk("groups"),
        ":0\r\n",
        bulk("first-entry"),
        second,
        bulk("last-entry"),
        third
      )
      assert.strictEqual(yield* client.ask("XINFO STREAM arquivos\r\n", short), short)
      const full = list(...head, bulk("entries"), list(second), bulk("groups"), list())
      assert.strictEqual(yield* client.ask("XINFO STREAM arquivos FULL COUNT 1\r\n", full), full)
    })
  )

  it.live("is not a file, and a file of that name is none of it", () =>
    Effect.gen(function* () {
      const recorder = recorderOf()
      const store = MemoryFileStore.layer(filesOf({ arquivos: "eu", s: "x" }))
      const client = yield* connect(yield* serve(store, { changes: recorder.changes }))
      recorder.record(three)
      const wrong = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
      for (const [command, expected] of [
        ["TYPE arquivos", "+string\r\n"],
        ["GET arquivos", bulk("eu")],
        ["XLEN arquivos", ":3\r\n"],
        ["XLEN s", wrong],
        ["XREAD STREAMS s 0", wrong],
        ["XREAD STREAMS arquivos s $ 0", wrong],
        ["XRANGE s - +", wrong],
        ["XINFO STREAM s", wrong],
        ["XREAD STREAMS nada 0", nothing],
        ["XREAD BLOCK 10 STREAMS nada 0", nothing],
        ["XLEN nada", ":0\r\n"],
        ["XRANGE nada - +", list()],
        ["XINFO STREAM nada", "-ERR no such key\r\n"]
      ] as const)
        assert.strictEqual(yield* client.ask(`${command}\r\n`, expected), expected, command)
    })
  )

  it.live("says so where nobody looks for changes", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(emptyStore))
      for (const command of [
        "XREAD BLOCK 0 STREAMS arquivos $",
        "XRANGE arquivos - +",
        "XLEN arquivos",
        "XINFO STREAM arquivos"
      ]) {
        yield* client.send(`${command}\r\n`)
        const line = yield* client.takeThrough("\r\n")
        assert.strictEqual(line, noChanges)
      }
      yield* client.ask("TYPE arquivos\r\n", "+none\r\n")
    })
  )

  it.live("stays within its bounds", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      recorder.record(Array.from({ length: 1500 }, (_, index) => deleted(`f${index}`)))
      yield* client.send(`XREAD COUNT 100000 STREAMS arquivos arquivos ${id(0)} ${id(0)}\r\n`)
      assert.strictEqual(
        yield* client.takeThrough("*500\r\n"),
        `*1\r\n*2\r\n${bulk("arquivos")}*500\r\n`
      )
      yield* client.takeThrough(bulk("f499"))
      yield* client.ask("PING\r\n", "+PONG\r\n")
      const names = Array.from({ length: 1025 }, () => "x")
      yield* client.ask(
        request("XREAD", "STREAMS", ...names, ...names.map(() => "0")),
        "-ERR Mais de 1024 argumentos.\r\n"
      )
    })
  )
})

/** It listens before its folder is watched: only who follows changes waits for that, and then misses none. */
describe("a server that does not know yet what changes", () => {
  it.live("tells nobody a place in the log before it does, and answers all else", () =>
    Effect.gen(function* () {
      const recorder = recorderOf(1_000_000, true)
      const { address } = yield* serveChanges({ web: {} }, recorder)
      const ask = (question: string) =>
        Effect.gen(function* () {
          const client = yield* connect(address)
          yield* client.send(question)
          return client
        })
      const subscriber = yield* ask("SUBSCRIBE arquivos\r\n")
      const reader = yield* ask("XREAD STREAMS arquivos 0\r\n")
      const asker = yield* ask("XINFO STREAM arquivos\r\n")
      const stream = yield* ask("GET /-/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      const other = yield* connect(address)
      yield* other.ask("PING\r\n", "+PONG\r\n")
      const browser = yield* ask("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
      // A page that is made now is to look anew: what changes until the log starts is not in it.
      assert.include(yield* browser.takeThrough("desde=0-0"), "200 OK")
      for (const { socket } of [subscriber, reader, asker, stream])
        assert.strictEqual(socket.bytesRead, 0)
      recorder.start()
      yield* subscriber.takeThrough(":1\r\n")
      assert.include(yield* asker.takeThrough("groups"), `${epoch}-0`)
      assert.include(yield* reader.takeThrough("refazer"), `${epoch}-0`)
      yield* stream.takeThrough(`id: ${epoch}-0\n\n`)
      recorder.record([deleted("a")])
      for (const client of [subscriber, stream])
        assert.notInclude(yield* client.takeThrough("apagado"), "refazer")
    })
  )
})
