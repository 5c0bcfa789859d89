/** Everything that can go wrong with a connection, time after time; then the server holds what it held before. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule, type Scope } from "effect"
import { truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { request } from "../support/values/Bytes.ts"
import { serveProbed } from "../support/programs/ProbedServer.ts"
import { type ConnectionEnded, connect, type RawSocket } from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { noise } from "../support/Transfers.ts"

const MiB = 1024 * 1024
const size = 32 * MiB
/** So many connections may there be at once. */
const most = 40

/** What is done to a server, over a connection of its own; all of it ends with that connection. */
type Misdeed = (
  client: RawSocket,
  around: { readonly address: Address; readonly folder: string }
) => Effect.Effect<unknown, ConnectionEnded, Scope.Scope>

const hears =
  (sent: string, heard: RegExp): Misdeed =>
  (client) =>
    Effect.gen(function* () {
      yield* client.send(sent)
      const rest = yield* client.rest
      assert.isTrue(heard.test(rest), `${JSON.stringify(sent.slice(0, 60))}: ${rest.slice(0, 100)}`)
    })

const begun = `*2\r\n$3\r\nGET\r\n$500000\r\n${"x".repeat(100_000)}`

/** Reads the beginning of the large file, then does this. */
const inTheMiddle =
  (then: Misdeed): Misdeed =>
  (client, around) =>
    Effect.gen(function* () {
      yield* client.send(request("GET", "large.bin"))
      yield* client.takeBytes(1000)
      yield* client.pause
      yield* then(client, around)
    })

/** Each way a connection can go wrong, and end. */
const misdeeds: Readonly<Record<string, Misdeed>> = {
  "nothing at all": (client) => client.rest,
  "an inline line that never ends": hears("x".repeat(70_000), /^-ERR Protocol error: too big/),
  "too many arguments": hears("*70000\r\n", /^-ERR Protocol error: invalid multibulk length\r\n$/),
  "too long an argument": hears(
    "*1\r\n$2000000\r\n",
    /^-ERR Protocol error: invalid bulk length\r\n$/
  ),
  "no RESP": hears("*1\r\n!4\r\nPING\r\n", /^-ERR Protocol error: expected '\$'/),
  "no pickle": hears("\x80\x03cos\nsystem\n.", /^$/),
  "half a pickle": hears("\x80\x03X\xff\x00\x00\x00", /^$/),
  "HTTP without its Host": hears("GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /),
  "HTTP by a name that is not the server's": hears(
    "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 421 /
  ),
  "a browser's POST": hears(
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\nhora_atual\r\n",
    /^HTTP\/1\.1 413 /
  ),
  "a field of HTTP in RESP": hears("PING\r\nHost: localhost\r\n", /^\+PONG\r\n$/),
  "a head that never ends": hears(
    `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(3000)}`,
    /^HTTP\/1\.1 431 /
  ),
  "a first line that never ends": hears("GET /a", /^$/),
  "a head that was begun": hears("GET / HTTP/1.1\r\nHost: localhost\r\n", /^$/),
  "a reset in the middle of a file over HTTP": (client) =>
    Effect.gen(function* () {
      yield* client.send("GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
      yield* client.takeBytes(1000)
      yield* client.pause
      yield* client.reset
    }),
  "a reset in the middle of an archive": (client) =>
    Effect.gen(function* () {
      yield* client.send("GET /?tar HTTP/1.1\r\nHost: localhost\r\n\r\n")
      yield* client.takeBytes(1000)
      yield* client.pause
      yield* client.reset
    }),
  "commands refused": hears(
    `NADA\r\nSET a b\r\nGET\r\n${request("ARQUIVO", "nada")}${request("ARQUIVO", "a.txt", "INICIO", "9999")}QUIT\r\n`,
    /^(?:-[A-Z]+ [^\r]+\r\n){5}\+OK\r\n$/
  ),
  "a wrong password": hears(
    "AUTH ninguem errada\r\nHELLO 3 AUTH ninguem errada\r\nQUIT\r\n",
    /^(?:-WRONGPASS [^\r]+\r\n){2}\+OK\r\n$/
  ),
  "a request that was begun": hears(begun, /^$/),
  "a request that was begun, and a reset": (client) =>
    Effect.andThen(client.send(begun), client.reset),
  "a reset in the middle of a file": inTheMiddle((client) => client.reset),
  "an end in the middle of a file": inTheMiddle((client) =>
    Effect.sync(() => client.socket.destroy())
  ),
  "no more reading in the middle of a file": inTheMiddle((client) =>
    Effect.gen(function* () {
      // Twice the stall's time, and the look after it; a client that does not read cannot see the end.
      yield* Effect.sleep("3 seconds")
      yield* client.resume
      assert.isBelow((yield* client.rest).length, size)
    })
  ),
  "a file that shrinks in its middle": (client, { folder }) =>
    Effect.gen(function* () {
      const name = `${client.socket.localPort}.bin`
      writeFileSync(join(folder, name), "")
      truncateSync(join(folder, name), size)
      yield* client.send(request("GET", name))
      yield* client.takeBytes(1000)
      yield* client.pause
      truncateSync(join(folder, name), 1000)
      yield* client.resume
      assert.isBelow((yield* client.rest).length, size)
    }),
  "a digest nobody waits for": (client) =>
    Effect.andThen(
      client.send(request("SOMA", "large.bin") + request("LISTAR")),
      Effect.andThen(Effect.sleep("10 millis"), client.reset)
    ),
  "a batch nobody reads": (client) =>
    Effect.andThen(client.send(request("GET", "a.txt").repeat(5000)), client.reset),
  "one connection too many": (_, { address }) =>
    Effect.gen(function* () {
      const others = yield* Effect.forEach(Array.from({ length: most + 5 }), () => connect(address))
      const last = others.at(-1)
      assert.strictEqual(
        yield* last?.rest ?? Effect.succeed(""),
        "-ERR max number of clients reached\r\n"
      )
    })
}

const options = [
  "--idle-timeout=1s",
  "--request-timeout=1s",
  "--stall-timeout=1s",
  `--max-connections=${most}`
]

describe("every way a connection can go wrong", () => {
  it.live.skipIf(process.platform !== "linux")(
    "leaves no fiber, no socket, no descriptor and no memory behind",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderWith({ "a.txt": "a", "large.bin": noise(1, size) })
        const server = yield* serveProbed(folder, options)
        const { address } = server
        const around = { address, folder }
        /** Waits until nobody else is connected: who was cut off is gone a moment later. */
        const alone = Effect.scoped(
          Effect.gen(function* () {
            const client = yield* connect(address)
            yield* client.send(request("INFO", "clients") + request("QUIT"))
            return /connected_clients:1\r/.test(yield* client.rest)
          })
        ).pipe(Effect.repeat({ until: (isAlone) => isAlone, schedule: Schedule.spaced(100) }))

        const all = Effect.forEach(
          Object.entries(misdeeds),
          ([name, misdeed]) =>
            Effect.gen(function* () {
              const once = Effect.scoped(
                Effect.flatMap(connect(address), (client) => misdeed(client, around))
              ).pipe(
                Effect.catch(({ received }) =>
                  Effect.sync(() =>
                    assert.fail(`${name}: it ended after ${received.slice(0, 100)}`)
                  )
                )
              )
              const times = name === "one connection too many" ? 1 : 5
              yield* Effect.all(
                Array.from({ length: times }, () => once),
                { concurrency: times, discard: true }
              )
              yield* alone
            }),
          { discard: true }
        )
        const count = server.descriptors
        // Watching the folder takes a descriptor, and begins a moment after the server listens: who asks for changes waits for it.
        yield* Effect.scoped(
          Effect.gen(function* () {
            const client = yield* connect(address)
            yield* client.send(request("XINFO", "STREAM", "arquivos") + request("QUIT"))
            yield* client.rest
          })
        )
        yield* alone
        // It answers once the last connection is gone, which is a moment later.
        yield* server.held
        const descriptors = yield* count
        const held = Effect.gen(function* () {
          // Threads that hash have some of their own, and end when they were not needed for ten seconds.
          yield* Effect.repeat(count, {
            until: (now) => now <= descriptors,
            schedule: Schedule.upTo(Schedule.spaced("200 millis"), { times: 200 })
          })
          const { fibers, heap, resources, sockets } = yield* server.held
          return { heap, counts: { fibers, sockets, resources, descriptors: yield* count } }
        })

        yield* all
        const before = yield* held
        yield* all
        yield* all
        const after = yield* held
        console.log(
          `${before.counts.fibers} fibers, ${before.counts.sockets} sockets, ${before.counts.descriptors} descriptors before and after; heap ${before.heap}, then ${after.heap} bytes`
        )
        assert.strictEqual(before.counts.descriptors, descriptors)
        assert.deepStrictEqual(after.counts, before.counts)
        assert.isAtMost(after.heap, before.heap * 1.1)
        yield* server.kill("SIGTERM")
        assert.strictEqual(yield* server.exitCode, 0)
        assert.notMatch(server.said(), /\blevel=(?:error|fatal)\b/i)
      })
  )
})
