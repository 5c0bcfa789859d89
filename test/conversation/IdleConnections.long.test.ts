/** Ten thousand connections that do nothing, held by other processes, since one's descriptors would not do for both ends. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { App, start } from "../support/programs/App.ts"
import { memoryOf } from "../support/programs/Processes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const connections = 10_000
const holders = 4

const holder = fileURLToPath(new URL("../support/programs/holder.ts", import.meta.url))

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("a server", (it) => {
  it.effect.skipIf(process.platform !== "linux")(
    "holds 10,000 idle connections, answers every one of them, and refuses the next",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const server = yield* serve(["--max-connections", String(connections)], { cwd })
        const { address } = server
        // What is made once is made before: the code of a conversation, its shapes, its tables.
        yield* Effect.scoped(
          Effect.gen(function* () {
            const client = yield* RawSocket.connect(address)
            yield* client.send("PING\r\nQUIT\r\n")
            assert.strictEqual(yield* client.rest, "+PONG\r\n+OK\r\n")
          })
        )
        const before = memoryOf(server.process.pid)
        const words = [holder, address.host, String(address.port), String(connections / holders)]
        const running = yield* Effect.forEach(
          Array.from({ length: holders }),
          () =>
            Effect.tap(start(process.execPath, words, { cwd }), ({ says }) =>
              says("stdout", /^open 2500\n/m)
            ),
          { concurrency: holders }
        )
        const answered = Effect.forEach(
          running,
          ({ says, write }) =>
            Effect.andThen(
              write("\n"),
              Effect.map(says("stdout", /^answered (\d+)\n/m), ([, count]) => Number(count))
            ),
          { concurrency: holders }
        )
        const untouched = memoryOf(server.process.pid)
        assert.deepStrictEqual(yield* answered, [2500, 2500, 2500, 2500])
        const asked = memoryOf(server.process.pid)
        const each = (memory: number) => ((memory - before) / connections / 1024).toFixed(1)
        console.log(
          `memory: ${(before / 1e6).toFixed(0)} MB before; ${each(untouched)} KiB a connection that has said nothing, ${each(asked)} KiB one that was answered`
        )
        const next = yield* RawSocket.connect(address)
        assert.strictEqual(yield* next.rest, "-ERR max number of clients reached\r\n")
        assert.deepStrictEqual(yield* answered, [2500, 2500, 2500, 2500])
        // Told to stop, it lets go of all of them.
        yield* server.process.kill("SIGTERM")
        assert.strictEqual((yield* server.process.ended).code, 0)
      })
  )
})
