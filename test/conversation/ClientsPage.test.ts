/** What docs/clients.md shows is what happens: each of its programs is run as it stands, but for the server's port. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { root, start } from "../support/programs/App.ts"
import { isInstalled } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"

const shared = join(root, "DB")
const page = readFileSync(join(root, "docs/clients.md"), "utf8")

/** A program of the page, and what the page says that it prints. */
interface Example {
  readonly program: string
  readonly prints: string
}

const examples: ReadonlyMap<string, Example> = new Map(
  [...page.matchAll(/^```\w+ run=(\S+)\n(.*?)^```\n+^```text\n(.*?)^```$/gms)].map(
    ([, name = "", program = "", prints = ""]) => [name, { program, prints }]
  )
)

/** How the examples are run; `redis` and `ioredis` are the names by which their programs import a package. */
const runners: ReadonlyArray<{
  readonly name: string
  readonly example: string
  readonly command: ReadonlyArray<string>
  readonly file: string
  readonly modules?: Readonly<Record<string, string>>
  readonly isMissing?: boolean
}> = [
  {
    name: "redis-cli",
    example: "redis-cli",
    command: ["sh"],
    file: "example.sh",
    isMissing: !isInstalled("redis-cli")
  },
  ...["redis-5", "redis-6"].map((version) => ({
    name: `node-${version}`,
    example: "node-redis",
    command: [process.execPath],
    file: "example.mjs",
    modules: { redis: version }
  })),
  ...["ioredis-5", "ioredis-6"].map((version) => ({
    name: version,
    example: "ioredis",
    command: [process.execPath],
    file: "example.mjs",
    modules: { ioredis: version }
  })),
  {
    name: "redis-py",
    example: "redis-py",
    command: ["/usr/bin/python3"],
    file: "example.py",
    isMissing: spawnSync("/usr/bin/python3", ["-c", "import redis"]).status !== 0
  },
  {
    name: "netcat",
    example: "netcat",
    command: ["sh"],
    file: "example.sh",
    // Only that of OpenBSD has the option.
    isMissing: !/-N\b/.test(spawnSync("nc", ["-h"], { encoding: "utf8" }).stderr ?? "")
  },
  {
    name: "Python's sockets and pickle",
    example: "pickle",
    command: ["python3"],
    file: "example.py",
    isMissing: !isInstalled("python3")
  }
]

/** The time is never the page's. */
const timeless = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll(/\b\d\d:\d\d:\d\d\b/g, "HH:MM:SS")

describe("the page of clients in other languages", () => {
  it("has no program that is not run", () => {
    const marked = [...page.matchAll(/^```\w+ run=(\S+)$/gm)].map(([, name]) => name)
    assert.deepStrictEqual(marked, [...new Set(runners.map(({ example }) => example))])
    assert.deepStrictEqual([...examples.keys()], marked)
  })

  for (const { command, example, file, isMissing = false, modules = {}, name } of runners) {
    it.live.skipIf(isMissing)(
      `shows what ${name} does${isMissing ? " (skipped: it is not installed)" : ""}`,
      () =>
        Effect.gen(function* () {
          const { prints, program } = examples.get(example) ?? { prints: "", program: "" }
          const { port } = yield* serveFolder(shared)
          const folder = yield* folderWith({ [file]: program.replaceAll("65432", String(port)) })
          yield* Effect.sync(() => {
            mkdirSync(join(folder, "node_modules"))
            for (const [as, version] of Object.entries(modules)) {
              symlinkSync(join(root, "node_modules", version), join(folder, "node_modules", as))
            }
          })
          const [first = "", ...rest] = command
          const running = yield* start(first, [...rest, file], {
            cwd: folder,
            env: { LC_ALL: "C.UTF-8" }
          })
          const { code, stderr, stdout } = yield* running.ended
          assert.deepStrictEqual([code, stderr], [0, ""])
          assert.strictEqual(timeless(stdout), timeless(prints))
          if (example === "redis-cli") {
            const saved = readFileSync(join(folder, "imagem.png"))
            assert.isTrue(saved.equals(readFileSync(join(shared, "imagem.png"))))
          }
        })
    )
  }
})
