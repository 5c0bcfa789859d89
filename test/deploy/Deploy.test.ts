/** What stands in deploy/, as far as it can be tried without systemd or Docker running. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { App, root, start } from "../support/programs/App.ts"
import { hasOpenssl, Made } from "../support/Certificates.ts"
import { request } from "../support/values/Bytes.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import * as RawSocket from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const unit = readFileSync(join(root, "deploy", "app.service"), "utf8")
const dockerfile = readFileSync(join(root, "deploy", "Dockerfile"), "utf8")

/** V8's and libuv's four each, four that hash, the main one, and those of Node's own; 13 were counted of a mirror. */
const threadsOfProcess = 16

/** The values of a setting of the unit, in order. */
const settings = (name: string): ReadonlyArray<string> =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value)

/** Variables as `NAME=value NAME=value`. */
const variables = (lines: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(
    lines.flatMap((line) => line.split(" ")).map((pair) => pair.split("=") as [string, string])
  )

/** The steps of a page that install the program itself, for who may do so without `sudo`. */
const stepsOf = (page: string): ReadonlyArray<string> =>
  readFileSync(join(root, page), "utf8")
    .split("\n")
    .filter((line) => /^sudo .*\blib\/app\b/.test(line))
    .map((line) => line.replace(/^sudo /, ""))

describe.each(["app.service", "app-mirror.service"])("the unit %s", (name) => {
  const text = readFileSync(join(root, "deploy", name), "utf8")

  it("finds Node where the page says that it must be, by the PATH that systemd has", () => {
    const [, path = ""] = /^Environment=PATH=(\S+)$/m.exec(text) ?? []
    assert.strictEqual(path, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    if (isInstalled("systemd-path")) {
      const known = spawnSync("systemd-path", ["search-binaries-default"], { encoding: "utf8" })
      assert.strictEqual(known.stdout.trim(), path)
    }
  })

  it("has room for the threads of all its processes", () => {
    const [, tasks = "0"] = /^TasksMax=(\d+)$/m.exec(text) ?? []
    const processes = name === "app.service" ? 1 + 256 : 1
    assert.isAtLeast(Number(tasks), processes * threadsOfProcess)
  })
})

describe.skipIf(!isInstalled("systemd-analyze")).each(["app.service", "app-mirror.service"])(
  "the unit %s for systemd (without systemd-analyze it is not looked at)",
  (name) => {
    /** The unit with a program that is there in the place of the one that is installed. */
    const installed = Effect.map(
      folderWith({
        [name]: readFileSync(join(root, "deploy", name), "utf8").replace(
          "/usr/local/bin/app",
          process.execPath
        )
      }),
      (folder) => join(folder, name)
    )

    it.effect("is one that systemd understands, every line of it", () =>
      Effect.gen(function* () {
        const { status, stderr, stdout } = spawnSync(
          "systemd-analyze",
          ["verify", "--man=no", yield* installed],
          { encoding: "utf8" }
        )
        assert.deepStrictEqual({ status, stderr, stdout }, { status: 0, stderr: "", stdout: "" })
      })
    )

    it.effect("leaves little exposed, by systemd's own measure: 2 of 10 at most", () =>
      Effect.gen(function* () {
        const words = ["security", "--offline=true", "--threshold=20", yield* installed]
        const { status, stdout } = spawnSync("systemd-analyze", words, { encoding: "utf8" })
        assert.strictEqual(status, 0, stdout)
      })
    )
  }
)

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("deployed", (it) => {
  /** A folder as `/usr/local`, in which `app` is what a page's steps install of the bundle. */
  const install = Effect.fnUntraced(function* (steps: ReadonlyArray<string>) {
    const { file } = yield* App
    const local = yield* folderWith({ "bin/.keep": "" })
    const script = steps
      .join("\n")
      .replaceAll("/usr/local", local)
      .replaceAll("dist/", `${dirname(file)}/`)
    execFileSync("sh", ["-ec", script])
    return local
  })

  /** The `PATH` with which that `app` is found, and the Node that it runs on. */
  const pathOf = (local: string): string =>
    [join(local, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter)

  /** The unit's command in the unit's environment, but for where its files are. */
  const serveAsUnit = Effect.fnUntraced(function* (more: Readonly<Record<string, string>> = {}) {
    const path = pathOf(yield* install(stepsOf("deploy/README.md")))
    const cwd = yield* folderWith({ "credentials/passwords": "senha\n", "srv/a.txt": "a" })
    const env = {
      ...variables(settings("Environment")),
      APP_PORT: "0",
      APP_DIR: join(cwd, "srv"),
      APP_PASSWORD_FILE: join(cwd, "credentials", "passwords"),
      PATH: path,
      ...more
    }
    const [program = "", ...words] = (settings("ExecStart")[0] ?? "").split(" ")
    assert.strictEqual(program, "/usr/local/bin/app")
    const server = yield* start("/usr/bin/env", ["app", ...words], { cwd, env })
    const [, found = ""] = yield* server.says("stderr", /em 0\.0\.0\.0:(\d+)\./)
    return { server, cwd, env: { ...env, APP_PORT: found } }
  })

  it.effect.each(["deploy/README.md", "docs/running.md", "docs/running.pt-BR.md"])(
    "by the steps of %s, app has all of its parts, that for buckets too",
    (page) =>
      Effect.gen(function* () {
        const steps = stepsOf(page)
        assert.lengthOf(steps, 4)
        const serve = Effect.fnUntraced(function* (local: string) {
          const { ended } = yield* start(
            "app",
            ["serve", "--lang", "en", "--port", "0", "--store", "s3://fotos"],
            { cwd: local, env: { PATH: pathOf(local) } }
          )
          return (yield* ended).stderr
        })
        assert.strictEqual(
          yield* serve(yield* install(steps)),
          "The bucket's region is missing: use --s3-region, or set AWS_REGION.\n"
        )
        const without = steps.map((line) => line.replace(" dist/s3.cjs", ""))
        assert.include(yield* serve(yield* install(without)), "The file s3.cjs is missing")
      })
  )

  it.effect(
    "as the unit says, the server asks for the password, and drains on the unit's signal",
    () =>
      Effect.gen(function* () {
        const { env, server } = yield* serveAsUnit()
        const client = yield* RawSocket.connect({ host: "127.0.0.1", port: Number(env.APP_PORT) })
        yield* client.ask(request("PING"), "-NOAUTH Authentication required.\r\n")
        yield* client.ask(request("AUTH", "senha"), "+OK\r\n")
        assert.deepStrictEqual(settings("KillSignal"), ["SIGTERM"])
        yield* server.kill("SIGTERM")
        assert.strictEqual((yield* server.ended).code, 0)
      })
  )

  it.effect("is given the variables that it has, and the time that its grace takes", () =>
    Effect.gen(function* () {
      const { run } = yield* App
      const pages = yield* Effect.forEach(["serve", "client"], (command) =>
        run([command, "--help"], { cwd: root })
      )
      const stdout = pages.map((page) => page.stdout.replaceAll(/\s+/g, " ")).join(" ")
      const named = [unit, dockerfile].flatMap((text) => text.match(/\bAPP_[A-Z_]+/g) ?? [])
      for (const variable of named) assert.include(stdout, variable)
      assert.include(stdout, "APP_GRACE, padrão 30s")
      assert.isAbove(Number.parseInt(settings("TimeoutStopSec")[0] ?? "", 10), 30)
    })
  )

  it.effect.skipIf(!hasOpenssl)("is healthy by that check where it speaks nothing but TLS", () =>
    Effect.gen(function* () {
      const [, check = ""] = /^HEALTHCHECK [^]*?\n {2}CMD (.+)$/m.exec(dockerfile) ?? []
      const { server } = yield* Made
      const { cwd, env } = yield* serveAsUnit({
        APP_TLS_CERT: server.certFile,
        APP_TLS_KEY: server.keyFile
      })
      const { ended } = yield* start("sh", ["-c", check], { cwd, env })
      const { code, stdout } = yield* ended
      assert.deepStrictEqual([code, stdout], [0, "PONG\n"])
    }).pipe(Effect.provide(Made.layer))
  )

  it.effect(
    "is healthy by the Dockerfile's own check, but not with a wrong password or once it has stopped",
    () =>
      Effect.gen(function* () {
        const [, check = ""] = /^HEALTHCHECK [^]*?\n {2}CMD (.+)$/m.exec(dockerfile) ?? []
        const { cwd, env, server } = yield* serveAsUnit()
        const health = (given: Record<string, string>) =>
          Effect.flatMap(start("sh", ["-c", check], { cwd, env: given }), ({ ended }) => ended)
        const healthy = yield* health(env)
        assert.deepStrictEqual([healthy.code, healthy.stdout], [0, "PONG\n"])
        writeFileSync(join(cwd, "other"), "errada\n")
        assert.strictEqual(
          (yield* health({ ...env, APP_PASSWORD_FILE: join(cwd, "other") })).code,
          1
        )
        yield* server.kill("SIGTERM")
        yield* server.ended
        assert.strictEqual((yield* health(env)).code, 1)
      })
  )
})
