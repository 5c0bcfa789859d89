/** Somebody tries passwords without end; what those at other addresses notice of it. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { fileURLToPath } from "node:url"
import type { Address } from "../../src/domain/Address.ts"
import { App, start } from "../support/programs/App.ts"
import { request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const guesser = fileURLToPath(new URL("../support/programs/guesser.ts", import.meta.url))

const password = "certa-5b1d77"
const attempts = 10_000
const rounds = 10

const auth = request("AUTH", password)
const ping = request("PING")

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The median time of coming in with the password and asking a question, in milliseconds, over and over. */
const latencyWhile = Effect.fnUntraced(function* <A, E, R>(
  address: Address,
  run: Effect.Effect<A, E, R>
) {
  const over = yield* Deferred.make<void>()
  const times: Array<number> = []
  const ask = Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address, { localAddress: "127.0.0.2" })
      const began = performance.now()
      yield* client.ask(auth, "+OK\r\n")
      yield* client.ask(ping, "+PONG\r\n")
      times.push(performance.now() - began)
      yield* Effect.sleep("5 millis")
    })
  )
  const asking = yield* Effect.forkChild(
    Effect.gen(function* () {
      while (!Deferred.isDoneUnsafe(over)) yield* ask
    })
  )
  const result = yield* run
  yield* Deferred.succeed(over, undefined)
  yield* Fiber.join(asking)
  return { median: median(times), count: times.length, result }
})

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })(
  "ten thousand wrong passwords from one address",
  (it) => {
    it.effect.skipIf(process.platform !== "linux")("do not slow another address", () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const { address } = yield* serve([], { cwd, env: { APP_PASSWORD: password } })
        const words = [guesser, address.host, String(address.port), String(attempts / rounds)]
        // Warms up, and is not counted.
        yield* latencyWhile(address, Effect.sleep("1 second"))
        const ratios: Array<number> = []
        let answered = 0
        for (let round = 0; round < rounds; round++) {
          const quiet = yield* latencyWhile(address, Effect.sleep("2 seconds"))
          const guesses = yield* start(process.execPath, words, { cwd })
          yield* guesses.says("stdout", /^begun\n/m)
          const during = yield* latencyWhile(
            address,
            Effect.map(guesses.says("stdout", /^answered (\d+)\n/m), ([, count]) => Number(count))
          )
          answered += during.result
          ratios.push(during.median / quiet.median)
          console.log(
            `AUTH and PING from another address: ${quiet.median.toFixed(2)} ms (${quiet.count}), ${during.median.toFixed(2)} ms (${during.count}) meanwhile`
          )
        }
        console.log(
          `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}; ${answered} of ${attempts} guesses were answered at once`
        )
        // The first four, and no more while there is no minute without one.
        assert.isAtMost(answered, 4)
        assert.isAtMost(median(ratios), 2)
      })
    )
  }
)
