/**
 * What the machine can do to a running server: no descriptors left, the shared folder gone, a file that may not be
 * read, a disk that fails. Clients are told, or cut off where a file is on its way; the server lives on.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { App, type Running, start } from "../support/programs/App.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { noise, sha256 } from "../support/Transfers.ts"

const MiB = 1024 * 1024
const ping = request("PING")
const pong = "+PONG\r\n"
const unavailable = onWire("-UNAVAILABLE Armazenamento indisponível; tente novamente.\r\n")

/** `app serve`, begun by another program with these words. */
const serveThrough = Effect.fnUntraced(function* (
  [program, ...words]: readonly [string, ...ReadonlyArray<string>],
  cwd: string
) {
  const { file } = yield* App
  const serve = [process.execPath, file, "serve", "--port", "0"]
  const server = yield* start(program, [...words, ...serve], { cwd })
  const [, host = "", port = ""] = yield* server.says("stderr", /em (\S+):(\d+)\./)
  return { address: { host, port: Number(port) }, server }
})

/** What is answered on a connection of its own. */
const ask = (address: Address, ...words: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      yield* client.send(request(...words) + request("QUIT"))
      return (yield* client.rest).replace(/\+OK\r\n$/, "")
    })
  )

/** The server ends well when it is told to. */
const endsWell = Effect.fnUntraced(function* (server: Running) {
  yield* server.kill("SIGTERM")
  assert.strictEqual((yield* server.ended).code, 0)
})

/** Whether a program ends well, here and now. */
const works = (program: string, ...words: ReadonlyArray<string>): boolean =>
  spawnSync(program, words, { stdio: "ignore", timeout: 10_000 }).status === 0

const isLinux = process.platform === "linux"
const isRoot = process.getuid?.() === 0
/** Root may read every file, but for these two capabilities (capabilities(7)). */
const withoutRootsRights = [
  "setpriv",
  "--bounding-set=-dac_override,-dac_read_search",
  "--inh-caps=-all"
] as const
const canBeForbidden = isLinux && (!isRoot || works(...withoutRootsRights, "true"))
/** A real read that fails needs strace, and that it may trace a process it has not begun (Yama's ptrace_scope). */
const canFailReads = isLinux && works("sh", "-c", "sleep 0.2 & exec strace -o /dev/null -p $!")

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("a server", (it) => {
  it.effect.skipIf(!isLinux)(
    "that has no descriptors left says so, in replies or by refusing connections, and serves when it has",
    () =>
      Effect.gen(function* () {
        const bytes = noise(1, 16 * MiB)
        const cwd = yield* folderWith({ "DB/a.txt": "a", "DB/large.bin": bytes })
        const { address, server } = yield* serveThrough(
          ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"],
          cwd
        )
        const digest = bulk(sha256(bytes))

        const outcomes = yield* Effect.scoped(
          Effect.gen(function* () {
            const heads: Array<string> = []
            for (let count = 0; count < 40; count++) {
              const client = yield* RawSocket.connect(address)
              yield* client.send(request("GET", "large.bin"))
              const head = yield* Effect.match(client.takeThrough("\r\n"), {
                onFailure: ({ received }) => received,
                onSuccess: (line) => line
              })
              heads.push(head)
              // What is being sent holds its file open.
              yield* client.pause
            }
            return new Set(heads)
          })
        )
        assert.includeMembers([...outcomes], [`$${16 * MiB}\r\n`, unavailable])
        // Where no descriptor is left for a connection itself, the system closes it without a word.
        const refused = ["-ERR max number of clients reached\r\n", ""]
        assert.includeMembers([`$${16 * MiB}\r\n`, unavailable, ...refused], [...outcomes])
        // Those that were connected are gone some turns later.
        const until = (expected: string, ...words: ReadonlyArray<string>) =>
          Effect.repeat(ask(address, ...words), {
            until: (reply) => reply === expected,
            schedule: Schedule.spaced(20)
          })
        yield* until(bulk("a"), "GET", "a.txt")
        yield* until(digest, "SOMA", "large.bin")
        yield* endsWell(server)
      })
  )

  it.effect("whose folder is taken away says so, to PING too, and serves when it is put back", () =>
    Effect.gen(function* () {
      const { serve } = yield* App
      const cwd = yield* folderWith({ "DB/a.txt": "a" })
      const { address, process: server } = yield* serve(["--log-format", "logfmt"], { cwd })
      const folder = join(cwd, "DB")
      renameSync(folder, join(cwd, "longe"))
      for (const words of [
        ["GET", "a.txt"],
        ["ARQUIVO", "a.txt"],
        ["DETALHES", "a.txt"],
        ["SOMA", "a.txt"],
        ["LISTAR"],
        ["KEYS", "*"]
      ]) {
        assert.strictEqual(yield* ask(address, ...words), unavailable, words.join(" "))
      }
      yield* server.says("stderr", /level=WARN .*storage\.gone .*\n/)
      assert.strictEqual(yield* ask(address, "PING"), unavailable)
      renameSync(join(cwd, "longe"), folder)
      assert.strictEqual(yield* ask(address, "GET", "a.txt"), bulk("a"))
      yield* server.says("stderr", /level=INFO .*storage\.back .*\n/)
      assert.strictEqual(yield* ask(address, "PING"), pong)
      // Another folder of the name does as well.
      renameSync(folder, join(cwd, "longe"))
      mkdirSync(folder)
      writeFileSync(join(folder, "b.txt"), "b")
      assert.strictEqual(yield* ask(address, "LISTAR"), `*1\r\n${bulk("b.txt")}`)
      assert.strictEqual(yield* ask(address, "GET", "a.txt"), "$-1\r\n")
      yield* endsWell(server)
    })
  )

  it.effect.skipIf(!canBeForbidden)(
    "that may no longer read a file says so, and sends it when it may again",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folderWith({ "DB/a.txt": "a", "DB/b.txt": "b", "DB/pasta/c.txt": "c" })
        const { address, server } = yield* serveThrough(isRoot ? withoutRootsRights : ["env"], cwd)
        assert.strictEqual(yield* ask(address, "GET", "a.txt"), bulk("a"))
        chmodSync(join(cwd, "DB/a.txt"), 0)
        for (const command of ["GET", "ARQUIVO", "SOMA"]) {
          assert.strictEqual(yield* ask(address, command, "a.txt"), unavailable, command)
        }
        assert.strictEqual(yield* ask(address, "GET", "b.txt"), bulk("b"))
        chmodSync(join(cwd, "DB/pasta"), 0)
        assert.strictEqual(yield* ask(address, "GET", "pasta/c.txt"), unavailable)
        assert.strictEqual(yield* ask(address, "LISTAR"), `*2\r\n${bulk("a.txt")}${bulk("b.txt")}`)
        const browser = yield* RawSocket.connect(address)
        yield* browser.send(`GET /pasta/ HTTP/1.0\r\nHost: ${address.host}\r\n\r\n`)
        assert.match(yield* browser.rest, /^HTTP\/1\.1 503 /)
        chmodSync(join(cwd, "DB/pasta"), 0o755)
        chmodSync(join(cwd, "DB/a.txt"), 0o644)
        assert.strictEqual(yield* ask(address, "GET", "a.txt"), bulk("a"))
        assert.strictEqual(yield* ask(address, "GET", "pasta/c.txt"), bulk("c"))
        yield* endsWell(server)
        // Each is told by its name, and once, however often it was asked for.
        const log = (yield* server.ended).stderr
        assert.deepStrictEqual([...log.matchAll(/\w+\.forbidden name=\S+/g)].map(String), [
          "file.forbidden name=a.txt",
          "file.forbidden name=pasta/c.txt",
          "folder.forbidden name=pasta"
        ])
        // What could not be opened is told by its name and its path, not by a descriptor of the server's.
        assert.notInclude(log, "/proc/self/fd")
        assert.match(log, /storage\.failed address=\S+ name=a\.txt error=".*\/DB\/a\.txt'"/)
        assert.match(log, /storage\.failed address=\S+ name=pasta\/c\.txt error=/)
        assert.match(log, /storage\.failed address=\S+ name=pasta error=/)
      })
  )

  it.effect.skipIf(!canFailReads)(
    "whose disk fails says so before the first byte, cuts off after it, and serves when the disk works",
    () =>
      Effect.gen(function* () {
        const size = 32 * MiB
        const bytes = noise(2, size)
        const cwd = yield* folderWith({ "DB/a.txt": "a", "DB/bad.txt": "b", "DB/bad.bin": bytes })
        const { serve } = yield* App
        const { address, process: server } = yield* serve([], { cwd })
        /** While this runs, reads of a file fail from the given one on, counted on each of Node's four threads. */
        const failing = <A, E, R>(name: string, from: number, run: Effect.Effect<A, E, R>) =>
          Effect.scoped(
            Effect.gen(function* () {
              const words = [
                "-f",
                `--attach=${server.pid}`,
                `--trace-path=${join(cwd, "DB", name)}`,
                "--trace=pread64",
                `--inject=pread64:error=EIO:when=${from}+`
              ]
              const tracer = yield* start("strace", words, { cwd })
              yield* tracer.says("stderr", /attached/)
              const result = yield* run
              // Told to end, it lets the server go on without it.
              yield* tracer.kill("SIGTERM")
              yield* tracer.ended
              return result
            })
          )

        yield* failing(
          "bad.txt",
          1,
          Effect.gen(function* () {
            for (const command of ["GET", "ARQUIVO", "SOMA"]) {
              assert.strictEqual(yield* ask(address, command, "bad.txt"), unavailable, command)
            }
            assert.strictEqual(yield* ask(address, "GET", "a.txt"), bulk("a"))
          })
        )
        yield* failing(
          "bad.bin",
          2,
          Effect.gen(function* () {
            const witness = yield* RawSocket.connect(address)
            const client = yield* RawSocket.connect(address)
            yield* client.send(request("GET", "bad.bin") + ping)
            const reply = Buffer.from(yield* client.rest, "latin1")
            const head = `$${size}\r\n`
            assert.strictEqual(reply.subarray(0, head.length).toString(), head)
            assert.isBelow(reply.length, size)
            assert.isTrue(
              reply.subarray(head.length).equals(bytes.subarray(0, reply.length - head.length))
            )
            assert.strictEqual(yield* witness.ask(ping, pong), pong)
          })
        )
        assert.strictEqual(yield* ask(address, "GET", "bad.txt"), bulk("b"))
        const again = yield* ask(address, "GET", "bad.bin")
        assert.isTrue(
          Buffer.from(again, "latin1").subarray(`$${size}\r\n`.length, -2).equals(bytes)
        )
        yield* endsWell(server)
        // A failed read has no path in its message.
        const log = (yield* server.ended).stderr
        for (const name of ["bad.txt", "bad.bin"])
          assert.match(log, new RegExp(`storage\\.failed address=\\S+ name=${name} error=`))
      }).pipe(Effect.scoped)
  )
})
