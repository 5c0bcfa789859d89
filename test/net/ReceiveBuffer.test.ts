/** The one buffer into which all accepted sockets receive. What the server does with what came: test/server. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { connect, createServer, Socket } from "node:net"
import { receiveFor } from "../../src/net/ReceiveBuffer.ts"

/** A server of bare sockets, to each of which `accept` is done; its port. */
const serveBare = (accept: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer({ allowHalfOpen: true }, accept).listen(0, "127.0.0.1")
      await once(server, "listening")
      const address = server.address()
      if (address === null || typeof address === "string") throw new Error("no address")
      return { port: address.port, server }
    }),
    ({ server }) => Effect.sync(() => server.close())
  )

/** What a client of the port is answered to this text, after which it ends its input. */
const answer = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = ""
    const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => client.end(text))
    client.setEncoding("latin1").on("data", (piece: string) => void (heard += piece))
    client.on("end", () => resolve(heard)).on("error", reject)
  })

/** Answers, at the end of its input, all that came, as its reader was told of it. */
const echo = (accepted: Socket): void => {
  let came = ""
  const socket = receiveFor({ received: (bytes) => void (came += bytes) }, accepted)
  socket.on("end", () => socket.end(came, "latin1")).resume()
}

describe("a socket that receives into the shared buffer", () => {
  it.live("has its own bytes, though others receive in between", () =>
    Effect.gen(function* () {
      const { port } = yield* serveBare(echo)
      const texts = Array.from({ length: 20 }, (_, number) =>
        String.fromCharCode(0xe0 + number).repeat(10 + number * 9001)
      )
      const heard = yield* Effect.promise(() =>
        Promise.all(texts.map((text) => answer(port, text)))
      )
      const expected = texts.map((text) => Buffer.from(text, "utf8").toString("latin1"))
      assert.deepStrictEqual(heard, expected)
    })
  )

  it.live(
    "is left as it was accepted where something was read from it, or it has no handle of ours",
    () =>
      Effect.gen(function* () {
        const other = new Socket()
        const reader = { received: () => assert.fail("nothing is received") }
        assert.strictEqual(receiveFor(reader, other), other)
        const { port } = yield* serveBare((accepted) => {
          accepted.once("readable", () => {
            const begun: unknown = accepted.read()
            accepted.unshift(begun)
            assert.strictEqual(receiveFor(reader, accepted), accepted)
            accepted.pipe(accepted)
          })
        })
        assert.strictEqual(yield* Effect.promise(() => answer(port, "PROXY")), "PROXY")
      })
  )
})
