/** What others notice while the server is at work for one: the time that PING takes, asked every 5 ms. */
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { App } from "../support/programs/App.ts"
import { request } from "../support/values/Bytes.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const GiB = 1024 ** 3

/** A folder with a million empty files in it, the hard case; in memory where it can be, for a disk may take minutes. */
const millionNames = Effect.acquireRelease(
  Effect.sync(() => {
    const memory = "/dev/shm"
    const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "sockets-test-"))
    execFileSync("sh", ["-c", "seq -f 'arquivo-%07.0f.txt' 1 1000000 | xargs touch"], {
      cwd: folder
    })
    return folder
  }),
  (folder) => Effect.sync(() => execFileSync("rm", ["-rf", folder]))
)

/** How long each PING took, in milliseconds, sorted, until it is told to stop. */
const pings = (address: Address, stop: Effect.Effect<void>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const client = yield* RawSocket.connect(address)
      const times: Array<number> = []
      const once = Effect.gen(function* () {
        const began = performance.now()
        yield* client.ask("PING\r\n", "+PONG\r\n")
        times.push(performance.now() - began)
        yield* Effect.sleep(5)
      })
      yield* Effect.raceFirst(Effect.forever(once), stop)
      return times.sort((a, b) => a - b)
    })
  )

/** The times of PING while something runs. */
const pingsWhile = Effect.fnUntraced(function* <A, E, R>(
  address: Address,
  run: Effect.Effect<A, E, R>
) {
  const over = yield* Deferred.make<void>()
  const pinging = yield* Effect.forkChild(pings(address, Deferred.await(over)))
  yield* run
  yield* Deferred.succeed(over, undefined)
  return yield* Fiber.join(pinging)
})

const quiet = (address: Address) => pingsWhile(address, Effect.sleep("2 seconds"))

const longest = (times: ReadonlyArray<number>): number => times.at(-1) ?? Number.NaN
const p99 = (times: ReadonlyArray<number>): number =>
  times[Math.floor(times.length * 0.99)] ?? Number.NaN

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const tell = (what: string, times: ReadonlyArray<number>): void =>
  console.log(
    `${what}: ${times.length} pings, p99 ${p99(times).toFixed(1)} ms, longest ${longest(times).toFixed(1)} ms`
  )

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })(
  "others are answered",
  (it) => {
    it.effect.skipIf(process.platform === "win32")(
      "within 50 ms more than else while a million names are listed",
      () =>
        Effect.gen(function* () {
          const app = yield* App
          const shared = yield* millionNames
          const { address } = yield* app.serve(["--dir", shared], { cwd: shared })
          const ask = (...words: ReadonlyArray<string>) =>
            Effect.scoped(
              Effect.gen(function* () {
                const client = yield* RawSocket.connect(address)
                yield* client.send(request("listar_arquivos", ...words))
                return yield* client.takeThrough("\r\n")
              })
            )
          const listings = Effect.gen(function* () {
            assert.strictEqual(yield* ask("LIMITE", "1000"), "*1000\r\n")
            assert.strictEqual(
              yield* ask("APOS", "arquivo-0500000.txt", "LIMITE", "100000"),
              "*100000\r\n"
            )
            assert.strictEqual(yield* ask("*9999.txt", "LIMITE", "1000"), "*100\r\n")
            assert.match(yield* ask(), /^-ERR Mais de 100000 nomes/)
          })
          // Again and again: once takes less than the time from one PING to the next.
          const three = Effect.all(
            [ask("LIMITE", "10000"), ask("LIMITE", "10000"), ask("LIMITE", "10000")],
            { concurrency: 3, discard: true }
          ).pipe(Effect.repeat({ times: 100 }))
          // Of a machine that does other things too, the middle one of three rounds tells more than any one.
          const excesses: Array<number> = []
          const excessesOfThree: Array<number> = []
          for (let round = 0; round < 3; round++) {
            const before = yield* quiet(address)
            tell("quiet", before)
            const one = yield* pingsWhile(address, listings)
            tell("listing a million names", one)
            const more = yield* pingsWhile(address, three)
            tell("three listings of a million names at once", more)
            excesses.push(longest(one) - longest(before))
            excessesOfThree.push(longest(more) - longest(before))
            assert.isNotEmpty(more)
          }
          assert.isAtMost(median(excesses), 50)
          assert.isAtMost(median(excessesOfThree), 50)
        })
    )

    it.effect("as fast as else, nearly, while a gigabyte is hashed", () =>
      Effect.gen(function* () {
        const app = yield* App
        const shared = yield* folderWith({ "small.bin": "x" })
        const names = ["a.bin", "b.bin", "c.bin"]
        for (const name of names) {
          writeFileSync(join(shared, name), "")
          truncateSync(join(shared, name), GiB)
        }
        const { address } = yield* app.serve(["--dir", shared], { cwd: shared })
        const digest = (name: string) =>
          Effect.scoped(
            Effect.gen(function* () {
              const client = yield* RawSocket.connect(address)
              yield* client.send(request("soma_arquivo", name))
              return yield* client.takeThrough("\r\n")
            })
          )
        const tails: Array<number> = []
        const excesses: Array<number> = []
        for (const name of names) {
          const before = yield* quiet(address)
          tell("quiet", before)
          const during = yield* pingsWhile(address, digest(name))
          tell("hashing 1 GiB", during)
          assert.isAbove(during.length, 20)
          tails.push(p99(during) - p99(before))
          excesses.push(longest(during) - longest(before))
        }
        assert.isAtMost(median(tails), 20)
        assert.isAtMost(median(excesses), 50)
      })
    )
  }
)
