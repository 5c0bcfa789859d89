/** Transactions over files, and by the libraries that send them. What Redis answers to each command: RedisVectors.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import { Redis as Ioredis5 } from "ioredis-5"
import { Redis as Ioredis6 } from "ioredis-6"
import { spawnSync } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createClient as createClient5 } from "redis-5"
import { createClient as createClient6 } from "redis-6"
import { bulk, request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { run } from "../support/programs/Programs.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

/** Larger than what is sent in one write. */
const large = Buffer.alloc(3 * 1024 * 1024, "0123456789")

const scene = Effect.gen(function* () {
  const folder = yield* folderWith({ "a.txt": "um", "grande.bin": large })
  const address = yield* serveFolder(folder)
  return { folder, address, client: yield* connect(address) }
})

const ioredis = async (redis: Ioredis5 | Ioredis6): Promise<ReadonlyArray<unknown>> => {
  const replies = await redis.multi().get("a.txt").get("nada").strlen("a.txt").exec()
  redis.disconnect()
  return (replies ?? []).map(([error, reply]) => error ?? reply)
}

describe("a transaction", () => {
  it.live("sends files of any size as items of its list, in order", () =>
    Effect.gen(function* () {
      const { client } = yield* scene
      yield* client.send(
        "MULTI\r\nGET a.txt\r\nGET grande.bin\r\nGET nada\r\nSTRLEN a.txt\r\nMGET a.txt grande.bin\r\nEXEC\r\nPING\r\n"
      )
      const expected = `+OK\r\n${"+QUEUED\r\n".repeat(5)}*5\r\n${bulk("um")}${bulk(large.toString("latin1"))}$-1\r\n:2\r\n*2\r\n${bulk("um")}${bulk(large.toString("latin1"))}+PONG\r\n`
      assert.isTrue((yield* client.take(expected.length)) === expected)
    })
  )

  for (const [what, change] of [
    ["is written anew", (path: string) => writeFileSync(path, "outro conteúdo")],
    ["goes", (path: string) => rmSync(path)],
    ["comes", (path: string) => writeFileSync(join(path, "../novo.txt"), "x")]
  ] as const) {
    it.live(`answers nothing where a watched file ${what}, and is over then`, () =>
      Effect.gen(function* () {
        const { client, folder } = yield* scene
        yield* client.ask("WATCH a.txt novo.txt\r\n", "+OK\r\n")
        yield* client.ask("MULTI\r\nGET a.txt\r\n", "+OK\r\n+QUEUED\r\n")
        change(join(folder, "a.txt"))
        assert.strictEqual(yield* client.ask("EXEC\r\n", "*-1\r\n"), "*-1\r\n")
        assert.strictEqual(
          yield* client.ask("MULTI\r\nPING\r\nEXEC\r\n", "+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n"),
          "+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n"
        )
      })
    )
  }

  it.live("holds back 4 MiB at most: then it is refused, and the next one is not", () =>
    Effect.gen(function* () {
      const { client } = yield* scene
      const echo = request("ECHO", "x".repeat(60_000))
      yield* client.ask("MULTI\r\n", "+OK\r\n")
      let held = 0
      for (; ; held++) {
        yield* client.send(echo)
        if ((yield* client.takeThrough("\r\n")) !== "+QUEUED\r\n") break
      }
      assert.isAtMost(held * 60_000, 4 * 1024 * 1024)
      assert.isAtLeast(held, 60)
      assert.match(
        yield* client.ask(
          "EXEC\r\n",
          "-EXECABORT Transaction discarded because of previous errors.\r\n"
        ),
        /^-EXECABORT/
      )
      assert.strictEqual(
        yield* client.ask("MULTI\r\nPING\r\nEXEC\r\n", "+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n"),
        "+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n"
      )
    })
  )
})

describe("a transaction of a library", () => {
  const url = ({ host, port }: Address) => `redis://${host}:${port}`
  const libraries: ReadonlyArray<
    readonly [name: string, ask: (address: Address) => Promise<ReadonlyArray<unknown>>]
  > = [
    ["ioredis 5", (address) => ioredis(new Ioredis5(url(address)))],
    ["ioredis 6", (address) => ioredis(new Ioredis6(url(address)))],
    [
      "node-redis 5",
      async (address) => {
        const client = await createClient5({ url: url(address) }).connect()
        const replies = await client.multi().get("a.txt").get("nada").strLen("a.txt").exec()
        client.destroy()
        return replies
      }
    ],
    [
      "node-redis 6",
      async (address) => {
        const client = await createClient6({ url: url(address) }).connect()
        const replies = await client.multi().get("a.txt").get("nada").strLen("a.txt").exec()
        client.destroy()
        return replies
      }
    ]
  ]
  for (const [name, ask] of libraries) {
    it.live(`is answered: ${name}`, () =>
      Effect.gen(function* () {
        const { address } = yield* scene
        assert.deepStrictEqual(yield* Effect.promise(() => ask(address)), ["um", null, 2])
      })
    )
  }

  const python = "/usr/bin/python3"
  const hasRedisPy = spawnSync(python, ["-c", "import redis"]).status === 0
  it.live.skipIf(!hasRedisPy)("is answered: redis-py's pipeline, as it is by default", () =>
    Effect.gen(function* () {
      const { address } = yield* scene
      const program = [
        "import redis",
        `client = redis.Redis(host="${address.host}", port=${address.port})`,
        'print(client.pipeline().get("a.txt").get("nada").strlen("a.txt").execute())'
      ].join("\n")
      const { stderr, stdout } = yield* run(python, ["-c", program])
      assert.deepStrictEqual([stdout, stderr], ["[b'um', None, 2]\n", ""])
    })
  )
})
