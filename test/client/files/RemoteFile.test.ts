import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Connection } from "../../../src/client/Connection.ts"
import type { Connector } from "../../../src/client/Connector.ts"
import { streamFile, wholeFile } from "../../../src/client/files/FileStream.ts"
import { isChanged } from "../../../src/client/files/RemoteFile.ts"
import * as Hashing from "../../../src/client/node/Hashing.ts"
import * as ByteString from "../../../src/domain/ByteString.ts"
import * as Monotonic from "../../../src/domain/Monotonic.ts"
import * as Reply from "../../../src/domain/Reply.ts"

it.effect("a file that keeps changing is asked for four times, after pauses that grow", () =>
  Effect.gen(function* () {
    const asked: Array<number> = []
    const connector: Connector = {
      ask: (_, receive) =>
        Effect.gen(function* () {
          asked.push(yield* Monotonic.now)
          return yield* Effect.provideService(receive, Connection, {
            send: () => Effect.void,
            receive: Effect.succeed(Reply.Reply.Error({ code: "CHANGED", message: "x" })),
            receiveTokens: () => Effect.never,
            receiveFile: Effect.never,
            receiveContent: Effect.never,
            isRefused: () => false
          })
        }),
      askAll: () => Effect.die(new Error("one request at a time")),
      connect: Effect.void,
      disconnect: Effect.void
    }
    const fetching = yield* streamFile(
      ByteString.fromText("a"),
      wholeFile,
      false,
      { bytes: connector, digests: connector },
      () => Effect.void
    ).pipe(Effect.flip, Effect.forkChild({ startImmediately: true }))
    yield* TestClock.adjust("3 seconds")
    assert.isTrue(isChanged(yield* Fiber.join(fetching)))
    const [first = Number.NaN] = asked
    assert.deepStrictEqual(
      asked.map((time) => time - first),
      [0, 100, 500, 2100]
    )
  }).pipe(Effect.provide(Hashing.layer))
)
