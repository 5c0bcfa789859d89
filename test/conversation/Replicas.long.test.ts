/** Three servers behind a real HAProxy: whoever stops or dies of them, no client fails. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Redis } from "ioredis-6"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { App, type Running } from "../support/programs/App.ts"
import { balance } from "../support/peers/Balancer.ts"
import { freePort } from "../support/programs/FreePort.ts"
import { request } from "../support/values/Bytes.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { fetchInto, noise } from "../support/Transfers.ts"

const mebibyte = 1024 * 1024
const files = new Map([
  ["large.bin", noise(1, 2 * mebibyte)],
  ["small.bin", noise(2, 10_000)]
])

/** How often each client has been answered, as it happens. */
class Progress {
  readonly answers: Array<number>
  #changed = new Set<() => void>()
  constructor(clients: number) {
    this.answers = Array.from({ length: clients }, () => 0)
  }
  /** Counts an answer, if it is the right one. */
  count(client: number, name: string, bytes: Uint8Array): void {
    assert.isTrue(files.get(name)?.equals(bytes), `another ${name}`)
    this.answers[client] = this.answersOf(client) + 1
    for (const look of this.#changed) look()
  }
  answersOf(client: number): number {
    return this.answers[client] ?? 0
  }
  /** Waits until every client has had this many more. */
  readonly allHave = (more: number): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      const before = [...this.answers]
      const look = (): void => {
        if (this.answers.some((now, client) => now < (before[client] ?? 0) + more)) return
        this.#changed.delete(look)
        resume(Effect.void)
      }
      this.#changed.add(look)
    })
}

describe("three servers behind HAProxy", () => {
  it.live.skipIf(!isInstalled("haproxy"))(
    "are killed and stopped in turn, and not one of 50 clients fails or gets another file",
    () =>
      Effect.gen(function* () {
        const app = yield* App
        const cwd = yield* temporaryFolder
        const folder = yield* folderWith(Object.fromEntries(files))
        const serve = Effect.fnUntraced(function* (port: number) {
          // The address of the balancer, and of whatever else calls from this machine.
          const words = [
            "serve",
            "--dir",
            folder,
            "--port",
            String(port),
            "--drain-delay",
            "2s",
            "--proxy-protocol",
            "127.0.0.1"
          ]
          const running = yield* app.start(words, { cwd })
          yield* running.says("stderr", new RegExp(`:${port}\\. `))
          return running
        })
        const ports = yield* Effect.replicateEffect(freePort(), 3)
        const servers: Array<Running> = yield* Effect.forEach(ports, serve)
        const balancer = yield* balance(cwd, ports)
        const { address } = balancer

        let stopping = false
        const progress = new Progress(50)
        /** Asks until all is over. */
        const keepAsking = <E, R>(ask: Effect.Effect<void, E, R>) =>
          Effect.repeat(ask, { until: () => stopping })
        const fetching = (client: number) =>
          Effect.flatMap(temporaryFolder, (into) =>
            keepAsking(
              Effect.gen(function* () {
                const name = progress.answersOf(client) % 3 === 0 ? "large.bin" : "small.bin"
                yield* fetchInto(into, name, address, { retries: 5 })
                progress.count(client, name, readFileSync(join(into, name)))
              })
            )
          )
        const asking = (client: number) =>
          Effect.flatMap(
            Effect.acquireRelease(
              Effect.sync(() => {
                const redis = new Redis({ ...address, lazyConnect: true })
                // What follows is that it connects again.
                redis.on("error", () => undefined)
                return redis
              }),
              (redis) => Effect.sync(() => redis.disconnect())
            ),
            (redis) =>
              keepAsking(
                Effect.promise(async () => {
                  const name = progress.answersOf(client) % 10 === 0 ? "large.bin" : "small.bin"
                  const bytes = await redis.getBuffer(name)
                  progress.count(client, name, bytes ?? Buffer.alloc(0))
                })
              )
          )
        const all = yield* Effect.forEach(progress.answers, (_, client) =>
          Effect.forkScoped(client % 2 === 0 ? fetching(client) : asking(client))
        )
        /** Waits until every client has been answered again; one that fails, fails the test. */
        const everyoneGoesOn = Effect.raceFirst(
          progress.allHave(2),
          Effect.raceAllFirst(all.map(Fiber.join))
        )
        yield* everyoneGoesOn

        /** A server comes back under its port, and the balancer sends it clients again. */
        const comesBack = Effect.fnUntraced(function* (server: number) {
          servers[server] = yield* serve(ports[server] ?? 0)
          yield* balancer.says(new RegExp(`replica${server + 1} is UP`))
          yield* everyoneGoesOn
        })

        yield* servers[0]?.kill("SIGKILL") ?? Effect.void
        yield* balancer.says(/replica1 is DOWN/)
        yield* everyoneGoesOn
        yield* comesBack(0)

        for (const server of [0, 1, 2]) {
          const running = servers[server]
          if (running === undefined) return assert.fail("a server")
          yield* running.kill("SIGTERM")
          yield* balancer.says(new RegExp(`replica${server + 1} is stopping`))
          // It takes no more new clients from the balancer, while it would still serve them.
          const { check, status } = yield* balancer.state(server + 1)
          assert.deepStrictEqual({ check, status }, { check: "L7OKC", status: "NOLB" })
          const direct = yield* RawSocket.connect({ host: "127.0.0.1", port: ports[server] ?? 0 })
          yield* direct.send(`PROXY UNKNOWN\r\n${request("PING")}`)
          assert.match(yield* direct.takeThrough("\r\n"), /^-LOADING /)
          const { code } = yield* running.ended
          assert.strictEqual(code, 0)
          yield* everyoneGoesOn
          yield* comesBack(server)
        }

        stopping = true
        for (const fiber of all) yield* Fiber.join(fiber)
      }).pipe(Effect.provide(App.layer))
  )
})
