/** `--max-rate` and `--max-total-rate`, over some seconds: within a tenth of what was asked, and smooth. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import { App } from "../support/programs/App.ts"
import { request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const MiB = 1024 * 1024
const size = 8 * MiB
const rate = 2 * MiB

/** When each tenth of the file had arrived, in seconds from the first byte. */
const receive = (address: Address) =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      yield* client.send(request("enviar_arquivo", "file.bin"))
      yield* client.takeThrough(`$${size}\r\n`)
      const began = performance.now()
      return yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.map(
          client.takeBytes(Math.floor(size / 10)),
          () => (performance.now() - began) / 1000
        )
      )
    })
  )

const within = (seconds: number, bytes: number, asked: number, what: string) => {
  const found = bytes / seconds
  console.log(`${what}: ${(found / MiB).toFixed(3)} MiB/s of ${(asked / MiB).toFixed(3)}`)
  assert.isAtLeast(found, asked * 0.9)
  assert.isAtMost(found, asked * 1.1)
}

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("app serve", (it) => {
  const serving = Effect.fnUntraced(function* (...flags: ReadonlyArray<string>) {
    const app = yield* App
    const shared = yield* folderWith({ "file.bin": Buffer.alloc(size, "x") })
    return (yield* app.serve(["--dir", shared, ...flags], { cwd: shared })).address
  })

  it.effect("--max-rate keeps each connection to its rate, others beside it or not", () =>
    Effect.gen(function* () {
      const address = yield* serving("--max-rate", "2MiB")
      const runs = yield* Effect.all([receive(address), receive(address)], { concurrency: 2 })
      for (const times of runs) {
        within(times.at(-1) ?? 0, size, rate, "--max-rate")
        // Smooth: no tenth takes more than twice its time, but for the first, which may come at once.
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
        assert.isAtMost(Math.max(...gaps), (2 * size) / 10 / rate)
      }
    })
  )

  it.effect("--max-total-rate keeps all connections together to its rate", () =>
    Effect.gen(function* () {
      const address = yield* serving("--max-total-rate", "4MiB")
      const runs = yield* Effect.all([receive(address), receive(address)], { concurrency: 2 })
      const ends = runs.map((times) => times.at(-1) ?? 0)
      within(Math.max(...ends), 2 * size, 2 * rate, "--max-total-rate")
      // Neither is starved.
      assert.isAtMost(Math.max(...ends) / Math.min(...ends), 1.2)
    })
  )

  it.effect("--max-rate below --max-total-rate is what a lone connection gets", () =>
    Effect.gen(function* () {
      const address = yield* serving("--max-rate", "2MiB", "--max-total-rate", "8MiB")
      const times = yield* receive(address)
      within(times.at(-1) ?? 0, size, rate, "both")
    })
  )
})
