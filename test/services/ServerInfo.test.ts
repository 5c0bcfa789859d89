import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { FileNotFound, StoreUnavailable } from "../../src/domain/Errors.ts"
import { Stats } from "../../src/telemetry/Stats.ts"
import { countFollowers, FileChanges } from "../../src/services/files/FileChanges.ts"
import { FileStore, type KnownCount } from "../../src/services/files/FileStore.ts"
import * as MemoryFileStore from "../../src/services/files/MemoryFileStore.ts"
import { human, makeServerInfo } from "../../src/services/ServerInfo.ts"
import * as Monotonic from "../../src/domain/Monotonic.ts"
import { created, epoch, recorderOf } from "../support/values/Changes.ts"
import { steps, withSettableWall } from "../support/values/WallClock.ts"
import { fileName } from "../support/values/Names.ts"

const bytes = (size: number) => ({ bytes: new Uint8Array(size), modified: 0 })

const setUp = Effect.gen(function* () {
  const files = new Map([
    [fileName("a"), bytes(1000)],
    [fileName("b/c"), bytes(500)]
  ])
  const services = yield* Layer.build(Layer.merge(Stats.layer, MemoryFileStore.layer(files)))
  return { stats: Context.get(services, Stats), store: Context.get(services, FileStore) }
})

const ask = (...sections: ReadonlyArray<string>) =>
  Effect.flatMap(setUp, ({ stats, store }) =>
    Effect.flatMap(makeServerInfo(stats, store), ({ describe }) => describe(sections))
  )

const titles = (text: string) => [...text.matchAll(/^# (\w+)\r$/gm)].map(([, title]) => title)

const standard = ["Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "Changes"]

describe("INFO", () => {
  it.effect("describes every file only where that is asked for by its name", () =>
    Effect.gen(function* () {
      for (const asked of [[], ["default"], ["DEFAULT"]]) {
        assert.deepStrictEqual(titles(yield* ask(...asked)), standard)
      }
      for (const asked of ["all", "Everything"]) {
        assert.deepStrictEqual(titles(yield* ask(asked)), [...standard, "Keyspace"])
        assert.deepStrictEqual(titles(yield* ask(asked, "files")), [
          ...standard,
          "Keyspace",
          "Files"
        ])
      }
    })
  )

  it.effect("tells of the log of changes", () =>
    Effect.gen(function* () {
      const { stats, store } = yield* setUp
      const { changes, record, setSource } = recorderOf()
      record([created("a"), created("b"), created("a")])
      setSource("watch", 3)
      const counted = countFollowers(changes, stats)
      yield* Effect.forkChild(counted.awaitAfter(changes.last()), { startImmediately: true })
      const info = yield* Effect.provideService(makeServerInfo(stats, store), FileChanges, counted)
      const text = yield* info.describe(["changes"])
      assert.deepStrictEqual(text.split("\r\n"), [
        "# Changes",
        "changes_source:watch",
        `changes_epoch:${epoch}`,
        "changes_told:3",
        "changes_log_length:2",
        `changes_log_bytes:${changes.held()}`,
        "changes_watches:3",
        "changes_followers:1",
        ""
      ])
    })
  )

  it.effect("tells how many files there are as Redis tells keys, and answers without a store", () =>
    Effect.gen(function* () {
      const heading = "# Keyspace\r\n"
      assert.strictEqual(yield* ask("keyspace"), `${heading}db0:keys=2,expires=0,avg_ttl=0\r\n`)
      const { stats, store } = yield* setUp
      const away = Effect.fail(new StoreUnavailable({ cause: "gone" }))
      const { describe } = yield* makeServerInfo(stats, { ...store, count: away })
      assert.strictEqual(yield* describe(["keyspace"]), heading)
    })
  )

  it.effect(
    "with all tells the files that are known, and counts them where that is asked for",
    () =>
      Effect.gen(function* () {
        const { stats, store } = yield* setUp
        const { changes, setFiles } = recorderOf()
        const known: Array<KnownCount> = []
        let counts = 0
        const count = Effect.sync(() => {
          counts += 1
          return 5
        })
        const info = yield* makeServerInfo(stats, {
          ...store,
          count,
          knownCount: Effect.sync(() => known.at(-1))
        }).pipe(Effect.provideService(FileChanges, changes))
        const told = (...asked: ReadonlyArray<string>) =>
          Effect.map(info.describe(asked), (text) => /^db0:keys=(\d+),/m.exec(text)?.[1])
        assert.isUndefined(yield* told("all"))
        known.push({ names: 3, at: 10 })
        assert.strictEqual(yield* told("everything"), "3")
        setFiles({ names: 4, at: 20 })
        assert.strictEqual(yield* told("ALL"), "4")
        known.push({ names: 6, at: 30 })
        assert.strictEqual(yield* told("ALL"), "6")
        assert.strictEqual(counts, 0)
        assert.strictEqual(yield* told("all", "keyspace"), "5")
        assert.strictEqual(counts, 1)
      })
  )

  it.effect(
    "tells the sections asked for, in any case, each once, and nothing of those it does not know",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(titles(yield* ask("stats", "SERVER", "Stats", "nada")), [
          "Server",
          "Stats"
        ])
        assert.strictEqual(yield* ask("nada"), "")
        assert.strictEqual(yield* ask("constructor"), "")
      })
  )

  it.effect("is lines of key:value under headings, sections apart by an empty line", () =>
    Effect.gen(function* () {
      const text = yield* ask("everything", "files")
      for (const section of text.split("\r\n\r\n")) {
        const [title = "", ...lines] = section.replace(/\r\n$/, "").split("\r\n")
        assert.match(title, /^# \w+$/)
        for (const line of lines) assert.match(line, /^[a-z_][a-z_0-9]*:[^\r\n]*$/)
      }
    })
  )

  it.effect("says that nothing is being loaded, which clients wait for", () =>
    Effect.gen(function* () {
      assert.include(yield* ask(), "\r\nloading:0\r\n")
    })
  )

  it.effect("tells what was counted, and for how long", () =>
    Effect.gen(function* () {
      const { stats, store } = yield* setUp
      stats.version = "1.2.3"
      stats.port = 4321
      stats.startedAt = 0
      stats.maxClients = 9
      stats.connectedClients = 2
      stats.connectionsReceived = 3
      stats.connectionsRejected = 4
      stats.commandsProcessed = 5
      stats.protocolErrors = 6
      stats.bytesReceived = 7
      stats.bytesSent = 8
      yield* TestClock.adjust("25 hours")
      const text = yield* (yield* makeServerInfo(stats, store)).describe([])
      const wanted = [
        "redis_version:7.0.15",
        "sockets_version:1.2.3",
        "redis_mode:standalone",
        `process_id:${process.pid}`,
        "tcp_port:4321",
        "uptime_in_seconds:90000",
        "uptime_in_days:1",
        "connected_clients:2",
        "maxclients:9",
        "total_connections_received:3",
        "rejected_connections:4",
        "total_commands_processed:5",
        "protocol_errors:6",
        "total_net_input_bytes:7",
        "total_net_output_bytes:8",
        "role:master"
      ]
      for (const line of wanted) assert.include(text, `${line}\r\n`)
      assert.match(text, /\r\nused_memory:[1-9]\d+\r\nused_memory_human:[\d.]+[KMG]\r\n/)
      assert.match(text, /\r\nused_memory_rss:[1-9]\d+\r\n/)
      assert.match(text, /\r\nindex_folders:\d+\r\nindex_bytes:\d+\r\nindex_bytes_human:\S+\r\n/)
    })
  )

  it.effect("counts the files and their bytes, without those that vanish meanwhile", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* ask("files"),
        "# Files\r\nfiles:2\r\nfiles_bytes:1500\r\nfiles_bytes_human:1.46K\r\n"
      )
      const { stats, store } = yield* setUp
      const describe = (name: string) =>
        name === "a"
          ? Effect.fail(new FileNotFound())
          : Effect.orDie(store.describe(fileName(name)))
      const text = yield* (yield* makeServerInfo(stats, { ...store, describe })).describe(["files"])
      assert.include(text, "\r\nfiles:1\r\nfiles_bytes:500\r\n")
    })
  )

  it.effect("counts the files once a minute at most, however many ask", () =>
    Effect.gen(function* () {
      const { stats, store } = yield* setUp
      let walks = 0
      const names = Stream.suspend(() => {
        walks += 1
        return store.names
      })
      const info = yield* makeServerInfo(stats, { ...store, names })
      const askTwice = Effect.all([info.describe(["files"]), info.describe(["all", "files"])], {
        concurrency: 2
      })
      yield* askTwice
      for (const asked of [[], ["all"], ["everything"]]) yield* info.describe(asked)
      assert.strictEqual(walks, 1)
      yield* TestClock.adjust("61 seconds")
      yield* askTwice
      assert.strictEqual(walks, 2)
    })
  )

  for (const [step, by] of steps) {
    it.effect(`tells how long it has run, whatever the wall clock: ${step}`, () =>
      withSettableWall((setWall) =>
        Effect.gen(function* () {
          const { stats, store } = yield* setUp
          stats.startedAt = yield* Monotonic.now
          const info = yield* makeServerInfo(stats, store)
          yield* TestClock.adjust("90 seconds")
          yield* setWall(by)
          const text = yield* info.describe(["server"])
          assert.include(text, "\r\nuptime_in_seconds:90\r\n")
          const wall = yield* Clock.currentTimeMillis
          assert.include(text, `\r\nserver_time_usec:${wall * 1000}\r\n`)
        })
      )
    )
  }

  it("writes sizes as Redis does", () => {
    const sizes: ReadonlyArray<readonly [number, string]> = [
      [0, "0B"],
      [1023, "1023B"],
      [1024, "1.00K"],
      [1_460_136, "1.39M"],
      [25_276_502_016, "23.54G"],
      [2 ** 53, "8.00P"]
    ]
    for (const [bytes, text] of sizes) assert.strictEqual(human(bytes), text)
  })

  it.effect("lets others have their turn while it describes thousands of files", () =>
    Effect.gen(function* () {
      const { stats, store } = yield* setUp
      const names = Stream.fromIterable(Array.from({ length: 5000 }, () => fileName("a")))
      let described = 0
      const describe = () =>
        Effect.sync(() => {
          described += 1
          return { size: 1, modified: 0, version: "" }
        })
      const info = yield* makeServerInfo(stats, { ...store, names, describe })
      const asking = yield* Effect.forkChild(info.describe(["files"]))
      let most = 0
      while (asking.pollUnsafe() === undefined) {
        const before = described
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        most = Math.max(most, described - before)
      }
      assert.include(yield* Fiber.join(asking), "files:5000\r\n")
      assert.isAtMost(most, 2 * 64)
    })
  )
})
