/** A thousand subscribers, of whom ten stop reading, and a hundred thousand changes. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import { turn } from "../../support/EventLoop.ts"
import { root } from "../../support/programs/App.ts"
import { connect } from "../../support/peers/RawSocket.ts"
import { emptyStore, serveLogged } from "../../support/programs/TestServer.ts"
import { created, recorderOf } from "../../support/values/Changes.ts"

const readers = 990
const stopped = 10
const changes = 100_000
const inOneBatch = 250

const nameOf = (index: number): string => `pasta/arquivo-${String(index).padStart(7, "0")}.txt`
const messageLength =
  `*3\r\n$7\r\nmessage\r\n$18\r\n__keyevent@0__:set\r\n$${nameOf(0).length}\r\n${nameOf(0)}\r\n`
    .length

const followers = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(join(root, "test/support/programs/followers.ts"), [
        String(port),
        String(readers),
        String(stopped),
        String(changes * messageLength)
      ])
    ),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )

const told = (child: ChildProcess, wanted: string) =>
  Effect.callback<void>((resume) => {
    const listen = (message: unknown): void => {
      if (message === "closed") resume(Effect.die(new Error("a reader was cut off")))
      if (message === wanted) resume(Effect.void)
    }
    child.on("message", listen)
    return Effect.sync(() => void child.off("message", listen))
  })

describe("a thousand subscribers", () => {
  it.live(
    "are told of a hundred thousand changes in bounded memory, and only the ten that take nothing are cut off",
    () =>
      Effect.gen(function* () {
        const recorder = recorderOf(64 * 1024 * 1024)
        const { address, next } = yield* serveLogged(emptyStore, {
          changes: recorder.changes,
          limits: {
            connections: 2000,
            perAddress: 2000,
            memory: 256 * 1024 * 1024,
            idle: Duration.seconds(1),
            request: Duration.seconds(30),
            stall: Duration.seconds(20)
          }
        })
        const child = yield* followers(address.port)
        yield* told(child, "ready")
        const before = process.memoryUsage().rss
        let most = before
        const times: Array<number> = []
        const pinger = yield* connect(address)
        const ping = Effect.gen(function* () {
          const since = performance.now()
          yield* pinger.ask("PING\r\n", "+PONG\r\n")
          times.push(performance.now() - since)
          most = Math.max(most, process.memoryUsage().rss)
          yield* Effect.sleep("20 millis")
        })
        yield* Effect.forkScoped(Effect.forever(ping))
        const since = performance.now()
        const read = yield* Effect.forkScoped(told(child, "read"), { startImmediately: true })
        for (let index = 0; index < changes; index += inOneBatch) {
          recorder.record(
            Array.from({ length: inOneBatch }, (_, offset) => created(nameOf(index + offset)))
          )
          yield* turn
        }
        yield* Fiber.join(read)
        const seconds = (performance.now() - since) / 1000
        for (let index = 0; index < stopped; index++) {
          const { fields } = yield* next("connection.closed")
          assert.strictEqual(fields["reason"], "behind")
        }
        times.sort((a, b) => a - b)
        const p99 = times[Math.floor(times.length * 0.99)] ?? 0
        console.log(
          `1,000 subscribers, 100,000 changes: ${seconds.toFixed(1)} s, ${Math.round((most - before) / 1024 / 1024)} MiB at most, PING p99 ${p99.toFixed(0)} ms of ${times.length}`
        )
        // 151 and 177 MiB were seen, of which the log has 30.
        assert.isBelow(most - before, 256 * 1024 * 1024)
      }),
    300_000
  )
})
