/** A server listens before its folder is watched: only who follows changes waits for that, and then misses none. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "../../support/peers/RawSocket.ts"
import { serveChanges } from "../../support/programs/ChangesServer.ts"
import { deleted, epoch, recorderOf } from "../../support/values/Changes.ts"

describe("a server that does not know yet what changes", () => {
  it.live("tells nobody a place in the log before it does, and answers all else", () =>
    Effect.gen(function* () {
      const recorder = recorderOf(1_000_000, true)
      const { address } = yield* serveChanges({ web: {} }, recorder)
      const ask = (question: string) =>
        Effect.gen(function* () {
          const client = yield* connect(address)
          yield* client.send(question)
          return client
        })
      const subscriber = yield* ask("SUBSCRIBE arquivos\r\n")
      const reader = yield* ask("XREAD STREAMS arquivos 0\r\n")
      const asker = yield* ask("XINFO STREAM arquivos\r\n")
      const stream = yield* ask("GET /-/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      const other = yield* connect(address)
      yield* other.ask("PING\r\n", "+PONG\r\n")
      const browser = yield* ask("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
      // A page that is made now is to look anew: what changes until the log starts is not in it.
      assert.include(yield* browser.takeThrough("desde=0-0"), "200 OK")
      for (const { socket } of [subscriber, reader, asker, stream])
        assert.strictEqual(socket.bytesRead, 0)
      recorder.start()
      yield* subscriber.takeThrough(":1\r\n")
      assert.include(yield* asker.takeThrough("groups"), `${epoch}-0`)
      assert.include(yield* reader.takeThrough("refazer"), `${epoch}-0`)
      yield* stream.takeThrough(`id: ${epoch}-0\n\n`)
      recorder.record([deleted("a")])
      for (const client of [subscriber, stream])
        assert.notInclude(yield* client.takeThrough("apagado"), "refazer")
    })
  )
})
