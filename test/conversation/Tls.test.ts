/** Conversations over TLS: all that holds in plain text holds here, and other people's clients get through. */
import { assert, describe, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer, Queue, Scope } from "effect"
import { Redis } from "ioredis-6"
import { spawnSync } from "node:child_process"
import type { ConnectionOptions } from "node:tls"
import { fileURLToPath } from "node:url"
import { createClient } from "redis-6"
import type { Options } from "../../src/server/Server.ts"
import { makeTls } from "../../src/net/TlsHandshake.ts"
import * as DirectoryFileStore from "../../src/services/files/directory/DirectoryFileStore.ts"
import type { Stats } from "../../src/telemetry/Stats.ts"
import type { FileStore } from "../../src/services/files/FileStore.ts"
import { bulk, request } from "../support/values/Bytes.ts"
import { type Certificates, hasOpenssl, Made, shows } from "../support/Certificates.ts"
import { isInstalled, run } from "../support/programs/Programs.ts"
import { connect } from "../support/peers/RawSocket.ts"
import * as SlowFile from "../support/fakes/SlowFile.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { acceptedSockets, closed, emptyStore, serve } from "../support/programs/TestServer.ts"
import { noise, sha256 } from "../support/Transfers.ts"

const mebibyte = 1024 * 1024
const ping = request("PING")
const pong = "+PONG\r\n"

const tlsOf = ({ authority, client }: Certificates): ConnectionOptions => ({
  ca: authority.cert,
  cert: client.cert,
  key: client.key
})

/** A server for clients with a certificate, a way to connect to it as one, and its sides of the connections. */
const encrypted = Effect.fnUntraced(function* <E>(
  store: Layer.Layer<FileStore, E, Stats>,
  options: Partial<Options> = {}
) {
  const made = yield* Made
  const tls = yield* makeTls(shows(made.server, made.authority))
  const address = yield* serve(store, { tls, ...options })
  const accepted = yield* acceptedSockets
  const join = (more: ConnectionOptions & { readonly allowHalfOpen?: boolean } = {}) =>
    Effect.gen(function* () {
      const { allowHalfOpen = false, ...own } = more
      const client = yield* connect(address, { allowHalfOpen, tls: { ...tlsOf(made), ...own } })
      return { client, server: yield* Queue.take(accepted) }
    })
  return { address, join, made }
})

const folderStore = (files: Readonly<Record<string, string | Uint8Array>>) =>
  Effect.map(folderWith(files), (folder) => DirectoryFileStore.layer({ folder, hidden: false }))

const skipped = hasOpenssl ? "" : " (skipped: openssl is not installed)"

describe.skipIf(!hasOpenssl)(`over TLS${skipped}`, () => {
  layer(Made.layer, { excludeTestServices: true, timeout: "1 minute" })((it) => {
    it.effect("files arrive byte for byte, small ones, one of 64 MiB, and many at once", () =>
      Effect.gen(function* () {
        const large = noise(7, 64 * mebibyte)
        const small = noise(8, 5000)
        const store = yield* folderStore({ "large.bin": large, "small.bin": small, vazio: "" })
        const { join } = yield* encrypted(store)
        const { client, server } = yield* join()
        const head = `$${large.length}\r\n`
        assert.strictEqual(yield* client.ask(request("GET", "large.bin"), head), head)
        const arrived = yield* client.takeBytes(large.length)
        assert.strictEqual(sha256(arrived), sha256(large))
        yield* client.take(2)
        const reply = `$${small.length}\r\n${small.toString("latin1")}\r\n`
        yield* client.send(request("GET", "small.bin").repeat(200) + request("GET", "vazio"))
        assert.isTrue((yield* client.take(reply.length * 200)) === reply.repeat(200))
        assert.strictEqual(yield* client.take(6), "$0\r\n\r\n")
        yield* client.end
        yield* closed(server)
      })
    )

    it.effect("ten thousand requests in one write are answered in order", () =>
      Effect.gen(function* () {
        const { join } = yield* encrypted(emptyStore)
        const { client } = yield* join()
        const numbers = Array.from({ length: 10_000 }, (_, index) => String(index))
        const expected = numbers.map(bulk).join("")
        yield* client.send(numbers.map((number) => request("ECHO", number)).join(""))
        assert.strictEqual(yield* client.take(expected.length), expected)
      })
    )

    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      it.effect(`a client that ends its output hears all replies to the end in ${version}`, () =>
        Effect.gen(function* () {
          const { join } = yield* encrypted(emptyStore)
          const { client, server } = yield* join({
            allowHalfOpen: true,
            minVersion: version,
            maxVersion: version
          })
          yield* client.send(ping.repeat(1000))
          yield* client.end
          assert.strictEqual(yield* client.rest, pong.repeat(1000))
          yield* closed(server)
          const pickle = yield* join({ allowHalfOpen: true, maxVersion: version })
          yield* pickle.client.send("(VHORA\nNt.")
          yield* pickle.client.end
          assert.match(yield* pickle.client.rest, /\d\d:\d\d:\d\d.*Adeus!/s)
          yield* closed(pickle.server)
        })
      )
    }

    it.effect("a client that is gone without a word leaves nothing behind", () =>
      Effect.gen(function* () {
        const file = yield* SlowFile.make({ size: 256 * mebibyte })
        const { join } = yield* encrypted(file.layer)
        const { client, server } = yield* join()
        yield* client.pause
        yield* client.send(request("GET", "a"))
        yield* file.opened
        yield* Effect.sync(() => client.socket.destroy())
        yield* file.released
        yield* closed(server)
      })
    )

    it.effect("a peer that takes nothing in the middle of a file is cut off", () =>
      Effect.gen(function* () {
        const file = yield* SlowFile.make({ size: 256 * mebibyte })
        const { join } = yield* encrypted(file.layer, {
          limits: {
            connections: 10,
            perAddress: 10,
            idle: Duration.zero,
            stall: Duration.millis(200),
            request: Duration.hours(1),
            memory: mebibyte
          }
        })
        const { client, server } = yield* join()
        yield* client.pause
        yield* client.send(request("GET", "a"))
        yield* file.released
        yield* closed(server)
        assert.isBelow(file.taken(), file.size)
      })
    )

    it.effect("a server that is told to stop finishes what it sends, and takes leave", () =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const size = mebibyte
        const file = yield* SlowFile.make({
          size,
          before: { byte: size / 2, run: Deferred.await(gate) }
        })
        const scope = yield* Scope.fork(yield* Effect.scope)
        const { join } = yield* Scope.provide(
          encrypted(file.layer, { grace: Duration.seconds(30) }),
          scope
        )
        const idle = yield* join()
        yield* idle.client.ask(ping, pong)
        const busy = yield* join()
        const head = `$${size}\r\n`
        yield* busy.client.ask(request("GET", "a"), head)
        const stopping = yield* Effect.forkChild(Scope.close(scope, Exit.void), {
          startImmediately: true
        })
        assert.strictEqual(yield* idle.client.rest, "")
        yield* closed(idle.server)
        yield* Deferred.succeed(gate, undefined)
        assert.strictEqual((yield* busy.client.takeBytes(size)).length, size)
        assert.strictEqual(yield* busy.client.rest, "\r\n")
        yield* Fiber.join(stopping)
        yield* closed(busy.server)
      })
    )
  })
})

const hasRedisCli = isInstalled("redis-cli")
const hasRedisPy =
  spawnSync("/usr/bin/python3", ["-c", "import redis"], { stdio: "ignore" }).status === 0
const script = fileURLToPath(new URL("../fixtures/redis_py_tls.py", import.meta.url))

describe.skipIf(!hasOpenssl)(`TLS by other people's clients${skipped}`, () => {
  layer(Made.layer, { excludeTestServices: true, timeout: "1 minute" })((it) => {
    const served = Effect.gen(function* () {
      const { address, made } = yield* encrypted(yield* folderStore({ "olá.txt": "Olá!" }))
      return { made, port: String(address.port) }
    })

    const redisCli = hasRedisCli ? "redis-cli --tls" : "redis-cli (skipped: it is not installed)"
    it.effect.skipIf(!hasRedisCli)(`gets through: ${redisCli}`, () =>
      Effect.gen(function* () {
        const { made, port } = yield* served
        const { authority, client } = made
        const own = ["--cert", client.certFile, "--key", client.keyFile]
        const words = ["-p", port, "--tls", "--cacert", authority.certFile]
        const { stdout } = yield* run("redis-cli", [...words, ...own, "GET", "olá.txt"])
        assert.strictEqual(stdout, "Olá!\n")
        const refused = yield* run("redis-cli", [...words, "GET", "olá.txt"])
        assert.notInclude(refused.stdout, "Olá!")
      })
    )

    const redisPy = hasRedisPy ? "redis-py" : "redis-py (skipped: it is not installed)"
    it.effect.skipIf(!hasRedisPy)(`gets through: ${redisPy}`, () =>
      Effect.gen(function* () {
        const { made, port } = yield* served
        const { authority, client } = made
        const words = [script, port, authority.certFile, client.certFile, client.keyFile, "olá.txt"]
        const { stderr, stdout } = yield* run("/usr/bin/python3", words)
        assert.strictEqual(stdout, "olá.txt\nOlá!\n", stderr)
      })
    )

    it.effect("gets through: ioredis", () =>
      Effect.gen(function* () {
        const { made, port } = yield* served
        const client = yield* Effect.acquireRelease(
          Effect.sync(() => new Redis(Number(port), { host: "localhost", tls: tlsOf(made) })),
          (client) => Effect.sync(() => client.disconnect())
        )
        assert.strictEqual(yield* Effect.promise(() => client.get("olá.txt")), "Olá!")
      })
    )

    it.effect("gets through: node-redis", () =>
      Effect.gen(function* () {
        const { made, port } = yield* served
        const socket = { host: "localhost", port: Number(port), tls: true, ...tlsOf(made) } as const
        const client = yield* Effect.acquireRelease(
          Effect.promise(() => createClient({ socket }).connect()),
          (client) => Effect.sync(() => client.destroy())
        )
        assert.strictEqual(yield* Effect.promise(() => client.get("olá.txt")), "Olá!")
      })
    )
  })
})
