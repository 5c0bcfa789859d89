/** The library's streams of changes against the real server: from which place on, over lost connections, and where there are none. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Queue, Scope, Stream } from "effect"
import { type Change, Client, type Options } from "../../src/library/Client.ts"
import { recognize } from "../../src/domain/sentences/Sentence.ts"
import type { Changes } from "../../src/services/files/FileChanges.ts"
import { freePort } from "../support/programs/FreePort.ts"
import { emptyStore, serve } from "../support/programs/TestServer.ts"
import { changed, created, deleted, epoch, recorderOf, rescan } from "../support/values/Changes.ts"

const clientOf = (options: Options) =>
  Effect.map(Layer.build(Client.layer(options)), (context) => Context.get(context, Client))

const shown = (change: Change): string =>
  change.kind === "Rescan" ? `${change.id} Rescan` : `${change.id} ${change.kind} ${change.name}`

/** The changes as they come. */
const following = Effect.fnUntraced(function* (client: Client["Service"], since?: string) {
  const told = yield* Queue.unbounded<string>()
  const fiber = yield* Effect.forkScoped(
    Stream.runForEach(client.changes(since), (change) => Queue.offer(told, shown(change)))
  )
  return { take: (count: number) => Queue.takeN(told, count), fiber }
})

const at = (sequence: number) => `${epoch}-${sequence}`

describe("the library's changes", () => {
  it.live("are those behind a place, in their order, and then what happens", () =>
    Effect.gen(function* () {
      const { changes, record } = recorderOf()
      const { port } = yield* serve(emptyStore, { changes })
      const client = yield* clientOf({ port })
      record([created("a"), created("b")])
      assert.strictEqual(yield* client.lastChange, at(2))
      const { take } = yield* following(client, at(1))
      assert.deepStrictEqual(yield* take(1), [`${at(2)} Created b`])
      record([changed("ç\n"), deleted("b"), rescan])
      assert.deepStrictEqual(yield* take(1), [`${at(5)} Rescan`])
      record([deleted("a")])
      assert.deepStrictEqual(yield* take(1), [`${at(6)} Deleted a`])
      const [first] = yield* Stream.runCollect(Stream.take(client.changes(at(5)), 1))
      assert.deepStrictEqual(first, { kind: "Deleted", id: at(6), name: "a" })
      record([changed("c")])
      const [second] = yield* Stream.runCollect(Stream.take(client.changes(at(6)), 1))
      assert.deepStrictEqual(second, {
        kind: "Changed",
        id: at(7),
        name: "c",
        size: 1,
        modified: new Date("2023-12-31T23:59:59.999Z"),
        version: "v"
      })
    }).pipe(Effect.scoped)
  )

  it.live("go on behind the last one when the server is there again, and tell of a gap", () =>
    Effect.gen(function* () {
      const port = yield* freePort()
      const serving = Effect.fnUntraced(function* (changes: Changes) {
        const scope = yield* Scope.make()
        yield* Scope.provide(serve(emptyStore, { port, changes }), scope)
        return Scope.close(scope, Exit.void)
      })
      const { changes, record } = recorderOf()
      const stop = yield* serving(changes)
      const client = yield* clientOf({ port })
      const { take } = yield* following(client, at(0))
      record([created("a")])
      assert.deepStrictEqual(yield* take(1), [`${at(1)} Created a`])
      yield* stop
      record([created("b"), created("c")])
      const stopAgain = yield* serving(changes)
      assert.deepStrictEqual(yield* take(2), [`${at(2)} Created b`, `${at(3)} Created c`])
      yield* stopAgain

      const short = recorderOf(600)
      short.record(["d", "e", "f", "g", "h", "i"].map(created))
      yield* serving(short.changes)
      assert.deepStrictEqual(yield* take(3), [
        `${at(4)} Rescan`,
        `${at(5)} Created h`,
        `${at(6)} Created i`
      ])
    }).pipe(Effect.scoped)
  )

  it.live(
    "fail with NOCHANGES where the server tells of none, and with ERR where the id is none, in a sentence of the server's",
    () =>
      Effect.gen(function* () {
        const { port } = yield* serve(emptyStore)
        const client = yield* clientOf({ port })
        for (const [since, code, sentence] of [
          [undefined, "NOCHANGES", "NOCHANGES"],
          [at(1), "NOCHANGES", "NOCHANGES"],
          ["ontem", "ERR", "invalidId"]
        ] as const) {
          const { fiber } = yield* following(client, since)
          const error = yield* Effect.flip(Fiber.join(fiber))
          assert.strictEqual(error._tag === "ErrorReply" ? error.code : error._tag, code)
          assert.strictEqual(recognize(error.message)?.name, sentence)
        }
      }).pipe(Effect.scoped)
  )
})
