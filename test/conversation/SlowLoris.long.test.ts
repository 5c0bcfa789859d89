/** Clients that are slow on purpose, and what the good ones notice of them. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../src/domain/Address.ts"
import { App, start } from "../support/programs/App.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const loris = fileURLToPath(new URL("../support/programs/loris.ts", import.meta.url))

const good = 100
const dripping = 1000
/** A megabyte each, which is more than all unfinished requests may hold: half of them are cut off before their time. */
const stopping = 500
const rounds = 5

/** How long a share of the values is at most. */
const quantile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
const shown = (times: ReadonlyArray<number>): string =>
  `p50 ${quantile(times, 0.5).toFixed(2)} and p99 ${quantile(times, 0.99).toFixed(2)} ms of ${times.length} questions`

/** The times of questions, in milliseconds, of clients that all ask a question every few milliseconds. */
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
        // A thousand questions a second in all: more would measure how fast this process asks.
        yield* Effect.sleep(100)
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
  return times
})

/** Waits until the server has read what was sent to it, so that not the arrival of so many bytes is measured. */
const arrival = (address: Address) =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      const received = Effect.gen(function* () {
        yield* client.send("INFO stats\r\n")
        const text = yield* client.takeThrough("protocol_errors:")
        return Number(/total_net_input_bytes:(\d+)/.exec(text)?.[1])
      })
      let before = yield* received
      for (;;) {
        yield* Effect.sleep("200 millis")
        const now = yield* received
        // The questions of the others and the bytes that drip are some kilobytes.
        if (now - before < 500_000) return
        before = now
      }
    })
  )

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("good clients", (it) => {
  it.effect(
    "are answered within twice the time while 1,500 slow ones are put up with, and those go",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "conteúdo" })
        const { address } = yield* serve(["--request-timeout", "6s"], { cwd })
        const words = [loris, address.host, `${address.port}`, `${dripping}`, `${stopping}`]
        const alone: Array<number> = []
        const beside: Array<number> = []
        // Warms up, and is not counted.
        yield* latencyWhile(address, Effect.sleep("1 second"))
        for (let round = 0; round < rounds; round++) {
          const before = yield* latencyWhile(address, Effect.sleep("6 seconds"))
          const slow = yield* start(process.execPath, words, { cwd })
          yield* slow.says("stdout", /^open 1500\n/m)
          yield* arrival(address)
          let longest = 0
          const meanwhile = yield* latencyWhile(
            address,
            Effect.map(slow.says("stdout", /^gone (\d+)\n/m), ([, time]) => {
              longest = Number(time)
            })
          )
          alone.push(...before)
          beside.push(...meanwhile)
          console.log(
            `${shown(before)} alone, ${shown(meanwhile)} beside 1,500 slow clients; the last of these gone after ${longest} ms`
          )
          // The six seconds, and the look once a second, with room for a busy machine.
          assert.isBelow(longest, 20_000)
        }
        // Of all rounds together: a burst of something else on the machine falls into either, and decides neither.
        console.log(`in all: ${shown(alone)} alone, ${shown(beside)} beside`)
        assert.isAtMost(quantile(beside, 0.5) / quantile(alone, 0.5), 2)
        assert.isAtMost(quantile(beside, 0.99) / quantile(alone, 0.99), 2)
      })
  )
})
