/** Clients that ask for a large file and stop reading in its middle, and what they cost the server, as /proc tells. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { App } from "../support/programs/App.ts"
import { descriptorsOf, memoryOf } from "../support/programs/Processes.ts"
import { request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const MiB = 1024 * 1024
const readers = 200
const size = 64 * MiB

/** What all transfers hold together (`--transfer-memory`), and each where that is used up. */
const pool = 16 * MiB
const ownBuffer = 16 * 1024
/** Beside them, for a socket, a fiber, a stream and an open file, and what the heap has not given back. */
const besides = 128 * 1024

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("200 readers", (it) => {
  it.effect.skipIf(process.platform !== "linux")(
    "that stop in mid-file cost the memory of all transfers, and all are cut off in time, with nothing left of them",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/small.txt": "x" })
        writeFileSync(join(cwd, "DB/large.bin"), "")
        truncateSync(join(cwd, "DB/large.bin"), size)
        const { address, process: server } = yield* serve(["--stall-timeout", "3s"], { cwd })
        const witness = yield* RawSocket.connect(address)
        const clients = Effect.gen(function* () {
          yield* witness.send(request("INFO", "clients"))
          return Number(
            /connected_clients:(\d+)/.exec(
              yield* witness.takeThrough("blocked_clients:0\r\n\r\n")
            )?.[1]
          )
        })
        const head = `$${size}\r\n`
        const whole = Effect.scoped(
          Effect.gen(function* () {
            const client = yield* RawSocket.connect(address)
            yield* client.send(request("GET", "large.bin"))
            yield* client.takeBytes(head.length + size + 2)
          })
        )
        // What is made once is made before.
        yield* whole
        while ((yield* clients) > 1) yield* Effect.sleep("50 millis")
        const before = { memory: memoryOf(server.pid), open: descriptorsOf(server.pid) }

        const stalled = yield* Effect.forEach(
          Array.from({ length: readers }),
          Effect.fnUntraced(function* () {
            const client = yield* RawSocket.connect(address)
            yield* client.send(request("GET", "large.bin"))
            assert.strictEqual(yield* client.take(head.length), head)
            yield* client.pause
            return client
          })
        )
        const began = performance.now()
        let most = memoryOf(server.pid)
        while ((yield* clients) > 1) {
          most = Math.max(most, memoryOf(server.pid))
          yield* Effect.sleep("50 millis")
        }
        const seconds = (performance.now() - began) / 1000
        const growth = most - before.memory
        console.log(
          `${readers} stalled readers of ${size / MiB} MiB: ${(growth / MiB).toFixed(0)} MiB more in use than before, ${(growth / MiB / readers).toFixed(2)} a reader; the last cut off after ${seconds.toFixed(1)} s`
        )
        assert.isBelow(growth, pool + readers * (ownBuffer + besides))
        // Node looks once in a stall's time whether a write goes on, so that it takes up to twice the 3 seconds.
        assert.isBelow(seconds, 12)
        assert.strictEqual(descriptorsOf(server.pid), before.open)
        for (const client of stalled) {
          yield* client.resume
          assert.isBelow((yield* client.rest).length, size)
        }
        yield* whole
      })
  )
})
