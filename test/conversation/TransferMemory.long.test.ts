/** What many transfers at once cost the server's memory, as /proc tells: those that go on, and those that nobody reads. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { hasOpenssl, Made } from "../support/Certificates.ts"
import { App } from "../support/programs/App.ts"
import { forgetPeak, memoryOf } from "../support/programs/Processes.ts"
import { request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const MiB = 1024 * 1024
const size = 64 * MiB
const whole = `$${size}\r\n`.length + size + 2

const served = Effect.fnUntraced(function* (
  options: ReadonlyArray<string>,
  how: RawSocket.Options = {}
) {
  const { serve } = yield* App
  const cwd = yield* folderWith({ "DB/small.txt": "x" })
  writeFileSync(join(cwd, "DB/large.bin"), "")
  truncateSync(join(cwd, "DB/large.bin"), size)
  const { address, process: server } = yield* serve(options, { cwd })
  const download = Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address, how)
      yield* client.send(request("GET", "large.bin"))
      for (let come = 0; come < whole; come += MiB)
        yield* client.takeBytes(Math.min(MiB, whole - come))
    })
  )
  // What is made once is made before.
  yield* download
  yield* download
  forgetPeak(server.pid)
  return { address, download, idle: memoryOf(server.pid), pid: server.pid }
})

/** So many ask for the file, and read no more than its first byte. */
const unread = (address: Address, count: number, how: RawSocket.Options = {}) =>
  Effect.forEach(
    Array.from({ length: count }),
    Effect.fnUntraced(function* () {
      const client = yield* RawSocket.connect(address, how)
      yield* client.send(request("GET", "large.bin"))
      yield* client.take(1)
      yield* client.pause
    }),
    { concurrency: 50, discard: true }
  )

layer(Layer.merge(App.layer, Made.layer), { timeout: "1 minute", excludeTestServices: true })(
  "transfers",
  (it) => {
    it.effect.skipIf(process.platform !== "linux")(
      "a hundred at once take less than 64 MiB over idle",
      () =>
        Effect.gen(function* () {
          const { download, idle, pid } = yield* served([])
          yield* Effect.all(
            Array.from({ length: 100 }, () => download),
            { concurrency: "unbounded", discard: true }
          )
          const growth = memoryOf(pid, "VmHWM") - idle
          console.log(`100 transfers at once: ${(growth / MiB).toFixed(0)} MiB more than idle`)
          assert.isBelow(growth, 64 * MiB)
        })
    )

    it.effect.skipIf(process.platform !== "linux")(
      "2,200 that nobody reads take the memory that the flag says and little besides, and another goes on",
      () =>
        Effect.gen(function* () {
          const { address, download, idle, pid } = yield* served(["--transfer-memory", "8MiB"])
          yield* unread(address, 2200)
          yield* download
          const growth = memoryOf(pid, "VmHWM") - idle
          console.log(`2,200 unread transfers: ${(growth / MiB).toFixed(0)} MiB more than idle`)
          // 16 KiB each where the pool has no more, and what a connection, a fiber, a stream and an open file take.
          assert.isBelow(growth, 8 * MiB + 2200 * 80 * 1024)
        })
    )

    it.effect.skipIf(process.platform !== "linux" || !hasOpenssl)(
      "600 over TLS that nobody reads take a fifth of a megabyte each at most besides",
      () =>
        Effect.gen(function* () {
          const { authority, server } = yield* Made
          const tls = { tls: { ca: authority.cert } }
          const flags = ["--tls-cert", server.certFile, "--tls-key", server.keyFile]
          const options = ["--transfer-memory", "8MiB", ...flags]
          const { address, download, idle, pid } = yield* served(options, tls)
          yield* unread(address, 600, tls)
          yield* download
          const growth = memoryOf(pid, "VmHWM") - idle
          console.log(
            `600 unread transfers over TLS: ${(growth / MiB).toFixed(0)} MiB more than idle`
          )
          // Measured: 155 kB each.
          assert.isBelow(growth, 8 * MiB + 600 * 200_000)
        })
    )
  }
)
