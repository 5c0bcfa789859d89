/** The Redis libraries of other people's programs, as they are and with their default settings, against this server. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Scope } from "effect"
import { Redis as Ioredis5 } from "ioredis-5"
import { Redis as Ioredis6 } from "ioredis-6"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { createClient as createClient5 } from "redis-5"
import { createClient as createClient6, RESP_TYPES } from "redis-6"
import { start } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { sha256 } from "../support/Transfers.ts"

/** Every byte there is, beside every other in turn, and more than any buffer takes at once. */
const binary = Buffer.from(
  Uint8Array.from({ length: 300_000 }, (_, index) => index + Math.floor(index / 256) * 7)
)

const files = { "binário.bin": binary, "olá.txt": "Olá!", "pasta/a.txt": "um" }
const names = ["binário.bin", "olá.txt", "pasta/a.txt"]
const thousand = Array.from({ length: 1000 }, (_, index) => String(index))

/** A server that can be stopped, and started again where it was. */
const makeServer = Effect.gen(function* () {
  const folder = yield* folderWith(files)
  const outer = yield* Effect.scope
  let running: Scope.Closeable | undefined
  const startAt = (port: number) =>
    Effect.gen(function* () {
      running = yield* Scope.fork(outer)
      return (yield* Scope.provide(serveFolder(folder, { port }), running)).port
    })
  const stop = Effect.suspend(() =>
    running === undefined ? Effect.void : Scope.close(running, Exit.void)
  )
  const port = yield* startAt(0)
  return { port, stop, start: Effect.asVoid(startAt(port)) }
})

/** What the tests ask of a library. */
interface Connected {
  readonly command: () => Promise<unknown>
  readonly keys: () => Promise<ReadonlyArray<string>>
  readonly scan: () => Promise<ReadonlyArray<string>>
  readonly text: (name: string) => Promise<string | null>
  readonly bytes: (name: string) => Promise<Buffer | null>
  readonly pipeline: (words: ReadonlyArray<string>) => Promise<ReadonlyArray<unknown>>
  /** Calls when a connection is lost, and when one is ready. */
  readonly on: (event: "lost" | "ready", listener: () => void) => void
  readonly close: () => void
}

const ioredis = async (client: Ioredis5 | Ioredis6): Promise<Connected> => {
  client.on("error", () => undefined)
  await client.ping()
  return {
    command: () => client.call("listar_arquivos"),
    keys: () => client.keys("*"),
    scan: async () => {
      const found: Array<string> = []
      for await (const some of client.scanStream()) found.push(...(some as ReadonlyArray<string>))
      return found
    },
    text: (name) => client.get(name),
    bytes: (name) => client.getBuffer(name),
    pipeline: async (words) => {
      const replies = await client.pipeline(words.map((word) => ["echo", word])).exec()
      return (replies ?? []).map(([error, reply]) => error ?? reply)
    },
    on: (event, listener) => void client.once(event === "lost" ? "close" : "ready", listener),
    close: () => client.disconnect()
  }
}

const nodeRedis = async (createClient: typeof createClient6, port: number): Promise<Connected> => {
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  client.on("error", () => undefined)
  await client.connect()
  const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  return {
    command: () => client.sendCommand(["listar_arquivos"]),
    keys: () => client.keys("*"),
    scan: async () => {
      const found: Array<string> = []
      for await (const some of client.scanIterator()) found.push(...some)
      return found
    },
    text: (name) => client.get(name),
    bytes: (name) => buffers.get(name),
    pipeline: (words) => Promise.all(words.map((word) => client.echo(word))),
    on: (event, listener) =>
      void client.once(event === "lost" ? "reconnecting" : "ready", listener),
    close: () => client.destroy()
  }
}

const libraries: ReadonlyArray<readonly [string, (port: number) => Promise<Connected>]> = [
  ["ioredis 5", (port) => ioredis(new Ioredis5(port))],
  ["ioredis 6", (port) => ioredis(new Ioredis6(port))],
  // Of what is asked of them here, the two have the same signatures, but TypeScript cannot tell.
  ["node-redis 5", (port) => nodeRedis(createClient5 as unknown as typeof createClient6, port)],
  ["node-redis 6", (port) => nodeRedis(createClient6, port)]
]

for (const [library, connectTo] of libraries) {
  const connected = Effect.gen(function* () {
    const server = yield* makeServer
    const client = yield* Effect.acquireRelease(
      Effect.promise(() => connectTo(server.port)),
      (client) => Effect.sync(client.close)
    )
    return { server, client }
  })

  describe(`${library}, with its default settings,`, () => {
    it.live("connects and lists, by our command and by Redis's", () =>
      Effect.gen(function* () {
        const { client } = yield* connected
        assert.deepStrictEqual(yield* Effect.promise(client.command), names)
        assert.deepStrictEqual(yield* Effect.promise(client.keys), names)
        assert.sameMembers([...(yield* Effect.promise(client.scan))], names)
      })
    )

    it.live("fetches a binary file byte for byte, a text as text, and null for no file", () =>
      Effect.gen(function* () {
        const { client } = yield* connected
        const bytes = yield* Effect.promise(() => client.bytes("binário.bin"))
        assert.isTrue(bytes?.equals(binary))
        assert.strictEqual(yield* Effect.promise(() => client.text("olá.txt")), "Olá!")
        assert.isNull(yield* Effect.promise(() => client.text("nada")))
        assert.isNull(yield* Effect.promise(() => client.bytes("nada")))
      })
    )

    it.live("gets 1,000 answers to 1,000 pipelined requests, in order", () =>
      Effect.gen(function* () {
        const { client } = yield* connected
        assert.deepStrictEqual(yield* Effect.promise(() => client.pipeline(thousand)), thousand)
      })
    )

    it.live("reconnects by itself to a server that was stopped and started again", () =>
      Effect.gen(function* () {
        const { client, server } = yield* connected
        const lost = yield* Deferred.make<void>()
        const ready = yield* Deferred.make<void>()
        client.on("lost", () => Deferred.doneUnsafe(lost, Exit.void))
        yield* server.stop
        yield* Deferred.await(lost)
        client.on("ready", () => Deferred.doneUnsafe(ready, Exit.void))
        yield* server.start
        yield* Deferred.await(ready)
        assert.strictEqual(yield* Effect.promise(() => client.text("olá.txt")), "Olá!")
      })
    )
  })
}

/** Debian's, for Debian's package. */
const python = "/usr/bin/python3"
const hasRedisPy = spawnSync(python, ["-c", "import redis"], { stdio: "ignore" }).status === 0
const script = fileURLToPath(new URL("../fixtures/redis_py_client.py", import.meta.url))

const skipped = hasRedisPy ? "" : " (skipped: python3-redis is not installed)"
describe(`redis-py, with its default settings,${skipped}`, () => {
  it.live.skipIf(!hasRedisPy)("lists, fetches, pipelines, and survives a restart", () =>
    Effect.gen(function* () {
      const server = yield* makeServer
      const client = yield* start(python, [script, String(server.port), "binário.bin"])
      const said = Effect.map(client.waitFor("\n"), (line): unknown => JSON.parse(line))
      assert.deepStrictEqual(yield* said, { connected: true })
      assert.deepStrictEqual(yield* said, { command: names, keys: names, scan: names })
      assert.deepStrictEqual(yield* said, { size: binary.length, sha256: sha256(binary) })
      assert.deepStrictEqual(yield* said, { missing: null })
      assert.deepStrictEqual(yield* said, { pipelined: thousand.map(Number) })
      yield* server.stop
      yield* server.start
      yield* client.write("\n")
      assert.deepStrictEqual(yield* said, { again: "Olá!" })
      const { code, stderr } = yield* client.finished
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )
})
