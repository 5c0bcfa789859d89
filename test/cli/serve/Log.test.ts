/** The log of the program as people run it: its forms, what it never says, and a log that cannot be written. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { App, type Place, type Serving, start } from "../../support/programs/App.ts"
import { listeningPort } from "../../support/programs/Processes.ts"
import { request } from "../../support/values/Bytes.ts"
import * as RawSocket from "../../support/peers/RawSocket.ts"
import { folderWith } from "../../support/stores/TemporaryFolder.ts"
import * as Terminal from "../../support/programs/Terminal.ts"

const pong = "+PONG\r\n"

/** What a server that is told to stop has said on standard error after its announcement, line by line. */
const linesOf = Effect.fnUntraced(function* ({ announcement, process }: Serving) {
  yield* process.kill("SIGTERM")
  const { code, stderr, stdout } = yield* process.ended
  assert.deepStrictEqual([code, stdout], [0, ""])
  assert.isTrue(stderr.startsWith(announcement))
  assert.isTrue(stderr.endsWith("\n"))
  return stderr.slice(announcement.length, -1).split("\n")
})

/** Asks, to the end of the connection. */
const talk = ({ address }: Serving, ...requests: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      yield* client.send(`${requests.join("")}QUIT\r\n`)
      return yield* client.rest
    })
  )

/** The log of a server to which this was said, and which was told to stop when it had told of the connection's end. */
const logOf = Effect.fnUntraced(function* (
  words: ReadonlyArray<string>,
  place: Place,
  ...requests: ReadonlyArray<string>
) {
  const { serve } = yield* App
  const server = yield* serve(words, place)
  yield* talk(server, ...requests)
  yield* server.process.says("stderr", /connection\.closed.*\n/)
  return yield* linesOf(server)
})

/** The log of a server that tells of no connection. */
const quietLogOf = Effect.fnUntraced(function* (words: ReadonlyArray<string>, place: Place) {
  const { serve } = yield* App
  const server = yield* serve(words, place)
  yield* talk(server)
  return yield* linesOf(server)
})

/** Seen in a line of logfmt; a quoted value is JSON's. */
const valueIn = (line: string, name: string): string | undefined => {
  const [, quoted, plain] =
    new RegExp(` ${name}=(?:("(?:[^"\\\\]|\\\\.)*")|(\\S*))`).exec(line) ?? []
  return quoted === undefined ? plain : String(JSON.parse(quoted))
}

interface Json {
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}
const parse = (line: string): Json => JSON.parse(line) as Json

/** Ends a line, begins another, clears a terminal (in C0 and in C1), turns the direction of writing. */
const hostile = `a b\nlevel=ERROR message="forged" \u001b[2J\u009b2J\u2028\u202e.txt`
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/
const hostileClient = `x"level=ERROR\\`

const events = ["server.started", "transfer.ended", "connection.closed"]
const drained = ["drain.announced", "drain.begun", "drain.ended"]

layer(App.layer, { timeout: "1 minute" })("the log of app serve", (it) => {
  it.effect("is logfmt where standard error is no terminal, one line an event", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "DB/a.txt": "conteúdo" })
      const lines = yield* logOf([], { cwd }, request("GET", "a.txt"))
      assert.deepStrictEqual(
        lines.map((line) => valueIn(line, "message")),
        [...events, ...drained]
      )
      assert.match(
        lines[1] ?? "",
        /^timestamp=\S+Z level=INFO fiber=#\d+ message=transfer\.ended address=127\.0\.0\.1:\d+ name=a\.txt start=0 length=9 bytes_out=9 seconds=[\d.]+ complete=true$/
      )
    })
  )

  it.effect("is JSON where that is asked for, by flag or by variable", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const asked = request("GET", "a.txt")
      const byFlag = yield* logOf(["--log-format", "json"], { cwd }, asked)
      const byVariable = yield* logOf([], { cwd, env: { APP_LOG_FORMAT: "json" } }, asked)
      for (const lines of [byFlag, byVariable]) {
        assert.deepStrictEqual(
          lines.map((line) => parse(line).message),
          [...events, ...drained]
        )
        assert.include(parse(lines[1] ?? "").annotations, { name: "a.txt", complete: true })
      }
    })
  )

  it.effect("begins with all settings, and says whether there is a password, but not which", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const env = { APP_PASSWORD: "correta-9f83b1", APP_GRACE: "5s" }
      const words = ["--log-format", "json", "--max-rate", "1MiB", "--max-connections", "7"]
      const [started = ""] = yield* logOf(words, { cwd, env })
      assert.deepInclude(parse(started).annotations, {
        host: "127.0.0.1",
        dir: "DB",
        max_rate: 1024 * 1024,
        connections: 7,
        grace: 5,
        idle: 600,
        log_format: "json",
        log_level: "info",
        password_required: true
      })
      assert.notInclude(started, "correta-9f83b1")
    })
  )

  it.effect("has more or fewer lines by its level", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const debug = yield* logOf(["--log-level", "debug"], { cwd })
      assert.include(
        debug.map((line) => valueIn(line, "message")),
        "connection.opened"
      )
      const env = { APP_LOG_LEVEL: "warning" }
      assert.deepStrictEqual(yield* quietLogOf([], { cwd, env }), [""])
      for (const level of ["none", "warn"])
        assert.deepStrictEqual(yield* quietLogOf(["--log-level", level], { cwd }), [""])
    })
  )

  for (const format of ["logfmt", "json", "pretty"] as const) {
    it.effect(`has no line that a stranger wrote, whatever names say, in ${format}`, () =>
      Effect.gen(function* () {
        const cwd = yield* folderWith({ [`DB/${hostile}`]: "x" })
        const lines = yield* logOf(
          ["--log-format", format],
          { cwd },
          request("CLIENT", "SETNAME", hostileClient),
          request("GET", hostile)
        )
        assert.strictEqual(lines.length, events.length + drained.length)
        for (const line of lines) assert.notMatch(line, unprintable)
        const [, transfer = "", closed = ""] = lines
        assert.deepStrictEqual(
          format === "json"
            ? [parse(transfer).annotations["name"], parse(closed).annotations["client"]]
            : [valueIn(transfer, "name"), valueIn(closed, "client")],
          [hostile, hostileClient]
        )
      })
    )
  }

  it.effect.skipIf(!Terminal.hasTerminal)("is in color on a terminal, and short", () =>
    Effect.gen(function* () {
      const { file } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const terminal = yield* Terminal.open(
        [process.execPath, file, "serve", "--port", "0", "--log-level", "info"],
        { cwd }
      )
      const shown = yield* terminal.shows(/password_required=\S*false\r\n/)
      assert.match(
        shown,
        /\n\u001b\[90m\d\d:\d\d:\d\d\.\d{3}\u001b\[0m \u001b\[32mINFO \u001b\[0m \u001b\[1mserver\.started\u001b\[0m /
      )
      // A server goes on when its terminal is closed.
      yield* terminal.type(Terminal.key.control("c"))
      assert.strictEqual((yield* terminal.ended).code, 0)
    })
  )

  it.effect("never has a password in it, right or wrong, however it was given", () =>
    Effect.gen(function* () {
      const secrets = ["correta-9f83b1", "errada-550c7e", "outra-77aa01"]
      const [right = "", wrong = "", other = ""] = secrets
      const cwd = yield* folderWith({ "DB/a.txt": "", senhas: `${right}\n${other}\n` })
      const requests = [
        request("AUTH", wrong),
        request("AUTH", "default", wrong),
        request("HELLO", "3", "AUTH", "default", wrong),
        request("AUTH", "default", wrong, "x"),
        request(`AUTH${wrong}`),
        request("HELLO", "3", "AUTH", "default", right, "SETNAME", "eu"),
        request("AUTH", other),
        `AUTH "${wrong}`
      ]
      for (const format of ["logfmt", "json", "pretty"]) {
        const words = ["--log-level", "debug", "--log-format", format]
        const byFile = yield* logOf([...words, "--password-file", "senhas"], { cwd }, ...requests)
        const byVariable = yield* logOf(words, { cwd, env: { APP_PASSWORD: right } }, ...requests)
        for (const line of [...byFile, ...byVariable])
          for (const secret of secrets) assert.notInclude(line, secret)
        assert.isAbove(byFile.filter((line) => line.includes("authentication.failed")).length, 0)
      }
    })
  )

  it.effect("may lose its reader: the server goes on, and ends well", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "" })
      const server = yield* serve(["--log-level", "debug"], { cwd })
      yield* server.process.deafen("stderr")
      for (let time = 0; time < 200; time++)
        assert.strictEqual(yield* talk(server, request("PING")), `${pong}+OK\r\n`)
      yield* server.process.kill("SIGTERM")
      assert.strictEqual((yield* server.process.ended).code, 0)
    })
  )
})

layer(App.layer, { excludeTestServices: true, timeout: "1 minute" })("a full disk", (it) => {
  it.effect.skipIf(process.platform !== "linux")(
    "under the log does not end the server, nor keep it from ending well",
    () =>
      Effect.gen(function* () {
        const { file } = yield* App
        const cwd = yield* folderWith({ "DB/a.txt": "" })
        const server = yield* start(
          "sh",
          [
            "-c",
            'exec "$@" 2>/dev/full',
            "sh",
            process.execPath,
            file,
            "serve",
            "--log-level",
            "debug",
            "--port",
            "0"
          ],
          { cwd }
        )
        // It cannot say that it is ready, nor where.
        const port = yield* Effect.suspend(() =>
          Effect.fromNullishOr(listeningPort(server.pid))
        ).pipe(Effect.retry(Schedule.spaced("50 millis")))
        const ask = Effect.scoped(
          Effect.gen(function* () {
            const client = yield* RawSocket.connect({ host: "127.0.0.1", port })
            assert.strictEqual(yield* client.ask(request("PING"), pong), pong)
          })
        )
        for (let time = 0; time < 200; time++) yield* ask
        yield* server.kill("SIGTERM")
        assert.strictEqual((yield* server.ended).code, 0)
      })
  )
})
