/** One connection that asks without end, as fast as it is read, and what somebody else notices who asks PING every 10 ms. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { App, start } from "../support/programs/App.ts"
import { hasRedis, startRedis } from "../support/peers/Redis.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { request } from "../support/values/Bytes.ts"

const program = (name: string) =>
  fileURLToPath(new URL(`../support/programs/${name}.ts`, import.meta.url))

const text = "x".repeat(1024)
const password = "certa"
const count = 300

/** The longest of 99 of 100 waits, in milliseconds, of the innocent beside a flood of this request. */
const p99Beside = Effect.fnUntraced(function* (
  target: string,
  flood: string,
  cwd: string,
  secret: string
) {
  const flooder = yield* start(
    process.execPath,
    [program("flood"), target, JSON.stringify(flood)],
    { cwd }
  )
  yield* flooder.says("stdout", /flooding/)
  const words = [program("innocent"), target, `${count}`, secret]
  const innocent = yield* start(process.execPath, words, { cwd })
  const [, found = ""] = yield* innocent.says("stdout", /times \[(.*)\]\n/)
  const times = found.split(",").map(Number)
  return times.toSorted((one, other) => one - other)[Math.floor(count * 0.99)] ?? Number.NaN
}, Effect.scoped)

const floods: ReadonlyArray<readonly [what: string, request: string, secret: string]> = [
  ["GET of 1 kB", request("GET", "a.txt"), ""],
  ["COMMAND DOCS", request("COMMAND", "DOCS"), ""],
  ["unknown commands", request("NAOEXISTE", "x"), ""],
  ["GET before any password", request("GET", "a.txt"), password]
]

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })(
  "an innocent is answered within 20 ms, or twice the time that redis-server takes, p99,",
  (it) => {
    for (const [what, flood, secret] of floods) {
      it.effect.skipIf(!hasRedis)(`beside a flood of ${what}`, () =>
        Effect.gen(function* () {
          const { serve } = yield* App
          const cwd = yield* folderWith({ "DB/a.txt": text })
          writeFileSync(`${cwd}/secret`, `${password}\n`, { mode: 0o600 })
          const redis = yield* startRedis(cwd, ...(secret === "" ? [] : ["--requirepass", secret]))
          const auth = secret === "" ? [] : ["-a", secret, "--no-auth-warning"]
          spawnSync("redis-cli", ["-s", redis, ...auth, "SET", "a.txt", text])
          const theirs = yield* p99Beside(redis, flood, cwd, secret)
          const own = secret === "" ? [] : ["--password-file", "secret"]
          const { address } = yield* serve(own, { cwd })
          const ours = yield* p99Beside(`${address.port}`, flood, cwd, secret)
          console.log(`${what}: ${ours.toFixed(1)} ms, redis-server ${theirs.toFixed(1)} ms`)
          assert.isAtMost(ours, Math.max(20, 2 * theirs))
        })
      )
    }
  }
)
