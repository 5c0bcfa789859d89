import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Queue } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { acceptedSockets, serveFolder } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { request } from "../support/values/Bytes.ts"

describe("many transfers at once", () => {
  it.live("are written few pieces in a turn of the event loop, and all of them come whole", () =>
    Effect.gen(function* () {
      const size = 512 * 1024
      const address = yield* serveFolder(yield* folderWith({ "a.bin": Buffer.alloc(size, "x") }))
      const accepted = yield* acceptedSockets
      const clients = yield* Effect.forEach(Array.from({ length: 600 }), () => connect(address), {
        concurrency: 50
      })
      let thisTurn = 0
      let most = 0
      for (const server of yield* Queue.takeN(accepted, clients.length)) {
        const write = server.write.bind(server)
        Object.assign(server, {
          write: (...words: Parameters<typeof write>) => {
            if (typeof words[0] !== "string") most = Math.max(most, (thisTurn += 1))
            return write(...words)
          }
        })
      }
      const counting = yield* Effect.forkChild(
        Effect.forever(
          Effect.callback<void>((resume) => {
            setImmediate(() => {
              thisTurn = 0
              resume(Effect.void)
            })
          }),
          // It would yield besides, and count two turns as one.
          { disableYield: true }
        )
      )
      yield* Effect.forEach(clients, (client) => client.send(request("GET", "a.bin")))
      const whole = `$${size}\r\n`.length + size + 2
      yield* Effect.forEach(clients, (client) => client.takeBytes(whole), {
        concurrency: "unbounded"
      })
      yield* Fiber.interrupt(counting)
      // Twice what may go in a turn, for the counter's turn need not begin where the server's does.
      assert.isAtMost(most, 256)
    })
  )
})
