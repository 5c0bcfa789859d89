/** The package as other people's programs have it: built, installed beside effect, imported by its name. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "rolldown/utils"
import packageJson from "../../package.json" with { type: "json" }
import { root, start } from "../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { noise, sha256 } from "../support/Transfers.ts"
import { created, deleted, recorderOf, rescan } from "../support/values/Changes.ts"

const modules = join(root, "node_modules")

const runIn = (cwd: string, program: string, words: ReadonlyArray<string>, env = {}) =>
  Effect.gen(function* () {
    const running = yield* start(program, words, { cwd, env })
    return yield* running.ended
  })

/** A folder with the package in its `node_modules`, and what the package depends on. */
const install = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const installed = join(folder, "node_modules", packageJson.name)
  yield* Effect.sync(() => {
    mkdirSync(installed, { recursive: true })
    cpSync(join(root, "package.json"), join(installed, "package.json"))
    for (const name of ["effect", "@effect"]) {
      symlinkSync(join(modules, name), join(folder, "node_modules", name))
    }
    writeFileSync(join(folder, "package.json"), `{"type": "module"}`)
    cpSync(join(root, "examples/library.ts"), join(folder, "example.ts"))
    cpSync(join(root, "examples/changes.ts"), join(folder, "changes.ts"))
  })
  const build = packageJson.scripts["build:library"].replaceAll("dist/", `${installed}/dist/`)
  const built = yield* runIn(root, "sh", ["-c", build])
  assert.strictEqual(built.code, 0, built.stdout + built.stderr)
  return folder
})

class Project extends Context.Service<Project, { readonly folder: string }>()("test/Project") {
  static readonly layer = Layer.effect(
    Project,
    Effect.map(install, (folder) => ({ folder }))
  )
}

layer(Project.layer, { excludeTestServices: true })("the package", (it) => {
  it.effect("is a library: an Effect program that imports its client runs on plain Node", () =>
    Effect.gen(function* () {
      const { folder } = yield* Project
      const content = noise(1, 1_000_000)
      const shared = yield* folderWith({ "a.txt": "um", "pasta/ação.bin": content })
      const { port } = yield* serveFolder(shared)
      const { code, stderr, stdout } = yield* runIn(folder, process.execPath, ["example.ts"], {
        APP_PORT: String(port)
      })
      assert.strictEqual(stderr, "")
      assert.strictEqual(
        stdout,
        [
          "Servidor online 24 horas",
          `pasta/ação.bin: 1000000 of 1000000 bytes, SHA-256 ${sha256(content)}`,
          "NOTFOUND: Arquivo não encontrado!",
          ""
        ].join("\n")
      )
      assert.strictEqual(code, 0)
    })
  )

  it.effect("follows changes: a program that keeps a list of the files", () =>
    Effect.gen(function* () {
      const { folder } = yield* Project
      const { changes, record } = recorderOf()
      const shared = yield* folderWith({ a: "1", b: "2" })
      const { port } = yield* serveFolder(shared, { changes })
      const program = yield* start(process.execPath, ["changes.ts"], {
        cwd: folder,
        env: { APP_PORT: String(port) }
      })
      yield* program.says("stdout", /^2 files\n/)
      record([created("c"), deleted("a")])
      yield* program.says("stdout", /^Created c: 3 files\nDeleted a: 2 files\n/)
      record([rescan])
      yield* program.says("stdout", /^2 files\n/)
    })
  )

  it.effect("has types, for the strictest compiler, that tell right from wrong", () =>
    Effect.gen(function* () {
      const { folder } = yield* Project
      const wrong = [
        `import { Effect, Stream } from "effect"`,
        `import { Client, type OpenError } from "sockets-client-server/client"`,
        `// @ts-expect-error -- the client is not provided`,
        `void Effect.runPromise(Effect.flatMap(Client, (client) => client.time))`,
        `// @ts-expect-error -- bytes are no text`,
        `export const open = (client: Client["Service"]): Stream.Stream<string, OpenError> => client.open("a")`,
        `// @ts-expect-error -- a port is a number`,
        `export const layer = Client.layer({ port: "65432" })`,
        `// @ts-expect-error -- a question may fail`,
        `export const info = (client: Client["Service"]): Effect.Effect<string> => client.info`
      ]
      const compilerOptions = {
        target: "es2024",
        module: "nodenext",
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        types: [],
        // As in this project's own tsconfig.json.
        skipLibCheck: true
      }
      yield* Effect.sync(() => {
        writeFileSync(join(folder, "wrong.ts"), wrong.join("\n"))
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }))
      })
      const { code, stdout } = yield* runIn(folder, "tsc", ["-p", "."])
      assert.deepStrictEqual([code, stdout], [0, ""])
    })
  )

  it.effect("imports nothing but Node, effect and three modules of its platform", () =>
    Effect.gen(function* () {
      const { folder } = yield* Project
      const file = join(folder, "node_modules", packageJson.name, "dist", "client.js")
      const { module } = parseSync("client.js", readFileSync(file, "utf8"))
      const imported = new Set(module.staticImports.map(({ moduleRequest }) => moduleRequest.value))
      assert.deepStrictEqual(module.dynamicImports, [])
      assert.deepStrictEqual([...imported].sort(), [
        "@effect/platform-node/NodeFileSystem",
        "@effect/platform-node/NodePath",
        "@effect/platform-node/NodeSocket",
        "effect",
        "effect/socket",
        "node:crypto",
        "node:fs",
        "node:fs/promises",
        "node:net",
        "node:os",
        "node:path",
        "node:tls",
        "node:util",
        "node:worker_threads"
      ])
    })
  )
})
