/**
 * The package as people install it: packed, installed into empty folders, and run by each Node that it says it runs on.
 * Those come from npm, as packages.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import packageJson from "../../package.json" with { type: "json" }
import { oldest } from "../../src/start/OldNode.ts"
import { folder, nodeOf, npm, outside } from "../support/programs/NodeVersions.ts"
import { root, start } from "../support/programs/App.ts"
import { childrenOf } from "../support/programs/Processes.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

/** The size of a folder's files, in bytes. */
const sizeOf = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

let tarball = ""
let project = ""
const installed = (): string => join(project, "node_modules", packageJson.name)

beforeAll(() => {
  const packed = folder("packed")
  // `prepare` builds with the Node of the lockfile, as in a clone; what it prints comes before the file's name.
  const output = npm(root, "pack", "--silent", "--pack-destination", packed)
  tarball = join(packed, output.trim().split("\n").at(-1) ?? "")
  project = folder("project")
  writeFileSync(join(project, "package.json"), '{"private":true,"scripts":{"v":"node -v"}}')
  npm(project, "install", "--silent", tarball)
}, 300_000)

describe("the package, installed", () => {
  it("is one package, of less than 8 MB, and less than 1 MB packed", () => {
    const names = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."))
    assert.deepStrictEqual(names, [packageJson.name])
    assert.isBelow(sizeOf(installed()), 8_000_000)
    assert.isBelow(statSync(tarball).size, 1_000_000)
  })

  it("puts nothing but `app` among a project's programs: its scripts run on its own Node", () => {
    assert.deepStrictEqual(readdirSync(join(project, "node_modules", ".bin")), ["app"])
    const own = execFileSync("node", ["-v"], { env: outside, encoding: "utf8" })
    assert.strictEqual(npm(project, "run", "--silent", "v"), own)
  })

  it("has every file that its READMEs link to", () => {
    for (const page of ["README.md", "README.pt-BR.md"]) {
      const text = readFileSync(join(installed(), page), "utf8")
      for (const [, link = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g))
        if (!link.includes(":")) assert.isTrue(existsSync(join(installed(), link)), link)
    }
  })

  it("is installed for all without a warning, and brings a manual page", () => {
    const prefix = folder("prefix")
    const words = ["install", "--global", "--prefix", prefix, tarball]
    const installing = spawnSync("npm", words, { cwd: prefix, env: outside, encoding: "utf8" })
    assert.strictEqual(installing.status, 0, installing.stderr)
    assert.notInclude(installing.stderr, "npm warn")
    const page = readFileSync(join(prefix, "share", "man", "man1", "app.1"), "utf8")
    assert.include(page, "\\fB\\-\\-idle\\-timeout\\fR")
    const { status, stdout } = spawnSync(join(prefix, "bin", "app"), ["--version"], {
      env: outside,
      encoding: "utf8"
    })
    assert.deepStrictEqual([status, stdout], [0, `app v${packageJson.version}\n`])
  })

  it.effect.each([...oldest.map((version) => `${version}.0`), "20", "22", "24", "26"])(
    "serves and fetches with Node %s; the first run fills a cache of compiled code, where Node keeps one",
    (version) =>
      Effect.gen(function* () {
        const node = nodeOf(version)
        const app = join(installed(), "dist", "app.cjs")
        const cwd = yield* folderWith({ "DB/a.txt": "um" })
        const server = yield* start(node, [app, "serve", "--port", "0", "--workers", "2"], { cwd })
        const [, port = ""] = yield* server.says("stderr", /127\.0\.0\.1:(\d+)\. /)
        for (const _ of [1, 2]) {
          const words = [
            "client",
            "--port",
            port,
            "--cmd",
            "enviar_arquivo",
            "a.txt",
            "--output",
            "-"
          ]
          const { ended } = yield* start(node, [app, ...words], { cwd })
          const { code, stdout } = yield* ended
          assert.deepStrictEqual([code, stdout], [0, "um"])
        }
        const caches = join(cwd, ".cache", packageJson.name)
        // 20 keeps none, and the first releases of 22 did not fill it.
        if (!version.startsWith("20") && !version.includes("."))
          assert.isAbove(readdirSync(caches).length, 0)
        yield* server.kill("SIGTERM")
        assert.strictEqual((yield* server.ended).code, 0)
      })
  )

  it.each(["18", "21"])(
    "says in one sentence what it needs, where Node %s is too old",
    (version) => {
      const { status, stderr, stdout } = spawnSync(
        nodeOf(version),
        [join(installed(), "dist", "app.cjs"), "serve"],
        { encoding: "utf8", env: outside }
      )
      assert.deepStrictEqual([status, stdout], [1, ""])
      assert.match(stderr, /^[^\n]*app needs Node 20\.16, or 22\.3 or newer \(v\d+\.[^\n]*\)\.\n$/)
      assert.include(stderr, `(v${version}.`)
    }
  )
})

describe("npm start", () => {
  it.effect("leaves nothing at its port when npm is told to stop", () =>
    Effect.gen(function* () {
      const started = yield* start("npm", ["start", "--silent", "--", "--port", "0"], {
        cwd: root,
        env: { HOME: yield* folderWith({}) }
      })
      yield* started.says("stderr", /127\.0\.0\.1:\d+\. /)
      const children = childrenOf(started.pid)
      assert.lengthOf(children, 1)
      yield* started.kill("SIGTERM")
      yield* started.ended
      for (const child of children) assert.isFalse(existsSync(`/proc/${child}`))
    })
  )
})
