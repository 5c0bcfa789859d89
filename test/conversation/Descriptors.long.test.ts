/** A server with 1,024 descriptors, as many systems give, and more downloads that nobody reads than that is room for. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { App, start } from "../support/programs/App.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"

const size = 64 * 1024 * 1024
const full = "-ERR max number of clients reached\r\n"
const unavailable = onWire("-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n")
const head = `$${size}\r\n`

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })(
  "700 unread downloads",
  (it) => {
    it.effect.skipIf(process.platform !== "linux")(
      "leave descriptors for files; who is over is told, and what was begun before goes on",
      () =>
        Effect.gen(function* () {
          const { file } = yield* App
          const cwd = yield* folderWith({ "DB/a.txt": "um", "DB/large.bin": "" })
          truncateSync(join(cwd, "DB/large.bin"), size)
          const server = yield* start(
            "sh",
            [
              "-c",
              'ulimit -n 1024 && exec "$@"',
              "sh",
              process.execPath,
              file,
              "serve",
              "--port",
              "0"
            ],
            { cwd }
          )
          const [, host = "", port = ""] = yield* server.says("stderr", / (\S+):(\d+)\. .*\n/m)
          const address = { host, port: Number(port) }
          const innocent = yield* RawSocket.connect(address)
          yield* innocent.ask(request("PING"), "+PONG\r\n")
          const outcomes = new Map<string, number>()
          for (let count = 0; count < 700; count++) {
            const client = yield* RawSocket.connect(address)
            yield* client.send(request("GET", "large.bin"))
            const line = yield* Effect.match(client.takeThrough("\r\n"), {
              onFailure: ({ received }) => received,
              onSuccess: (line) => line
            })
            yield* client.pause
            outcomes.set(line, (outcomes.get(line) ?? 0) + 1)
          }
          console.log(JSON.stringify([...outcomes]))
          assert.includeMembers([head, full, unavailable], [...outcomes.keys()])
          assert.isAbove(outcomes.get(head) ?? 0, 400)
          writeFileSync(join(cwd, "DB/novo.txt"), "dois")
          for (const [words, reply] of [
            [["GET", "a.txt"], bulk("um")],
            [["STRLEN", "novo.txt"], ":4\r\n"],
            [["LISTAR"], `*3\r\n${bulk("a.txt")}${bulk("large.bin")}${bulk("novo.txt")}`],
            [["GETRANGE", "large.bin", "0", "1"], bulk("\0\0")]
          ] as const)
            assert.strictEqual(yield* innocent.ask(request(...words), reply), reply)
        })
    )
  }
)
