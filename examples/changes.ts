/**
 * A program that keeps a list of the server's files, and says what changes: it lists again only where it must. Beside a
 * server, after `npm ci`: `APP_PORT=65432 node examples/changes.ts`.
 */
import { Config, Console, Effect, Layer, Stream } from "effect"
import { Client } from "sockets-client-server/client"

const program = Effect.gen(function* () {
  const client = yield* Client
  const names = new Set<string>()

  const listAll = Effect.gen(function* () {
    names.clear()
    yield* Stream.runForEach(client.list(), (name) => Effect.sync(() => names.add(name)))
    yield* Console.log(`${names.size} files`)
  })

  // First the place, then the list: what changes in between is told again, and nothing is missed.
  const place = yield* client.lastChange
  yield* listAll
  yield* Stream.runForEach(client.changes(place), (change) => {
    if (change.kind === "Rescan") return listAll
    if (change.kind === "Deleted") names.delete(change.name)
    else names.add(change.name)
    return Console.log(`${change.kind} ${change.name}: ${names.size} files`)
  })
})

const server = Layer.unwrap(
  Effect.map(Config.Port("APP_PORT"), (port) => Client.layer({ host: "127.0.0.1", port }))
)

await Effect.runPromise(Effect.provide(program, server))
