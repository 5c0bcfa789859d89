/** Many clients that ask at once, over raw sockets. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

describe("the server", () => {
  it.live("answers each of 300 clients that ask at one and the same moment", () =>
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* folderWith({}))
      const sockets = yield* Effect.forEach(Array.from({ length: 300 }), () => connect(address))
      // The server is in this process: it reads nothing before all have asked, and then all in one turn of its loop.
      for (const { socket } of sockets) socket.write(request("PING"))
      for (const client of sockets) assert.strictEqual(yield* client.take(7), "+PONG\r\n")
    })
  )
})
