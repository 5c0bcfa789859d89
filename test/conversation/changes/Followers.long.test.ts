/** Other people's clients, with their default settings, that follow the changes of a real folder by channels and by the stream. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Redis as Ioredis5 } from "ioredis-5"
import { Redis as Ioredis6 } from "ioredis-6"
import { writeFileSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { createClient as createClient5 } from "redis-5"
import { createClient as createClient6 } from "redis-6"
import { connect } from "../../support/peers/RawSocket.ts"
import { isInstalled, start } from "../../support/programs/Programs.ts"
import { serveFolder } from "../../support/programs/TestServer.ts"
import { changesOf } from "../../support/stores/FolderChanges.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"

const channel = "__keyevent@0__:set"

/** One client: subscribed and reading once `ready`; then what it was told by each way. */
interface Follower {
  readonly name: string
  readonly told: Effect.Effect<readonly [message: string, entry: string]>
  readonly close: () => void
}

const promised = <A>(): { readonly promise: Promise<A>; readonly resolve: (value: A) => void } =>
  Promise.withResolvers<A>()

const ioredis = async (name: string, make: () => Ioredis5 | Ioredis6): Promise<Follower> => {
  const [subscriber, reader] = [make(), make()]
  const message = promised<string>()
  subscriber.on("message", (_, text) => message.resolve(text))
  await subscriber.subscribe(channel)
  await reader.ping()
  const entries = reader.xread("BLOCK", 0, "STREAMS", "arquivos", "$")
  return {
    name,
    told: Effect.promise(async () => [
      await message.promise,
      (await entries)?.[0]?.[1][0]?.[1].join(" ") ?? ""
    ]),
    close: () => {
      subscriber.disconnect()
      reader.disconnect()
    }
  }
}

const nodeRedis = async (
  name: string,
  createClient: typeof createClient6,
  port: number
): Promise<Follower> => {
  const url = `redis://127.0.0.1:${port}`
  const [subscriber, reader] = [createClient({ url }), createClient({ url })]
  const message = promised<string>()
  for (const client of [subscriber, reader]) {
    client.on("error", () => undefined)
    await client.connect()
  }
  await subscriber.subscribe(channel, (text) => message.resolve(text))
  const entries = reader.xRead({ key: "arquivos", id: "$" }, { BLOCK: 0 })
  return {
    name,
    told: Effect.promise(async () => {
      const [stream] = (await entries) as unknown as ReadonlyArray<{
        readonly messages: ReadonlyArray<{ readonly message: Readonly<Record<string, string>> }>
      }>
      const fields = Object.entries(stream?.messages[0]?.message ?? {})
      return [await message.promise, fields.flat().join(" ")]
    }),
    close: () => {
      subscriber.destroy()
      reader.destroy()
    }
  }
}

const python = "/usr/bin/python3"
const hasRedisPy = spawnSync(python, ["-c", "import redis"], { stdio: "ignore" }).status === 0

const redisPy = `
import redis, sys, threading
def follow():
    channel = redis.Redis(port=int(sys.argv[1])).pubsub(ignore_subscribe_messages=True)
    channel.subscribe(sys.argv[2])
    for message in channel.listen():
        print("message", message["data"].decode(), flush=True)
        return
thread = threading.Thread(target=follow)
thread.start()
print("ready", flush=True)
[(stream, [(id, fields)])] = redis.Redis(port=int(sys.argv[1])).xread({"arquivos": "$"}, block=0)
print("entry", " ".join(part.decode() for pair in fields.items() for part in pair), flush=True)
thread.join()
`

describe("clients that follow the changes of a folder, with their default settings,", () => {
  it.live(
    "stay though nothing changes for longer than the idle limit, and are told then",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "antes.txt": "x" })
        const changes = yield* changesOf(folder)
        const address = yield* serveFolder(folder, {
          changes,
          limits: {
            connections: 100,
            perAddress: 100,
            memory: 100_000_000,
            idle: Duration.millis(500),
            request: Duration.seconds(30),
            stall: Duration.seconds(30)
          }
        })
        const { port } = address
        const libraries = yield* Effect.acquireRelease(
          Effect.promise(() =>
            Promise.all([
              ioredis("ioredis 5", () => new Ioredis5(port)),
              ioredis("ioredis 6", () => new Ioredis6(port)),
              nodeRedis("node-redis 5", createClient5 as unknown as typeof createClient6, port),
              nodeRedis("node-redis 6", createClient6, port)
            ])
          ),
          (followers) => Effect.sync(() => followers.forEach(({ close }) => close()))
        )
        const cli = isInstalled("redis-cli")
          ? [
              yield* start("redis-cli", ["-p", String(port), "SUBSCRIBE", channel]),
              yield* start("redis-cli", [
                "-p",
                String(port),
                "XREAD",
                "BLOCK",
                "0",
                "STREAMS",
                "arquivos",
                "$"
              ])
            ]
          : []
        if (cli[0] !== undefined) yield* cli[0].waitFor("1")
        const py = hasRedisPy
          ? yield* start(python, ["-c", redisPy, String(port), channel])
          : undefined
        if (py !== undefined) yield* py.waitFor("ready")
        // One that is silent without following anything goes, and so would they.
        const idler = yield* connect(address)
        assert.strictEqual(yield* idler.rest, "")
        writeFileSync(join(folder, "novo.txt"), "abc")
        for (const { name, told } of libraries) {
          const [message, entry] = yield* told
          assert.strictEqual(message, "novo.txt", name)
          assert.match(
            entry,
            /^op criado nome novo\.txt tamanho \d+ modificado .+ versao .+$/,
            name
          )
        }
        if (cli[0] !== undefined) yield* cli[0].waitFor("novo.txt")
        if (cli[1] !== undefined) yield* cli[1].waitFor("novo.txt")
        if (py !== undefined) {
          const { code, stdout } = yield* py.finished
          assert.strictEqual(code, 0)
          assert.include(stdout, "message novo.txt")
          assert.match(stdout, /entry op criado nome novo\.txt/)
        }
      }),
    20_000
  )
})
