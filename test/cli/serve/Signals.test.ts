/** What signals do to `app serve`, and that it ends when it is told to, whatever its log and its files do. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { execFileSync } from "node:child_process"
import { closeSync, constants, openSync, readSync, renameSync } from "node:fs"
import { join } from "node:path"
import packageJson from "../../../package.json" with { type: "json" }
import { hasOpenssl, Made } from "../../support/Certificates.ts"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import { App, root, start } from "../../support/programs/App.ts"
import { debuggerOpensElsewhere } from "../../support/programs/Debugger.ts"
import { childrenOf } from "../../support/programs/Processes.ts"
import { request } from "../../support/values/Bytes.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"

const ping = request("PING")
const pong = "+PONG\r\n"
const secret = "correta-9f83b1"

/** A pipe with a name. */
const makePipe = (path: string) => Effect.sync(() => execFileSync("mkfifo", [path]))

/** Puts a pipe with a name, into which nobody writes, in the place of a file. */
const becomePipe = (path: string) =>
  Effect.andThen(
    makePipe(`${path}.pipe`),
    Effect.sync(() => renameSync(`${path}.pipe`, path))
  )

/** The end of a pipe from which a program's log can be read, or not. */
const readingEnd = (path: string) =>
  Effect.acquireRelease(
    // Opened for both, so that neither end waits for the other.
    Effect.sync(() => openSync(path, constants.O_RDWR | constants.O_NONBLOCK)),
    (descriptor) => Effect.sync(() => closeSync(descriptor))
  )

/** The port that the announcement tells, read from the pipe. */
const announcedPort = (descriptor: number) => {
  let said = ""
  const buffer = Buffer.alloc(4096)
  return Effect.suspend(() => {
    try {
      said += buffer.toString("utf8", 0, readSync(descriptor, buffer))
    } catch {
      // Nothing yet.
    }
    return Effect.fromNullishOr(/:(\d+)\. /.exec(said)?.[1])
  }).pipe(Effect.retry(Schedule.spaced("20 millis")), Effect.map(Number))
}

layer(App.layer, { excludeTestServices: true, timeout: "1 minute" })("SIGTERM", (it) => {
  for (const workers of [1, 2]) {
    it.effect(`ends it, exit code 0, while nobody reads its log, with ${workers} at work`, () =>
      Effect.gen(function* () {
        const { file } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const pipe = join(cwd, "log")
        yield* makePipe(pipe)
        const log = yield* readingEnd(pipe)
        const words = ["serve", "--log-level", "debug", "--port", "0", "--workers", `${workers}`]
        const server = yield* start(
          "sh",
          ["-c", `exec "$@" 2>${pipe}`, "sh", process.execPath, file, ...words],
          { cwd }
        )
        const port = yield* announcedPort(log)
        // More than a pipe holds, by far: 64 KiB (pipe(7)).
        for (let connection = 0; connection < 700; connection++) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const client = yield* RawSocket.connect({ host: "127.0.0.1", port })
              assert.strictEqual(yield* client.ask(ping, pong), pong)
            })
          )
        }
        yield* server.kill("SIGTERM")
        const { code, signal } = yield* server.ended
        assert.deepStrictEqual({ code, signal }, { code: 0, signal: null })
      })
    )
  }

  it.effect("ends it, exit code 0, where the password file became a pipe", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${secret}\n` })
      const server = yield* serve(["--password-file", "senhas"], { cwd })
      yield* becomePipe(join(cwd, "senhas"))
      yield* server.process.says("stderr", /passwords\.kept .*error="it is no regular file"/)
      yield* server.process.kill("SIGTERM")
      assert.strictEqual((yield* server.process.ended).code, 0)
    })
  )

  it.effect("ends all, exit code 0, where a worker was replaced after the file became a pipe", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${secret}\n` })
      const words = ["--workers", "2", "--password-file", "senhas"]
      const { address, process } = yield* serve(words, { cwd })
      yield* becomePipe(join(cwd, "senhas"))
      const [victim = -1] = childrenOf(process.pid)
      globalThis.process.kill(victim, "SIGKILL")
      // It says so and ends, to be started again, rather than to wait for the pipe.
      yield* process.says("stderr", /não serve: lá está algo que não é um arquivo comum\.\n/)
      const client = yield* RawSocket.connect(address)
      yield* client.ask(request("AUTH", secret), "+OK\r\n")
      yield* process.kill("SIGTERM")
      assert.strictEqual((yield* process.ended).code, 0)
    })
  )
})

layer(Layer.merge(App.layer, Made.layer), { timeout: "1 minute" })("SIGTERM", (it) => {
  it.effect.skipIf(!hasOpenssl)(
    "ends it, and SIGHUP does not, where what TLS needs are pipes",
    () =>
      Effect.gen(function* () {
        const { serve } = yield* App
        const { authority, server } = yield* Made
        const cwd = yield* folderWith({
          "DB/a.txt": "",
          cert: server.cert,
          key: server.key,
          ca: authority.cert
        })
        const words = ["--tls-cert", "cert", "--tls-key", "key", "--tls-client-ca", "ca"]
        const { process } = yield* serve(words, { cwd })
        // The others are read before the first that is a pipe.
        for (const name of ["ca", "key", "cert"]) {
          yield* becomePipe(join(cwd, name))
          yield* process.kill("SIGHUP")
          yield* process.says("stderr", /certificates\.kept .*error="it is no regular file"/)
        }
        yield* process.kill("SIGTERM")
        assert.strictEqual((yield* process.ended).code, 0)
      })
  )
})

layer(App.layer, { timeout: "1 minute" })("SIGHUP", (it) => {
  it.effect("has it read again what can be read again, and goes on with what it sends", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const content = noise(1, 16 * 1024 * 1024)
      const cwd = yield* folderWith({ "DB/large": content, senhas: `${secret}\n` })
      const { address, process } = yield* serve(["--password-file", "senhas"], { cwd })
      const client = yield* RawSocket.connect(address)
      yield* client.ask(request("AUTH", secret), "+OK\r\n")
      yield* client.send(request("GET", "large"))
      yield* client.takeThrough("\r\n")
      yield* client.pause
      for (let times = 0; times < 2; times++) {
        yield* process.kill("SIGHUP")
        yield* process.says("stderr", /message=passwords\.reloaded/)
      }
      yield* client.resume
      assert.isTrue(content.equals(yield* client.takeBytes(content.length)))
      yield* process.kill("SIGTERM")
      assert.strictEqual((yield* process.ended).code, 0)
    })
  )

  it.effect("does not end it where there is nothing to read again", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const { address, process } = yield* serve([], { cwd: yield* folderWith({ "DB/a.txt": "" }) })
      yield* process.kill("SIGHUP")
      const client = yield* RawSocket.connect(address)
      assert.strictEqual(yield* client.ask(ping, pong), pong)
      yield* process.kill("SIGTERM")
      assert.strictEqual((yield* process.ended).code, 0)
    })
  )

  for (const workers of [1, 2]) {
    it.effect(`ends nothing under nohup, with ${workers} at work`, () =>
      Effect.gen(function* () {
        const { file } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const words = [process.execPath, file, "serve", "--port", "0", "--workers", `${workers}`]
        const running = yield* start("nohup", words, { cwd })
        const [, port = ""] = yield* running.says("stderr", /:(\d+)\. /)
        const client = yield* RawSocket.connect({ host: "127.0.0.1", port: Number(port) })
        // As the shell sends it to all processes of a terminal that is closed.
        for (const pid of [running.pid, ...childrenOf(running.pid)]) process.kill(pid, "SIGHUP")
        assert.strictEqual(yield* client.ask(ping, pong), pong)
        yield* running.kill("SIGTERM")
        assert.strictEqual((yield* running.ended).code, 0)
      })
    )
  }

  it.effect("is passed on to all workers", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${secret}\n` })
      const words = ["--workers", "2", "--password-file", "senhas"]
      const { address, process } = yield* serve(words, { cwd })
      // Connections are dealt out in turn: both are at work once they answer.
      for (const client of [yield* RawSocket.connect(address), yield* RawSocket.connect(address)])
        yield* client.ask(request("AUTH", secret), "+OK\r\n")
      yield* process.kill("SIGHUP")
      const reloaded = /message=passwords\.reloaded .*worker=([12])/
      const [, one] = yield* process.says("stderr", reloaded)
      const [, other] = yield* process.says("stderr", reloaded)
      assert.sameMembers([one, other], ["1", "2"])
      yield* process.kill("SIGTERM")
      assert.strictEqual((yield* process.ended).code, 0)
    })
  )
})

/** Every way the program is started, as a command of the shell that takes its place. */
const ways: ReadonlyArray<readonly [name: string, command: (file: string) => string]> = [
  ["by Node", (file) => `exec node ${file} serve`],
  ["by itself", (file) => `exec ${file} serve`],
  ["by npm start", () => packageJson.scripts.start.replace("src/", `${root}src/`)],
  ["as a demonstration", () => packageJson.scripts.demo.replace("src/", `${root}src/`)],
  ["with workers", (file) => `exec ${file} serve --workers 2`]
]

layer(App.layer, { timeout: "1 minute" })("SIGUSR1", (it) => {
  for (const [name, command] of ways) {
    it.effect(`opens no debugger in what was started ${name}`, () =>
      Effect.gen(function* () {
        const { file } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const env = { APP_PORT: "0" }
        const running = yield* start("sh", ["-c", command(file)], { cwd, env })
        const [, port = ""] = yield* running.says("stderr", /:(\d+)\. /)
        const address = { host: "127.0.0.1", port: Number(port) }
        for (const pid of [running.pid, ...childrenOf(running.pid)]) process.kill(pid, "SIGUSR1")
        yield* debuggerOpensElsewhere(cwd)
        const client = yield* RawSocket.connect(address)
        assert.strictEqual(yield* client.ask(ping, pong), pong)
        yield* running.kill("SIGTERM")
        const { signal, stderr } = yield* running.ended
        assert.isNull(signal)
        assert.notInclude(stderr, "Debugger listening")
      })
    )
  }

  it.effect("opens no debugger in a client", () =>
    Effect.gen(function* () {
      const app = yield* App
      const silent = yield* FakeServer.make({ greeting: "", answers: [] })
      const cwd = yield* folderWith({})
      const words = ["client", "--port", String(silent.address.port), "--cmd", "HORA"]
      const client = yield* app.start(words, { cwd })
      yield* silent.connection
      yield* client.kill("SIGUSR1")
      yield* debuggerOpensElsewhere(cwd)
      yield* client.kill("SIGTERM")
      const { code, signal, stderr } = yield* client.ended
      assert.deepStrictEqual({ code, signal, stderr }, { code: 130, signal: null, stderr: "" })
    })
  )
})
