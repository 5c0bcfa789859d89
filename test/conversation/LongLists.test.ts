/** Lists that are encoded as they are sent: whole, in order, and with other replies before and after them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "../support/peers/RawSocket.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { bulk } from "../support/values/Bytes.ts"

const names = Array.from({ length: 3000 }, (_, index) => `pasta/${String(index).padStart(5, "0")}`)
const whole = `*${names.length}\r\n${names.map((name) => bulk(name)).join("")}`

const scene = Effect.gen(function* () {
  const folder = yield* folderWith(Object.fromEntries(names.map((name) => [name, ""])))
  return yield* connect(yield* serveFolder(folder))
})

describe("a long list", () => {
  it.live("stands between the replies before and after it", () =>
    Effect.gen(function* () {
      const client = yield* scene
      const expected = `+PONG\r\n${whole}:3000\r\n${whole}+PONG\r\n`
      yield* client.send("PING\r\nLISTAR\r\nDBSIZE\r\nKEYS pasta/*\r\nPING\r\n")
      assert.isTrue((yield* client.take(expected.length)) === expected)
    })
  )

  it.live("is an item of a transaction", () =>
    Effect.gen(function* () {
      const client = yield* scene
      const expected = `+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n${whole}:3000\r\n+PONG\r\n`
      yield* client.send("MULTI\r\nLISTAR\r\nDBSIZE\r\nEXEC\r\nPING\r\n")
      assert.isTrue((yield* client.take(expected.length)) === expected)
    })
  )
})
