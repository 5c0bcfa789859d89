/** Reading the stream of changes goes on where it was, whatever is killed meanwhile: nothing is missed, or `refazer` says so. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { Redis } from "ioredis-6"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { App } from "../../support/programs/App.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { seeded } from "../../support/values/Seeded.ts"

const kills = 100
const names = Array.from({ length: 30 }, (_, index) => `arquivo-${index}.txt`)

/** Every file and its version, as the server lists them. */
const list = async (redis: Redis): Promise<Map<string, string>> => {
  const files = (await redis.call("LISTAR", "COM", "detalhes")) as ReadonlyArray<
    ReadonlyArray<string>
  >
  return new Map(files.map((fields) => [fields[1] ?? "", fields[7] ?? ""]))
}

/** What is known of the files by the changes alone, and the id up to which they were read. */
interface Reader {
  id: string
  files: Map<string, string>
  rescans: number
}

/** Reads what is there behind the id. A look at everything anew is made after the id was noted, so that nothing falls between. */
const readOn = async (redis: Redis, reader: Reader): Promise<void> => {
  const streams = await redis.xread("COUNT", 50, "BLOCK", 50, "STREAMS", "arquivos", reader.id)
  for (const [id, fields] of streams?.[0]?.[1] ?? []) {
    const [, op, , name = "", , , , , , version = ""] = fields
    if (op === "refazer") {
      reader.files = await list(redis)
      reader.rescans += 1
    } else if (op === "apagado") reader.files.delete(name)
    else reader.files.set(name, version)
    reader.id = id
  }
}

describe("a reader of the stream", () => {
  it.live(
    `has every file's last state after ${kills} kills of the server and of itself`,
    () =>
      Effect.gen(function* () {
        const app = yield* App
        const folder = yield* temporaryFolder
        const outer = yield* Effect.scope
        const random = seeded(7)
        const startServer = Effect.gen(function* () {
          const scope = yield* Scope.fork(outer)
          const { address } = yield* Scope.provide(app.serve([folder], { cwd: folder }), scope)
          // The scope kills it with SIGKILL.
          return { port: address.port, kill: Scope.close(scope, Exit.void) }
        })
        let server = yield* startServer
        const makeClient = () => new Redis(server.port)
        let redis = makeClient()
        const reader: Reader = { id: "0", files: new Map(), rescans: 0 }
        const churn = (count: number): void => {
          for (let index = 0; index < count; index++) {
            const name = names[random(names.length)] ?? ""
            if (random(10) < 3) rmSync(join(folder, name), { force: true })
            else writeFileSync(join(folder, name), "x".repeat(random(1000)))
          }
        }
        for (let kill = 0; kill < kills; kill++) {
          churn(20)
          yield* Effect.promise(() => readOn(redis, reader))
          churn(20)
          redis.disconnect()
          if (kill % 2 === 1) {
            yield* server.kill
            churn(5)
            server = yield* startServer
          }
          redis = makeClient()
        }
        const current = yield* Effect.promise(() => list(redis))
        const isSame = (): boolean =>
          reader.files.size === current.size
          && [...current].every(([name, version]) => reader.files.get(name) === version)
        for (let tries = 0; tries < 200 && !isSame(); tries++)
          yield* Effect.promise(() => readOn(redis, reader))
        redis.disconnect()
        assert.deepStrictEqual(Object.fromEntries(reader.files), Object.fromEntries(current))
        // Each new server is another log.
        assert.isAtLeast(reader.rescans, kills / 2)
      }).pipe(Effect.provide(App.layer)),
    500_000
  )
})
