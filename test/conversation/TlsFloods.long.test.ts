/**
 * Floods of TLS handshakes: how long they hold the event loop at a time, and what somebody notices of them who asks PING
 * every 10 ms, over TLS as well.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { TLSSocket } from "node:tls"
import { fileURLToPath } from "node:url"
import { hasOpenssl, Made } from "../support/Certificates.ts"
import { connectKeyUpdater } from "../support/peers/KeyUpdater.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { start } from "../support/programs/App.ts"
import { serveTurns } from "../support/programs/TurnsServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { request } from "../support/values/Bytes.ts"

const program = (name: string) =>
  fileURLToPath(new URL(`../support/programs/${name}.ts`, import.meta.url))

const pings = 300

/** A handshake takes a millisecond of the processor; five hundred in one turn take two hundred. */
const longestAllowed = 60

const floods: ReadonlyArray<readonly [what: string, way: string]> = [
  ["a thousand handshakes that are begun and never end", "begun"],
  ["first messages of handshakes, 64 at a time", "hellos"],
  ["first messages of five hundred handshakes at the same moment", "burst"],
  ["whole handshakes, 32 at a time", "handshakes"],
  ["connections of TLS 1.2 that shake hands again and again", "renegotiations"],
  ["connections of TLS 1.3 that change their keys again and again", "keyUpdates"]
]

describe.skipIf(!hasOpenssl)("the event loop of a server that speaks TLS", () => {
  layer(Made.layer, { timeout: "1 minute", excludeTestServices: true })((it) => {
    for (const [what, way] of floods) {
      it.effect(`turns beside ${what}`, () =>
        Effect.gen(function* () {
          const { server } = yield* Made
          const cwd = yield* folderWith({ "a.txt": "x" })
          const flags = ["--tls-cert", server.certFile, "--tls-key", server.keyFile]
          const { address, told } = yield* serveTurns(cwd, [...flags, "--log-level", "none"])
          const run = (name: string, ...words: ReadonlyArray<string>) =>
            start(process.execPath, [program(name), `${address.port}`, ...words], { cwd })
          const flooder = yield* run("tlsFlood", way)
          yield* flooder.says("stdout", /flooding/)
          yield* told
          const measured = Effect.gen(function* () {
            const innocent = yield* run("innocent", `${pings}`, "", "tls")
            const [, found = ""] = yield* innocent.says("stdout", /times \[(.*)\]\n/)
            const times = found
              .split(",")
              .map(Number)
              .toSorted((one, other) => one - other)
            const { longestTurn } = yield* told
            console.log(
              `${what}: PING p99 ${times[Math.floor(pings * 0.99)]?.toFixed(1)} ms, the longest turn ${longestTurn.toFixed(1)} ms of the processor`
            )
            return longestTurn
          })
          // V8 may collect what thousands of handshakes left in one of these turns, once: 116 ms were seen.
          let longestTurn = yield* measured
          for (let more = 0; more < 2 && longestTurn > longestAllowed; more++)
            longestTurn = yield* measured
          assert.isAtMost(longestTurn, longestAllowed)
        })
      )
    }

    it.effect("lets no client of TLS 1.2 shake hands again without end, and cuts it off", () =>
      Effect.gen(function* () {
        const { authority, server } = yield* Made
        const cwd = yield* folderWith({ "a.txt": "x" })
        const flags = ["--tls-cert", server.certFile, "--tls-key", server.keyFile]
        const { address } = yield* serveTurns(cwd, flags)
        const tls = { ca: authority.cert, maxVersion: "TLSv1.2" } as const
        const client = yield* connect(address, { tls })
        yield* client.ask(request("PING"), "+PONG\r\n")
        const again = yield* Effect.callback<number>((resume) => {
          let count = 0
          const { socket } = client
          const renegotiate = (): void => {
            if (!(socket instanceof TLSSocket)) return
            socket.renegotiate({}, (error) => {
              if (error !== null) return
              count += 1
              if (count < 100) renegotiate()
              else resume(Effect.succeed(count))
            })
          }
          socket.once("close", () => resume(Effect.succeed(count)))
          renegotiate()
        })
        // tls.CLIENT_RENEG_LIMIT, in ten minutes.
        assert.isAtMost(again, 3)
        const other = yield* connect(address, { tls })
        yield* other.ask(request("PING"), "+PONG\r\n")
      })
    )

    it.effect(
      "lets a client of TLS 1.3 change its keys, but not without end, and cuts it off",
      () =>
        Effect.gen(function* () {
          const { authority, server } = yield* Made
          const cwd = yield* folderWith({ "a.txt": "x" })
          const flags = ["--tls-cert", server.certFile, "--tls-key", server.keyFile]
          const { address } = yield* serveTurns(cwd, flags)
          const { answers, records, socket } = yield* Effect.acquireRelease(
            Effect.promise(() => connectKeyUpdater(address.port)),
            ({ socket }) => Effect.sync(() => socket.destroy())
          )
          // The server answers with an update of its own key, by which it encrypts what follows.
          socket.write(Buffer.concat([records.keyUpdates(10, true), records.data("PING\r\n")]))
          const [reply] = yield* Effect.promise<ReadonlyArray<unknown>>(() => once(answers, "data"))
          assert.strictEqual(String(reply), "+PONG\r\n")
          // It may be a reset, which is an error first.
          const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()))
          socket.write(records.keyUpdates(100, false))
          yield* Effect.promise(() => closed)
          const other = yield* connect(address, { tls: { ca: authority.cert } })
          yield* other.ask(request("PING"), "+PONG\r\n")
        })
    )
  })
})
