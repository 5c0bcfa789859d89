/** What 10,000 connections leave behind: nothing. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { heapInUse } from "../support/Heap.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

const open = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length

const nextTurn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

describe("the server", () => {
  it.live("has answered 10,000 connections and is as small as before, with no socket left", () =>
    Effect.gen(function* () {
      const address = yield* serveFolder(yield* folderWith({ "a.txt": "conteúdo" }))
      const ask = Effect.scoped(
        Effect.gen(function* () {
          const client = yield* connect(address)
          yield* client.send("ARQUIVO a.txt\r\nLISTAR\r\nQUIT\r\n")
          assert.isTrue((yield* client.rest).endsWith("+OK\r\n"))
        })
      )
      const many = Effect.forEach(Array.from({ length: 5_000 }), () => ask, {
        concurrency: 50,
        discard: true
      })
      // The first half warms up what is made once and kept: code, pools, caches.
      yield* many
      const before = heapInUse()
      yield* many
      yield* ask
      assert.isBelow(heapInUse(), before * 1.1)
      // A socket is gone some turns of the event loop after it was closed; one that was forgotten never is.
      while (open() > 0) yield* nextTurn
    })
  )
})
