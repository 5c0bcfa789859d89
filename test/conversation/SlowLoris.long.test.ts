/** Clients that are slow on purpose, and what the good ones notice of them. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../src/server/Listener.ts"
import { App, start } from "../support/App.ts"
import * as RawSocket from "../support/RawSocket.ts"
import { folderWith } from "../support/TemporaryFolder.ts"

const loris = fileURLToPath(new URL("../support/loris.ts", import.meta.url))

const good = 50
const dripping = 300
const stopping = 100
const rounds = 5

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The median time of a question, in milliseconds, of clients that all ask a question every few milliseconds. */
const latencyWhile = Effect.fnUntraced(function* <A, E, R>(
  address: Address,
  run: Effect.Effect<A, E, R>
) {
  const over = yield* Deferred.make<void>()
  const times: Array<number> = []
  const client = Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      const ask = Effect.gen(function* () {
        const began = performance.now()
        yield* client.ask("GET a.txt\r\n", "$9\r\nconte\xc3\xbado\r\n")
        times.push(performance.now() - began)
        yield* Effect.sleep(10)
      })
      while (!Deferred.isDoneUnsafe(over)) yield* ask
    })
  )
  const clients = yield* Effect.forkChild(
    Effect.all(
      Array.from({ length: good }, () => client),
      { concurrency: "unbounded", discard: true }
    )
  )
  yield* run
  yield* Deferred.succeed(over, undefined)
  yield* Fiber.join(clients)
  return { median: median(times), count: times.length }
})

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("good clients", (it) => {
  it.effect(
    "are answered about as fast as else while 400 slow ones are put up with, and those go",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "conteúdo" })
        const { address } = yield* serve(["--request-timeout", "2s"], { cwd })
        const words = [
          loris,
          address.host,
          String(address.port),
          String(dripping),
          String(stopping)
        ]
        const ratios: Array<number> = []
        // Warms up, and is not counted.
        yield* latencyWhile(address, Effect.sleep("1 second"))
        for (let round = 0; round < rounds; round++) {
          const without = yield* latencyWhile(address, Effect.sleep("2 seconds"))
          const slow = yield* start(process.execPath, words, { cwd })
          yield* slow.says("stdout", /^open 400\n/m)
          let longest = 0
          const beside = yield* latencyWhile(
            address,
            Effect.map(slow.says("stdout", /^gone (\d+)\n/m), ([, time]) => {
              longest = Number(time)
            })
          )
          ratios.push(beside.median / without.median)
          console.log(
            `median of ${without.count} questions alone ${without.median.toFixed(2)} ms, of ${beside.count} beside 400 slow clients ${beside.median.toFixed(2)} ms; the last of these gone after ${longest} ms`
          )
          // The two seconds, and the look once a second, with room for a busy machine.
          assert.isBelow(longest, 10_000)
        }
        console.log(`ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`)
        assert.isAtMost(median(ratios), 2)
      })
  )
})
