/** Changes of the files on channels, as Redis tells of keys. What redis-server answers to each command: PubSubVectors.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { connect } from "../../support/peers/RawSocket.ts"
import { noChanges, serveChanges } from "../../support/programs/ChangesServer.ts"
import { emptyStore, serve, serveLogged } from "../../support/programs/TestServer.ts"
import { bulk, request } from "../../support/values/Bytes.ts"
import {
  changed,
  created,
  deleted,
  epoch,
  recorderOf,
  rescan
} from "../../support/values/Changes.ts"

const hello = (version: 2 | 3) => `HELLO ${version}\r\n`
const helloEnd = "modules\r\n*0\r\n"

/** A message in the form of a version of RESP. */
const push = (version: 2 | 3, ...items: ReadonlyArray<string>): string =>
  `${version === 3 ? ">" : "*"}${items.length}\r\n${items.join("")}`
const message = (version: 2 | 3, channel: string, payload: string): string =>
  push(version, bulk("message"), bulk(channel), bulk(payload))
const pmessage = (version: 2 | 3, pattern: string, channel: string, payload: string): string =>
  push(version, bulk("pmessage"), bulk(pattern), bulk(channel), bulk(payload))
const confirmed = (version: 2 | 3, word: string, name: string, count: number): string =>
  push(version, bulk(word), bulk(name), `:${count}\r\n`)

const json = (sequence: number, op: string, name: string): string =>
  JSON.stringify({
    id: `${epoch}-${sequence}`,
    op,
    nome: name,
    ...(op === "apagado" ? {} : { tamanho: 1, modificado: "2023-12-31T23:59:59.999Z", versao: "v" })
  })

/** A client that follows these, and was told so. */
const follow = (
  client: Effect.Success<ReturnType<typeof connect>>,
  version: 2 | 3,
  word: "SUBSCRIBE" | "PSUBSCRIBE",
  names: ReadonlyArray<string>
) =>
  Effect.gen(function* () {
    yield* client.send(hello(version))
    yield* client.takeThrough(helloEnd)
    const expected = names
      .map((name, index) => confirmed(version, word.toLowerCase(), name, index + 1))
      .join("")
    assert.strictEqual(yield* client.ask(request(word, ...names), expected), expected)
  })

for (const version of [2, 3] as const)
  describe(`a connection of RESP ${version} that follows changes`, () => {
    it.live("is told of each kind on the channel of all, in their order", () =>
      Effect.gen(function* () {
        const { client, recorder } = yield* serveChanges()
        yield* follow(client, version, "SUBSCRIBE", ["arquivos", "nada"])
        recorder.record([rescan])
        const anew = message(version, "arquivos", `{"id":"${epoch}-1","op":"refazer"}`)
        assert.strictEqual(yield* client.take(anew.length), anew)
        recorder.record([created("a b.txt"), changed("é")])
        recorder.record([deleted("c")])
        for (const [index, op, name] of [
          [2, "criado", "a b.txt"],
          [3, "alterado", "é"],
          [4, "apagado", "c"]
        ] as const) {
          const told = message(version, "arquivos", json(index, op, name))
          assert.strictEqual(yield* client.take(told.length), told)
        }
      })
    )

    it.live("is told of one name, and of one event", () =>
      Effect.gen(function* () {
        const { client, recorder } = yield* serveChanges()
        yield* follow(client, version, "SUBSCRIBE", [
          "__keyspace@0__:a/b.txt",
          "__keyevent@0__:del"
        ])
        recorder.record([created("x"), created("a/b.txt"), deleted("x"), changed("y")])
        recorder.record([deleted("a/b.txt")])
        const expected =
          message(version, "__keyevent@0__:del", "x")
          + message(version, "__keyspace@0__:a/b.txt", "del")
          + message(version, "__keyevent@0__:del", "a/b.txt")
        assert.strictEqual(yield* client.take(expected.length), expected)
      })
    )

    it.live("is told by channel first, then by each pattern", () =>
      Effect.gen(function* () {
        const { client, recorder } = yield* serveChanges()
        yield* follow(client, version, "PSUBSCRIBE", ["__key*__:*", "*event*"])
        const channel = "__keyevent@0__:set"
        yield* client.ask(
          request("SUBSCRIBE", channel),
          confirmed(version, "subscribe", channel, 3)
        )
        recorder.record([changed("é")])
        const expected =
          pmessage(version, "__key*__:*", "__keyspace@0__:é", "set")
          + message(version, channel, "é")
          + pmessage(version, "__key*__:*", channel, "é")
          + pmessage(version, "*event*", channel, "é")
        assert.strictEqual(yield* client.take(expected.length), expected)
      })
    )

    it.live("is told whatever CLIENT REPLY says, and nothing any more after RESET", () =>
      Effect.gen(function* () {
        const { client, recorder } = yield* serveChanges()
        const channel = "__keyevent@0__:del"
        yield* client.send(hello(version))
        yield* client.takeThrough(helloEnd)
        yield* client.ask(
          request("CLIENT", "REPLY", "OFF") + request("SUBSCRIBE", channel) + request("PING"),
          confirmed(version, "subscribe", channel, 1)
        )
        recorder.record([deleted("a")])
        const told = message(version, channel, "a")
        assert.strictEqual(yield* client.take(told.length), told)
        yield* client.ask("RESET\r\n", "+RESET\r\n")
        recorder.record([deleted("b")])
        yield* client.ask("PING\r\n", "+PONG\r\n")
      })
    )
  })

describe("following changes", () => {
  it.live("is told between replies, never within one", () =>
    Effect.gen(function* () {
      const { client, recorder } = yield* serveChanges()
      yield* follow(client, 3, "SUBSCRIBE", ["__keyevent@0__:del"])
      // A list that is sent in parts, and a transaction, while changes come in every turn.
      let isOver = false
      const churn = Effect.gen(function* () {
        for (let index = 0; !isOver; index++) {
          recorder.record([deleted(`f${index % 50}`)])
          yield* Effect.yieldNow
        }
      })
      const names = Array.from({ length: 5000 }, (_, index) => `n${index}`)
      const list = `*${names.length}\r\n${"_\r\n".repeat(names.length)}`
      yield* Effect.forkScoped(churn)
      yield* client.send(
        request("MGET", ...names)
          + request("MULTI")
          + request("PING")
          + request("MGET", ...names)
          + request("EXEC")
          + request("ECHO", "fim")
      )
      const all = yield* client.takeThrough(bulk("fim"))
      isOver = true
      const replies = all.replace(
        />3\r\n\$7\r\nmessage\r\n\$18\r\n__keyevent@0__:del\r\n\$\d+\r\nf\d+\r\n/g,
        ""
      )
      assert.isAbove(all.length, replies.length)
      assert.isTrue(
        replies === `${list}+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+PONG\r\n${list}${bulk("fim")}`
      )
    })
  )

  it.live("stays though it is silent for longer than the idle limit, as a waiting XREAD does", () =>
    Effect.gen(function* () {
      const idle = Duration.millis(100)
      const recorder = recorderOf()
      const { address, next } = yield* serveLogged(emptyStore, {
        changes: recorder.changes,
        limits: {
          connections: 10,
          perAddress: 10,
          memory: 1e9,
          idle,
          request: Duration.seconds(30),
          stall: Duration.zero
        }
      })
      const [follower, waiting, idler] = [
        yield* connect(address),
        yield* connect(address),
        yield* connect(address)
      ]
      yield* follow(follower, 2, "SUBSCRIBE", ["__keyevent@0__:del"])
      yield* waiting.send("XREAD BLOCK 0 STREAMS arquivos $\r\n")
      yield* idler.ask("PING\r\n", "+PONG\r\n")
      assert.strictEqual((yield* next("connection.closed")).fields["reason"], "idle")
      recorder.record([deleted("a")])
      const told = message(2, "__keyevent@0__:del", "a")
      assert.strictEqual(yield* follower.take(told.length), told)
      yield* waiting.takeThrough("apagado")
    })
  )

  it.live("is refused where nobody looks for them, and in so many words", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(emptyStore))
      yield* client.send("SUBSCRIBE arquivos\r\n")
      assert.strictEqual(yield* client.takeThrough("\r\n"), noChanges)
      yield* client.ask("GET a\r\n", "$-1\r\n")
    })
  )

  it.live("has bounds, and what is refused by them changes nothing", () =>
    Effect.gen(function* () {
      const { client } = yield* serveChanges()
      const names = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`)
      const full = "-ERR A conexão já acompanha tantos canais quantos pode.\r\n"
      const wire = Buffer.from(full).toString("latin1")
      yield* client.ask(request("SUBSCRIBE", ...names(1025)), "-ERR Mais de 1024 argumentos.\r\n")
      yield* client.ask(request("PSUBSCRIBE", ...names(65)), wire)
      yield* client.ask(
        request("PSUBSCRIBE", "*".repeat(257)),
        Buffer.from("-ERR O padrão passa de 256 bytes.\r\n").toString("latin1")
      )
      yield* client.ask("GET a\r\n", "$-1\r\n")
      yield* client.send(request("SUBSCRIBE", ...names(1024)))
      yield* client.takeThrough(":1024\r\n")
      assert.strictEqual(yield* client.ask(request("SUBSCRIBE", "c3", "mais"), wire), wire)
      yield* client.ask(request("SUBSCRIBE", "c3"), confirmed(2, "subscribe", "c3", 1024))
    })
  )

  it.live("ends where changes may have been missed and no channel that is followed says so", () =>
    Effect.gen(function* () {
      const recorder = recorderOf()
      const { address, next } = yield* serveLogged(emptyStore, { changes: recorder.changes })
      const [one, all, other] = [
        yield* connect(address),
        yield* connect(address),
        yield* connect(address)
      ]
      yield* follow(one, 2, "SUBSCRIBE", ["__keyspace@0__:a"])
      yield* follow(all, 2, "PSUBSCRIBE", ["__keyevent@0__:*"])
      yield* follow(other, 2, "SUBSCRIBE", ["outro"])
      recorder.record([rescan])
      assert.strictEqual(yield* one.rest, "")
      assert.strictEqual((yield* next("connection.closed")).fields["reason"], "behind")
      const told = pmessage(2, "__keyevent@0__:*", "__keyevent@0__:refazer", "")
      assert.strictEqual(yield* all.take(told.length), told)
      yield* other.ask("PING\r\n", `*2\r\n${bulk("pong")}${bulk("")}`)
    })
  )

  it.live("ends in order when the server stops", () =>
    Effect.gen(function* () {
      const { client } = yield* Effect.scoped(
        Effect.gen(function* () {
          const recorder = recorderOf()
          const address = yield* serve(emptyStore, {
            changes: recorder.changes,
            grace: Duration.seconds(10)
          })
          // The client outlives the server.
          const client = yield* connect(address)
          yield* follow(client, 3, "SUBSCRIBE", ["arquivos"])
          return { client }
        })
      )
      assert.isTrue(client.socket.destroyed || client.socket.readableEnded)
    })
  )

  it.live("is told by INFO and by CLIENT INFO, and its PING is a command that is counted", () =>
    Effect.gen(function* () {
      const { address, client, recorder } = yield* serveChanges()
      const told = (...fields: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          yield* client.send(request("INFO", "clients", "stats"))
          const text = yield* client.takeThrough("pubsubshard_channels:")
          return fields.map((field) => new RegExp(`${field}:(\\d+)`).exec(text)?.[1])
        })
      const fields = ["pubsub_channels", "pubsub_patterns", "blocked_clients"]
      assert.deepStrictEqual(yield* told(...fields), ["0", "0", "0"])
      const subscriber = yield* connect(address)
      yield* follow(subscriber, 3, "SUBSCRIBE", ["a", "b"])
      yield* subscriber.ask(request("PSUBSCRIBE", "x*"), confirmed(3, "psubscribe", "x*", 3))
      for (const question of ["INFO", "LIST", "LIST TYPE pubsub"]) {
        yield* subscriber.send(`CLIENT ${question}\r\n`)
        assert.match(
          yield* subscriber.takeThrough("resp=3\n"),
          / flags=P db=0 sub=2 psub=1 ssub=0 /
        )
      }
      const reader = yield* connect(address)
      yield* reader.send("XREAD BLOCK 0 STREAMS arquivos $\r\n")
      while ((yield* told("blocked_clients"))[0] !== "1") yield* Effect.yieldNow
      assert.deepStrictEqual(yield* told(...fields), ["2", "1", "1"])
      recorder.record([created("c")])
      yield* reader.takeThrough("criado")
      assert.deepStrictEqual(yield* told("blocked_clients"), ["0"])
      const other = yield* connect(address)
      yield* follow(other, 2, "SUBSCRIBE", ["a"])
      const [before] = yield* told("total_commands_processed")
      yield* other.ask("PING\r\n", `*2\r\n${bulk("pong")}${bulk("")}`)
      const [after] = yield* told("total_commands_processed")
      assert.strictEqual(Number(after) - Number(before), 2)
      yield* subscriber.send("RESET\r\n")
      yield* subscriber.takeThrough("+RESET\r\n")
      assert.deepStrictEqual(yield* told(...fields), ["1", "0", "0"])
    })
  )

  it.live("is counted by PUBSUB for as long as it goes on", () =>
    Effect.gen(function* () {
      const { address, client } = yield* serveChanges()
      const ask = (expected: string, ...words: ReadonlyArray<string>) =>
        Effect.map(client.ask(request("PUBSUB", ...words), expected), (heard) =>
          assert.strictEqual(heard, expected)
        )
      const leaving = yield* connect(address, { allowHalfOpen: true })
      yield* follow(leaving, 3, "SUBSCRIBE", ["a", "b"])
      const staying = yield* connect(address)
      yield* follow(staying, 3, "SUBSCRIBE", ["a"])
      yield* staying.ask(request("PSUBSCRIBE", "x*"), confirmed(3, "psubscribe", "x*", 2))
      yield* ask(
        `*6\r\n${bulk("a")}:2\r\n${bulk("b")}:1\r\n${bulk("c")}:0\r\n`,
        "NUMSUB",
        "a",
        "b",
        "c"
      )
      yield* ask(`*1\r\n${bulk("b")}`, "CHANNELS", "b*")
      yield* ask(":1\r\n", "NUMPAT")
      yield* leaving.end
      yield* leaving.rest
      yield* ask(`*4\r\n${bulk("a")}:1\r\n${bulk("b")}:0\r\n`, "NUMSUB", "a", "b")
      yield* ask(`*1\r\n${bulk("a")}`, "CHANNELS")
    })
  )
})
