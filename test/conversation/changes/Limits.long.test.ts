/** What the system does not tell: more events than its queue holds, and of more folders than it watches for one user. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Redis } from "ioredis-6"
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { App, type Place } from "../../support/programs/App.ts"
import { temporaryFolder } from "../../support/stores/TemporaryFolder.ts"

const queue = "/proc/sys/fs/inotify/max_queued_events"
const mostQueued = process.platform === "linux" ? Number(readFileSync(queue, "utf8")) : Infinity

/** More files than this take too long to make. */
const mostFiles = 200_000

const follow = (redis: Redis) => {
  let id = ""
  const names = new Set<string>()
  const list = async (): Promise<void> => {
    names.clear()
    for (const name of (await redis.call("LISTAR")) as ReadonlyArray<string>) names.add(name)
  }
  return {
    names,
    start: async (): Promise<void> => {
      const info = (await redis.call("XINFO", "STREAM", "arquivos")) as ReadonlyArray<unknown>
      id = String(info[info.indexOf("last-generated-id") + 1])
      await list()
    },
    /** Waits for the next changes; when it was told to look at everything anew, if it was. */
    next: async (): Promise<number | undefined> => {
      const found = await redis.xread("COUNT", 1000, "BLOCK", 0, "STREAMS", "arquivos", id)
      let toldAt: number | undefined
      for (const [place, [, op, , name = ""]] of found?.[0]?.[1] ?? []) {
        id = place
        if (op === "refazer") {
          toldAt = performance.now()
          await list()
        } else if (op === "apagado") names.delete(name)
        else names.add(name)
      }
      return toldAt
    }
  }
}

/** A server of this folder, a follower of its changes, and the process that is served by. */
const serve = (folder: string, place: Partial<Place> = {}) =>
  Effect.gen(function* () {
    const app = yield* App
    const { address, process } = yield* app.serve([folder], { cwd: folder, ...place })
    const redis = yield* Effect.acquireRelease(
      Effect.sync(() => new Redis(address.port)),
      (redis) => Effect.sync(() => redis.disconnect())
    )
    const follower = follow(redis)
    yield* Effect.promise(follower.start)
    const until = (isSo: () => boolean) =>
      Effect.promise(async () => {
        while (!isSo()) await follower.next()
      })
    const info = Effect.promise(() => redis.info("changes"))
    return { follower, info, process, redis, until }
  })

describe("a queue of events that overflows", () => {
  it.live.skipIf(mostQueued > mostFiles)(
    `has everything looked at anew at once, and is exact then (skipped where ${queue} is above ${mostFiles})`,
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const { follower, process, until } = yield* serve(folder)
        /** Has the queue overflow, and compares what the follower knows after that; how long it was told nothing, in milliseconds. */
        const overflow = Effect.gen(function* () {
          mkdirSync(`${folder}/a`)
          writeFileSync(`${folder}/a/0`, "")
          // Told of a file in it, it watches the folder.
          yield* until(() => follower.names.has("a/0"))
          yield* process.kill("SIGSTOP")
          for (let index = 0; index <= mostQueued; index++)
            writeFileSync(`${folder}/a/${index}`, "")
          // Of these there is no event: the queue is full.
          renameSync(`${folder}/a`, `${folder}/b`)
          rmSync(`${folder}/b/0`)
          const begin = performance.now()
          yield* process.kill("SIGCONT")
          let toldAt: number | undefined
          while (toldAt === undefined) toldAt = yield* Effect.promise(follower.next)
          yield* until(() => follower.names.size === mostQueued && follower.names.has("b/1"))
          writeFileSync(`${folder}/b/novo`, "")
          rmSync(`${folder}/b/1`)
          yield* until(() => follower.names.has("b/novo") && !follower.names.has("b/1"))
          assert.isFalse([...follower.names].some((name) => !name.startsWith("b/")))
          return toldAt - begin
        })
        // 140 ms where nothing else runs; other programs of the machine may hold it up now and then.
        let took = Infinity
        for (let attempt = 0; attempt < 3 && took > 1000; attempt++) {
          rmSync(`${folder}/b`, { recursive: true, force: true })
          yield* until(() => follower.names.size === 0)
          took = Math.min(took, yield* overflow)
        }
        console.info(`told to look anew after ${Math.round(took)} ms`)
        assert.isBelow(took, 1000)
      }).pipe(Effect.provide(App.layer))
  )
})

const setLimit = (count: number) => `echo ${count} > /proc/sys/user/max_inotify_watches`

/** A namespace of users has limits of its own (namespaces(7)); its limit is raised once a line is written to it. */
const within = (few: number) => [
  "unshare",
  "-Ur",
  "sh",
  "-c",
  `${setLimit(few)}; exec 3<&0; { read line; ${setLimit(1000)}; } <&3 & exec "$@" </dev/null`,
  "sh"
]

const hasNamespaces = spawnSync("unshare", ["-Ur", "sh", "-c", setLimit(20)]).status === 0

describe("a system that watches no more folders", () => {
  it.live.skipIf(!hasNamespaces)(
    "has the others polled, which is told once, until it watches them (skipped where there are no namespaces of users)",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const folders = 50
        for (let index = 0; index < folders; index++) mkdirSync(`${folder}/d${index}`)
        const { follower, info, process, redis, until } = yield* serve(folder, {
          within: within(20)
        })
        yield* process.says("stderr", /changes\.polled reason=limit\n/)
        assert.match(yield* info, /changes_source:poll\r\n/)
        let written = 0
        const write = (name: string) =>
          Effect.gen(function* () {
            for (let index = 0; index < folders; index++)
              writeFileSync(`${folder}/d${index}/${name}`, "")
            written += folders
            yield* until(() => follower.names.size === written)
          })
        yield* write("um")
        yield* write("dois")
        yield* process.write("\n")
        yield* process.says("stderr", /changes\.watched\n/)
        assert.match(
          yield* info,
          new RegExp(`changes_source:watch\r\n[^]*changes_watches:${folders + 1}\r\n`)
        )
        yield* write("três")
        redis.disconnect()
        yield* process.kill("SIGTERM")
        const { stderr } = yield* process.ended
        assert.lengthOf(stderr.match(/changes\.(?:polled|watched)/g) ?? [], 2)
      }).pipe(Effect.provide(App.layer))
  )
})
