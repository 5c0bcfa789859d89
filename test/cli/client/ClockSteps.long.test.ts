/** The wall clock set back and forward by an hour while `app client` waits for all it may wait for: Debian's faketime. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as FakeServer from "../../support/fakes/FakeServer.ts"
import * as Proxy from "../../support/fakes/Proxy.ts"
import { App } from "../../support/programs/App.ts"
import { inTheirTime, type Wait } from "../../support/programs/ClockWaits.ts"
import {
  clockSteps,
  hasSettableClock,
  makeSettableClock
} from "../../support/programs/SettableClock.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { contents, noise, partWith } from "../../support/Transfers.ts"

const MiB = 1024 * 1024
const large = noise(1, 3 * MiB)

/** A server whose clock stays as it is, and clients of one clock that is set. */
const setUp = Effect.gen(function* () {
  const { serve, start } = yield* App
  const shared = yield* folderWith({ "DB/large": large })
  const clock = makeSettableClock(yield* temporaryFolder)
  const client = (port: number, cwd: string, ...words: ReadonlyArray<string>) =>
    start(["client", "--port", String(port), ...words], { cwd, env: clock.environment })
  return {
    clock,
    client,
    shared: (name: string) => join(shared, "DB", name),
    fast: (yield* serve([], { cwd: shared })).address,
    slow: (yield* serve(["--max-rate", "512"], { cwd: shared })).address
  }
})

const fetch = ["--cmd", "enviar_arquivo", "large"]

/** What waits in them. */
const waitsOf = ({
  client,
  fast,
  shared,
  slow
}: Effect.Success<typeof setUp>): ReadonlyArray<Wait> => {
  /** Runs a client of a server that says nothing, until it gives up. */
  const untilGivenUp = (...words: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const silent = yield* FakeServer.make({ greeting: "", answers: [] })
      const cwd = yield* temporaryFolder
      const running = yield* client(silent.address.port, cwd, "--timeout", "15s", ...words)
      yield* silent.connection
      return Effect.map(running.ended, ({ code }) => assert.strictEqual(code, 3))
    })
  return [
    { name: "a reply", seconds: 15, begin: untilGivenUp("--retries", "0", "--cmd", "HORA") },
    { name: "a handshake", seconds: 15, begin: untilGivenUp("--tls", "--cmd", "HORA") },
    {
      name: "the pauses between connections",
      // The last of four pauses is 6.4 s, long after the clock was set.
      seconds: 8,
      begin: Effect.gen(function* () {
        const lossy = yield* FakeServer.make({ answers: () => FakeServer.ends("") })
        const words = ["--retries", "4", "--cmd", "HORA"]
        const running = yield* client(lossy.address.port, yield* temporaryFolder, ...words)
        yield* running.says("stderr", /1 de 4\.\n/)
        return Effect.map(running.ended, ({ code }) => assert.strictEqual(code, 3))
      })
    },
    {
      name: "a transfer that drips",
      seconds: 29,
      begin: Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const running = yield* client(slow.port, cwd, "--retries", "0", ...fetch)
        yield* partWith(cwd, 1)
        return Effect.map(running.ended, ({ code, stderr }) => {
          assert.strictEqual(code, 3)
          assert.include(stderr, "--min-rate")
        })
      })
    },
    {
      name: "the part of a run that was killed",
      seconds: 2,
      begin: Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const proxy = yield* Proxy.make(fast)
        const held = proxy.hold(MiB)
        const killed = yield* client(proxy.address.port, cwd, ...fetch)
        yield* held.reached
        yield* partWith(cwd, 1)
        yield* killed.kill("SIGKILL")
        yield* killed.ended
        const next = yield* client(proxy.address.port, cwd, ...fetch)
        return Effect.map(next.ended, ({ code }) => {
          assert.strictEqual(code, 0)
          assert.deepStrictEqual(contents(cwd), ["large"])
          assert.isAbove(Proxy.starts(proxy).at(-1) ?? 0, 0)
        })
      })
    },
    {
      name: "a mirror between two looks",
      seconds: 0,
      begin: Effect.gen(function* () {
        const words = ["--json", "--mirror", "target", "--every", "2s"]
        const running = yield* client(fast.port, yield* temporaryFolder, ...words)
        yield* running.says("stdout", /"name":"large".*\n/)
        return Effect.suspend(() => {
          writeFileSync(shared("seen"), "")
          return running.says("stdout", /"name":"seen".*\n/)
        })
      })
    },
    {
      name: "who follows the changes",
      seconds: 0,
      begin: Effect.gen(function* () {
        const words = ["--since", "0", "--timeout", "3s", "--cmd", "acompanhar"]
        const running = yield* client(fast.port, yield* temporaryFolder, ...words)
        // The place is no longer in the log, and whoever was told so is told of all that comes then.
        yield* running.says("stderr", /olhe tudo de novo/)
        return Effect.suspend(() => {
          writeFileSync(shared("told"), "")
          return running.says("stdout", /told\n/)
        })
      })
    }
  ]
}

layer(App.layer, { excludeTestServices: true, timeout: "1 minute" })(
  "app client whose clock is set",
  (it) => {
    for (const [step, hours] of clockSteps) {
      it.effect.skipIf(!hasSettableClock)(`${step} by an hour waits for as long as ever`, () =>
        Effect.gen(function* () {
          const clients = yield* setUp
          yield* inTheirTime(waitsOf(clients), () => clients.clock.set(hours * 3600))
        })
      )

      it.effect.skipIf(!hasSettableClock)(
        `${step} by an hour while it writes a part keeps it, whoever comes then`,
        () =>
          Effect.gen(function* () {
            const { client, clock, fast } = yield* setUp
            const proxy = yield* Proxy.make(fast)
            const held = [proxy.hold(MiB), proxy.hold(2 * MiB)] as const
            const cwd = yield* temporaryFolder
            const words = ["--json", "--verbose", ...fetch]
            const first = yield* client(proxy.address.port, cwd, ...words)
            yield* held[0].reached
            clock.set(hours * 3600)
            const second = yield* client(proxy.address.port, cwd, ...words)
            yield* held[1].reached
            yield* held[1].release
            yield* held[0].release
            for (const running of [first, second]) {
              const { code, stdout } = yield* running.ended
              assert.strictEqual(code, 0)
              // How long it took, which no step of the clock is part of.
              const seconds = Number(/"seconds":([0-9.]+)/.exec(stdout)?.[1])
              assert.isAtLeast(seconds, 0)
              assert.isBelow(seconds, 60)
            }
            assert.deepStrictEqual(contents(cwd), ["large"])
            assert.isTrue(readFileSync(join(cwd, "large")).equals(large))
            // Neither went on with what the other had.
            assert.deepStrictEqual(Proxy.starts(proxy), [0, 0])
          })
      )
    }
  }
)
