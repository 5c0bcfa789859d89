/** The library's client against the real server: what each question answers, and what becomes of it when it cannot. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Redacted, Scope, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { type AddressInfo, connect } from "node:net"
import { join } from "node:path"
import { pipeline } from "node:stream"
import { createServer, type Server } from "node:tls"
import { Client, type Options } from "../../src/library/Client.ts"
import type { Address } from "../../src/domain/Address.ts"
import * as FakeServer from "../support/fakes/FakeServer.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { noise, sha256 } from "../support/Transfers.ts"

const large = noise(1, 9_000_000)
const files = { "a.txt": "um", "grande.bin": large, "pasta/ação.txt": "dois", vazio: "" }

/** A client, until the scope closes. */
const clientOf = (options: Options) =>
  Effect.map(Layer.build(Client.layer(options)), (context) => Context.get(context, Client))

const connected = Effect.gen(function* () {
  const { port } = yield* serveFolder(yield* folderWith(files))
  return yield* clientOf({ port })
})

const hasOpenssl = isInstalled("openssl")

/** A port that speaks TLS for the server, with a certificate for 127.0.0.1 that only itself vouches for. */
const encrypted = (server: Address) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")]
    yield* Effect.sync(() =>
      execFileSync(
        "openssl",
        `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout ${keyFile} -out ${certFile}`.split(
          " "
        ),
        { stdio: "ignore" }
      )
    )
    const cert = readFileSync(certFile)
    const listener = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const listener = createServer({ key: readFileSync(keyFile), cert }, (socket) => {
          const plain = connect(server.port, server.host)
          pipeline(socket, plain, socket, () => undefined)
        })
        listener.on("tlsClientError", () => undefined)
        listener.listen(0, "127.0.0.1", () => resume(Effect.succeed(listener)))
      }),
      (listener) => Effect.sync(() => listener.close())
    )
    return { cert, port: (listener.address() as AddressInfo).port }
  })

const bytesOf = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(bytes), (chunks) => Buffer.concat(chunks))

describe("a client", () => {
  it.live("tells who the server is, and its time", () =>
    Effect.gen(function* () {
      const client = yield* connected
      assert.strictEqual(yield* client.info, "Servidor online 24 horas")
      assert.match(yield* client.time, /^\d\d:\d\d:\d\d$/)
    })
  )

  it.live("lists all files, and those that match a pattern", () =>
    Effect.gen(function* () {
      const client = yield* connected
      assert.deepStrictEqual(yield* Stream.runCollect(client.list()), Object.keys(files))
      assert.deepStrictEqual(yield* Stream.runCollect(client.list("*/*ção*")), ["pasta/ação.txt"])
      assert.deepStrictEqual(yield* Stream.runCollect(client.list("nada*")), [])
    })
  )

  it.live(
    "lists files with their details, a request for many, and also where a server knows no such list",
    () =>
      Effect.gen(function* () {
        const client = yield* connected
        const [first, ...others] = yield* Stream.runCollect(client.listFiles("*.*"))
        assert.deepStrictEqual(
          [others.map(({ name }) => name), first?.name],
          [["grande.bin"], "a.txt"]
        )
        const { modified, size, version } = yield* client.details("a.txt")
        assert.deepStrictEqual(first, { name: "a.txt", modified, size, version })
        assert.lengthOf(yield* Stream.runCollect(client.listFiles()), 4)

        const old = yield* FakeServer.make({
          answers: (request) => {
            if (request._tag === "Describe")
              return request.name === "b" ? "-NOTFOUND x\r\n" : FakeServer.detailsReply(7)
            return request._tag === "List" && request.fields === undefined
              ? "*2\r\n$1\r\na\r\n$1\r\nb\r\n"
              : "-ERR Opção inválida 'COM'.\r\n"
          }
        })
        const listed = yield* Stream.runCollect((yield* clientOf(old.address)).listFiles())
        assert.deepStrictEqual(
          listed.map(({ name, size }) => [name, size]),
          [["a", 7]]
        )
      })
  )

  it.live("takes no list that goes on for ever or is of something else", () =>
    Effect.gen(function* () {
      const file =
        "*8\r\n$4\r\nnome\r\n$1\r\na\r\n$7\r\ntamanho\r\n:1\r\n$10\r\nmodificado\r\n$24\r\n2026-01-02T03:04:05.678Z\r\n$6\r\nversao\r\n$1\r\nv\r\n"
      for (const answer of [
        `*2\r\n${file}${file}`,
        "*1\r\n$1\r\na\r\n",
        ":1\r\n",
        `*1000\r\n${file.repeat(1000)}`
      ]) {
        const server = yield* FakeServer.make({ answers: () => answer })
        const client = yield* clientOf(server.address)
        const error = yield* Effect.flip(Stream.runDrain(client.listFiles()))
        assert.strictEqual(error._tag, "MalformedReply")
      }
      // A server that knows no list with details: what is no name must not make the list a shorter one.
      for (const item of [":1\r\n", "$-1\r\n", "*1\r\n$1\r\nb\r\n"]) {
        const server = yield* FakeServer.make({
          answers: (request) => {
            if (request._tag === "Describe") return FakeServer.detailsReply(7)
            return request._tag === "List" && request.fields === undefined
              ? `*2\r\n$1\r\na\r\n${item}`
              : "-ERR Opção inválida 'COM'.\r\n"
          }
        })
        const client = yield* clientOf(server.address)
        for (const listing of [client.listFiles(), client.list()]) {
          const error = yield* Effect.flip(
            Stream.runDrain<unknown, { readonly _tag: string }, never>(listing)
          )
          assert.strictEqual(error._tag, "MalformedReply", item)
        }
      }
    })
  )

  it.live("tells a file's size, date, version and digest", () =>
    Effect.gen(function* () {
      const client = yield* connected
      const { modified, size, version } = yield* client.details("grande.bin")
      assert.strictEqual(size, large.length)
      assert.closeTo(modified.getTime(), Date.now(), 60_000)
      assert.isNotEmpty(version)
      assert.strictEqual(yield* client.digest("grande.bin"), sha256(large))
    })
  )

  it.live("streams a file, all of it or a part", () =>
    Effect.gen(function* () {
      const client = yield* connected
      assert.isTrue((yield* bytesOf(client.open("grande.bin"))).equals(large))
      assert.strictEqual((yield* bytesOf(client.open("pasta/ação.txt"))).toString(), "dois")
      assert.strictEqual((yield* bytesOf(client.open("vazio"))).length, 0)
      const part = yield* bytesOf(client.open("grande.bin", { start: 5_000_000, length: 300_000 }))
      assert.isTrue(part.equals(large.subarray(5_000_000, 5_300_000)))
      const end = yield* bytesOf(client.open("grande.bin", { start: large.length - 3 }))
      assert.isTrue(end.equals(large.subarray(-3)))
    })
  )

  it.live("answers while a file is open that nobody reads on, and another is", () =>
    Effect.gen(function* () {
      const client = yield* connected
      const first = yield* Stream.toPull(client.open("grande.bin"))
      const second = yield* Stream.toPull(client.open("grande.bin"))
      const [a] = yield* first
      const [b] = yield* second
      assert.deepStrictEqual([a?.[0], b?.[0]], [large[0], large[0]])
      assert.strictEqual(yield* client.info, "Servidor online 24 horas")
      assert.strictEqual((yield* bytesOf(client.open("a.txt"))).toString(), "um")
    }).pipe(Effect.scoped)
  )

  it.live("answers after a stream was left early, as often as that happens", () =>
    Effect.gen(function* () {
      const client = yield* connected
      for (let times = 0; times < 10; times++) {
        const [first] = yield* Stream.runCollect(Stream.take(client.open("grande.bin"), 1))
        assert.strictEqual(first?.[0], large[0])
      }
      assert.strictEqual(yield* client.info, "Servidor online 24 horas")
    })
  )

  it.live("fails with the server's refusal and its code", () =>
    Effect.gen(function* () {
      const client = yield* connected
      for (const asked of [
        client.details("nada"),
        client.digest("../a.txt"),
        Stream.runDrain(client.open("nada"))
      ]) {
        const error = yield* Effect.flip(asked)
        assert.deepInclude(error, { _tag: "ErrorReply", code: "NOTFOUND" })
      }
      const beyond = Stream.runDrain(client.open("a.txt", { start: 3 }))
      assert.deepInclude(yield* Effect.flip(beyond), { _tag: "ErrorReply", code: "RANGE" })
    })
  )

  it.live("fails to be made where nobody listens", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(
        Effect.map(Effect.flatMap(folderWith({}), serveFolder), ({ port }) => port)
      )
      const error = yield* Effect.flip(clientOf({ port }))
      assert.strictEqual(error._tag, "ConnectFailed")
    })
  )

  it.live("gives the password that it was given", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith(files)
      const { port } = yield* serveFolder(folder, { passwords: () => [Redacted.make("segredo")] })
      const client = yield* clientOf({ port, password: Redacted.make("segredo") })
      assert.strictEqual((yield* bytesOf(client.open("a.txt"))).toString(), "um")
      const stranger = yield* clientOf({ port })
      assert.deepInclude(yield* Effect.flip(stranger.info), { _tag: "ErrorReply", code: "NOAUTH" })
      const wrong = yield* clientOf({ port, password: Redacted.make("outro") })
      assert.deepInclude(yield* Effect.flip(wrong.info), { _tag: "ErrorReply", code: "WRONGPASS" })
    })
  )

  it.live("is let in once its password is right, though it was wrong before", () =>
    Effect.gen(function* () {
      let password = "outro"
      const folder = yield* folderWith(files)
      const { port } = yield* serveFolder(folder, { passwords: () => [Redacted.make(password)] })
      const client = yield* clientOf({ port, password: Redacted.make("segredo") })
      const asked = Effect.all([client.info, client.details("a.txt"), client.digest("a.txt")], {
        concurrency: "unbounded"
      })
      assert.deepInclude(yield* Effect.flip(asked), { _tag: "ErrorReply", code: "WRONGPASS" })
      password = "segredo"
      const [info, { size }] = yield* asked
      assert.deepStrictEqual([info, size], ["Servidor online 24 horas", 2])
    })
  )

  const withoutOpenssl = hasOpenssl ? "" : " (skipped: openssl is not installed)"
  it.live.skipIf(!hasOpenssl)(`speaks TLS, and only with whom it trusts${withoutOpenssl}`, () =>
    Effect.gen(function* () {
      const folder = yield* folderWith(files)
      const { cert, port } = yield* encrypted(yield* serveFolder(folder))
      const client = yield* clientOf({ port, tls: { ca: cert } })
      assert.strictEqual(yield* client.info, "Servidor online 24 horas")
      assert.isTrue((yield* bytesOf(client.open("grande.bin"))).equals(large))
      for (const tls of [true, { ca: cert, servername: "example.org" }]) {
        assert.strictEqual((yield* Effect.flip(clientOf({ port, tls })))._tag, "ConnectFailed")
      }
    })
  )

  it.live("goes on after the server was stopped and started again", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith(files)
      const before = yield* Scope.make()
      const { port } = yield* Scope.provide(serveFolder(folder), before)
      const client = yield* clientOf({ port })
      assert.strictEqual(yield* client.info, "Servidor online 24 horas")
      yield* Scope.close(before, Exit.void)
      yield* serveFolder(folder, { port })
      assert.strictEqual(yield* client.info, "Servidor online 24 horas")
      assert.strictEqual((yield* bytesOf(client.open("a.txt"))).toString(), "um")
    })
  )
})
