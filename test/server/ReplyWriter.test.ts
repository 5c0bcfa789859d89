import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Queue } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "../support/peers/RawSocket.ts"
import { acceptedSockets, emptyStore, serve } from "../support/programs/TestServer.ts"
import { fetchRaw } from "../support/peers/Http.ts"
import * as MemoryFileStore from "../../src/services/files/MemoryFileStore.ts"
import { fileName } from "../support/values/Names.ts"
import { bulk, request } from "../support/values/Bytes.ts"

describe("a connection with a rate", () => {
  it.effect("gets a long reply in pieces, and so is never left without a byte for long", () =>
    Effect.gen(function* () {
      const address = yield* serve(emptyStore, { maxRate: 10_000 })
      const accepted = yield* acceptedSockets
      const client = yield* connect(address)
      const server = yield* Queue.take(accepted)
      const reply = bulk("x".repeat(40_000))
      yield* client.send(request("ECHO", "x".repeat(40_000)))
      const first = yield* client.take(500)
      assert.isAtMost(server.bytesWritten, 512)
      const rest = yield* Effect.forkChild(client.take(reply.length - first.length))
      let waited = 0
      while (rest.pollUnsafe() === undefined) {
        yield* TestClock.adjust(50)
        waited += 50
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      assert.strictEqual(first + (yield* Fiber.join(rest)), reply)
      assert.isAtLeast(waited, 3500)
    })
  )

  it.effect("gets a file over HTTP at that rate as well", () =>
    Effect.gen(function* () {
      const files = new Map([[fileName("a"), { bytes: new Uint8Array(40_000), modified: 0 }]])
      const address = yield* serve(MemoryFileStore.layer(files), { maxRate: 10_000, web: {} })
      const fetched = yield* Effect.forkChild(fetchRaw(address, "/a"))
      let waited = 0
      while (fetched.pollUnsafe() === undefined) {
        yield* TestClock.adjust(50)
        waited += 50
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      assert.strictEqual((yield* Fiber.join(fetched)).body.length, 40_000)
      assert.isAtLeast(waited, 3500)
    })
  )
})
