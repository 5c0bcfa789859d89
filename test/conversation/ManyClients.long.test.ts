/** Two hundred clients at once, each with a file of its own, and a thousand after each other, over raw sockets. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { bulk, request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

const mebibyte = 1024 * 1024

/** The content of a file, different for each and cheap to make again. */
const contentOf = (index: number): Buffer =>
  Buffer.alloc(mebibyte, createHash("sha512").update(String(index)).digest())

const timePattern = /^\$8\r\n([01]\d|2[0-3]):[0-5]\d:[0-5]\d\r\n$/
const timeLength = "$8\r\n12:34:56\r\n".length

describe("the server", () => {
  it.live(
    "serves 200 clients at once, each its own file of 1 MiB and the time, all of them right",
    () =>
      Effect.gen(function* () {
        const clients = Array.from({ length: 200 }, (_, index) => index)
        const files = Object.fromEntries(
          clients.map((index) => [`arquivo-${index}`, contentOf(index)])
        )
        const address = yield* serveFolder(yield* folderWith(files))
        const all = Effect.forEach(clients, () => connect(address), { concurrency: "unbounded" })
        // Everyone is connected before anyone asks.
        const sockets = yield* all
        const fetch = Effect.fnUntraced(function* (index: number) {
          const socket = sockets[index]
          if (socket === undefined) return assert.fail("no socket")
          const name = `arquivo-${index}`
          yield* socket.send(request("enviar_arquivo", name) + request("hora_atual"))
          const head = `*2\r\n${bulk(name)}$${mebibyte}\r\n`
          assert.strictEqual(yield* socket.take(head.length), head)
          assert.isTrue((yield* socket.takeBytes(mebibyte)).equals(contentOf(index)), name)
          assert.strictEqual(yield* socket.take(2), "\r\n")
          assert.match(yield* socket.take(timeLength), timePattern)
          yield* socket.end
          assert.strictEqual(yield* socket.rest, "")
        })
        yield* Effect.forEach(clients, fetch, { concurrency: "unbounded" })
      })
  )

  it.live("serves the second and the thousandth connection as well as the first", () =>
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* folderWith({ "a.txt": "conteúdo" }))
      const expected = `*2\r\n${bulk("a.txt")}${bulk("conteúdo")}:1\r\n`
      for (let connection = 1; connection <= 1000; connection++) {
        const heard = Effect.gen(function* () {
          const client = yield* connect(address)
          yield* client.send(`ARQUIVO a.txt\r\nEXISTS a.txt\r\nCLIENT ID\r\nQUIT\r\n`)
          return yield* client.rest
        })
        assert.strictEqual(yield* Effect.scoped(heard), `${expected}:${connection}\r\n+OK\r\n`)
      }
    })
  )
})
