/**
 * Reading the stream of changes goes on where it was, whatever is killed meanwhile: nothing is missed. Only another server
 * says `refazer`, and once, so that a look at everything anew cannot hide what one and the same server did not tell.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Scope } from "effect"
import { Redis } from "ioredis-6"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { App, root, start } from "../../support/programs/App.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { seeded } from "../../support/values/Seeded.ts"

const kills = 100
const program = join(root, "test", "support", "programs", "changesReader.ts")
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

type Entry = readonly [id: string, fields: ReadonlyArray<string>]

/** Takes entries in order. A look at everything anew is made after the id was noted, so that nothing falls between. */
const take = async (redis: Redis, reader: Reader, entries: ReadonlyArray<Entry>): Promise<void> => {
  for (const [id, fields] of entries) {
    const [, op, , name = "", , , , , , version = ""] = fields
    if (op === "refazer") {
      reader.files = await list(redis)
      reader.rescans += 1
    } else if (op === "apagado") reader.files.delete(name)
    else reader.files.set(name, version)
    reader.id = id
  }
}

/** Reads what is there behind the id. */
const readOn = async (redis: Redis, reader: Reader): Promise<void> => {
  const streams = await redis.xread("COUNT", 50, "BLOCK", 50, "STREAMS", "arquivos", reader.id)
  await take(redis, reader, streams?.[0]?.[1] ?? [])
}

/** Reads on until the reader has what the server lists of a folder that is left alone, for some ten seconds at most. */
const assertReadsAll = async (redis: Redis, reader: Reader, when: string): Promise<void> => {
  const current = await list(redis)
  const isSame = (): boolean =>
    reader.files.size === current.size
    && [...current].every(([name, version]) => reader.files.get(name) === version)
  for (let tries = 0; tries < 200 && !isSame(); tries++) await readOn(redis, reader)
  assert.deepStrictEqual(Object.fromEntries(reader.files), Object.fromEntries(current), when)
}

const entryOf = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Tuple([Schema.String, Schema.Array(Schema.String)]))
)

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
        const reader: Reader = { id: "0", files: new Map(), rescans: 0 }
        const churn = (count: number): void => {
          for (let index = 0; index < count; index++) {
            const name = names[random(names.length)] ?? ""
            if (random(10) < 3) rmSync(join(folder, name), { force: true })
            else writeFileSync(join(folder, name), "x".repeat(random(1000)))
          }
        }
        /** A process reads while the folder changes, and is killed by SIGKILL in between; what it wrote whole was read. */
        const readByProcess = Effect.fnUntraced(function* (port: number) {
          const child = yield* start(process.execPath, [program, String(port), reader.id], {
            cwd: folder
          })
          for (let some = random(4); some >= 0; some--) {
            churn(10)
            yield* child.says("stdout", /\n/)
          }
          yield* child.kill("SIGKILL")
          const { stdout } = yield* child.ended
          return stdout
            .split("\n")
            .slice(0, -1)
            .map((line) => entryOf(line))
        }, Effect.scoped)
        let server = yield* startServer
        let redis = new Redis(server.port)
        for (let kill = 0; kill < kills; kill++) {
          if (kill % 2 === 1) {
            const entries = yield* readByProcess(server.port)
            yield* Effect.promise(() => take(redis, reader, entries))
          } else {
            churn(20)
            yield* Effect.promise(() => readOn(redis, reader))
            churn(20)
            yield* Effect.promise(() => assertReadsAll(redis, reader, `before kill ${kill}`))
            redis.disconnect()
            yield* server.kill
            churn(5)
            server = yield* startServer
            redis = new Redis(server.port)
          }
        }
        // The last that was killed is a reader.
        yield* Effect.promise(() => assertReadsAll(redis, reader, "in the end"))
        redis.disconnect()
        // Each server's log is another, and none has said so twice.
        assert.strictEqual(reader.rescans, 1 + kills / 2)
      }).pipe(Effect.provide(App.layer)),
    500_000
  )
})
