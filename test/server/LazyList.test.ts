/** Lists whose items are made one after the other, such as the files of MGET. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Stream } from "effect"
import { StoreUnavailable } from "../../src/domain/Errors.ts"
import { FileStore } from "../../src/services/files/FileStore.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { serve } from "../support/programs/TestServer.ts"

const size = 100_000
const details = { size, modified: 0, version: "1" }
const file = bulk("x".repeat(size))

/** A store of files of 100,000 bytes, except `b`, which cannot be read; tells of the files that are open. */
const makeStore = (whenOpen: (name: string) => Effect.Effect<void>) => {
  const open = new Set<object>()
  let most = 0
  const layer = Layer.succeed(FileStore, {
    names: Stream.empty,
    count: Effect.succeed(0),
    knownCount: Effect.undefined,
    pick: () => Effect.undefined,
    list: () => Effect.succeed([]),
    listFiles: () => Effect.succeed([]),
    folder: () => Effect.succeed(Stream.empty),
    folderKeys: () => Effect.succeed(Stream.empty),
    getIfPresent: () => undefined,
    describe: () => Effect.succeed(details),
    open: (name) =>
      name === "b"
        ? Effect.fail(new StoreUnavailable({ cause: new Error("unreadable") }))
        : Effect.acquireRelease(
            Effect.as(whenOpen(name), {
              ...details,
              read: (_: number, length: number) => Stream.succeed(Buffer.alloc(length, "x")),
              sha256: Effect.succeed("")
            }).pipe(
              Effect.tap((opened) =>
                Effect.sync(() => {
                  open.add(opened)
                  most = Math.max(most, open.size)
                })
              )
            ),
            (opened) => Effect.sync(() => open.delete(opened))
          )
  })
  return { layer, most: () => most }
}

describe("MGET", () => {
  it.effect("has one file open at a time, and none that was not sent yet", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { layer, most } = makeStore((name) =>
        name === "d" ? Deferred.await(gate) : Effect.void
      )
      const client = yield* connect(yield* serve(layer))
      yield* client.send(request("MGET", "a", "c", "d", "e") + request("PING"))
      const first = `*4\r\n${file}${file}`
      assert.isTrue((yield* client.take(first.length)) === first)
      yield* Deferred.succeed(gate, undefined)
      const rest = `${file}${file}+PONG\r\n`
      assert.isTrue((yield* client.take(rest.length)) === rest)
      assert.strictEqual(most(), 1)
    })
  )

  it.effect("tells of a file that cannot be read in its place, and goes on", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* serve(makeStore(() => Effect.void).layer))
      const expected = `*3\r\n${file}${onWire("-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n")}${file}+PONG\r\n`
      yield* client.send(request("MGET", "a", "b", "c") + request("PING"))
      assert.isTrue((yield* client.take(expected.length)) === expected)
    })
  )
})
