/** The single executable that `npm run build:binary` makes, run where there is no Node: in an empty environment. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { statSync } from "node:fs"
import { delimiter, join } from "node:path"
import packageJson from "../../package.json" with { type: "json" }
import { bucket, fakeS3 } from "../support/fakes/FakeS3.ts"
import { type Place, root, start } from "../support/programs/App.ts"
import { debuggerOpensElsewhere } from "../support/programs/Debugger.ts"
import { catches, childrenOf, isGone } from "../support/programs/Processes.ts"
import { environment } from "../support/programs/S3Serving.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const binary = join(root, "dist", "binary", "app")

/** Nothing of the machine but a folder in which there is no program. */
const empty = (cwd: string): Place => ({ cwd, env: { PATH: cwd } })

/** Asks, and gives all that the program says. */
const ask = Effect.fnUntraced(function* (place: Place, port: string, ...words: Array<string>) {
  const { ended } = yield* start(binary, ["client", "--port", port, "--cmd", ...words], place)
  const { code, stderr, stdout } = yield* ended
  return { code, stderr, stdout }
})

describe("the single executable", () => {
  beforeAll(() => {
    execFileSync("npm", ["run", "--silent", "build:binary"], {
      cwd: root,
      env: {
        ...process.env,
        PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter)
      }
    })
  }, 300_000)

  it.effect("says its version, and is no larger than Node and a few megabytes", () =>
    Effect.gen(function* () {
      const { ended } = yield* start(binary, ["--version"], empty(yield* folderWith({})))
      assert.strictEqual((yield* ended).stdout, `app v${packageJson.version}\n`)
      assert.isBelow(statSync(binary).size, statSync(process.execPath).size + 4_000_000)
    })
  )

  it.effect("serves with workers, each of them the same file, and fetches, verified", () =>
    Effect.gen(function* () {
      const place = empty(yield* folderWith({ "DB/a.txt": "um" }))
      const server = yield* start(binary, ["serve", "--port", "0", "--workers", "2"], place)
      const [, port = ""] = yield* server.says("stderr", /Servindo DB em 127\.0\.0\.1:(\d+)\. /)
      assert.lengthOf(childrenOf(server.pid), 2)
      assert.deepStrictEqual(
        yield* ask(place, port, "enviar_arquivo", "a.txt", "--output", "-", "--quiet"),
        { code: 0, stderr: "", stdout: "um" }
      )
      yield* server.kill("SIGTERM")
      assert.strictEqual((yield* server.ended).code, 0)
    })
  )

  it.effect("opens no debugger at SIGUSR1, in no worker either", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "DB/a.txt": "um" })
      const words = ["serve", "--port", "0", "--workers", "2"]
      const server = yield* start(binary, words, empty(cwd))
      const [, port = ""] = yield* server.says("stderr", /127\.0\.0\.1:(\d+)\. /)
      for (const pid of [server.pid, ...childrenOf(server.pid)]) process.kill(pid, "SIGUSR1")
      yield* debuggerOpensElsewhere(cwd)
      const answer = yield* ask(empty(cwd), port, "listar_arquivos")
      assert.deepStrictEqual(answer, { code: 0, stderr: "", stdout: "a.txt\n" })
      yield* server.kill("SIGTERM")
      const { code, stderr } = yield* server.ended
      assert.strictEqual(code, 0)
      assert.notInclude(stderr, "Debugger listening")
    })
  )

  it.effect.skipIf(process.platform !== "linux")(
    "opens none either where SIGUSR1 comes before the program's first line",
    () =>
      Effect.gen(function* () {
        const place = empty(yield* folderWith({}))
        // Another program may be given the processor in between: then the signal comes too late to show anything.
        for (let time = 0; time < 10; time++) {
          const { ended, pid } = yield* start(binary, ["--version"], place)
          // From then on Node itself would open one; nothing else runs here meanwhile.
          while (!catches(pid, "SIGUSR1") && !isGone(pid));
          process.kill(pid, "SIGUSR1")
          const { code, stderr } = yield* ended
          assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
        }
      })
  )

  it.effect("serves a bucket", () =>
    Effect.gen(function* () {
      const gateway = yield* fakeS3({ "a.txt": Buffer.from("um") })
      const { cwd } = empty(yield* folderWith({}))
      const place = { cwd, env: { ...environment, PATH: cwd } }
      const words = ["serve", "--port", "0", "--store", `s3://${bucket}`]
      const server = yield* start(binary, [...words, "--s3-endpoint", gateway.url], place)
      const [, port = ""] = yield* server.says("stderr", /127\.0\.0\.1:(\d+)\. /)
      const answer = yield* ask(place, port, "listar_arquivos")
      assert.deepStrictEqual(answer, { code: 0, stderr: "", stdout: "a.txt\n" })
    })
  )
})
