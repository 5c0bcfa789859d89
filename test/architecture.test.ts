/**
 * Who may import whom. The rules are plain data and `violations` is a pure function of sources, so
 * the same function judges the real tree and the samples that show each rule can fail.
 */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { fileURLToPath } from "node:url"
import { parseSync, Visitor } from "rolldown/utils"
import { unit } from "../vitest.config.ts"

/** A path from the top of the project, as `src/codec/Resp.ts`, and its text. */
type Sources = ReadonlyMap<string, string>

const asking = ["domain", "commands", "codec", "client", "client/node"]
const answering = [
  "domain",
  "commands",
  "codec",
  "telemetry",
  "services",
  "routes",
  "Router.ts",
  "net",
  "guard",
  "server",
  "http"
]

/**
 * What each room of `src` (a folder, a folder within one, or a file beside them) may import besides itself. A question
 * loads no server: neither `client` nor any room that asks imports one that answers.
 */
const mayImport: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["domain", []],
  ["commands", ["domain"]],
  ["codec", ["domain", "commands"]],
  ["telemetry", ["domain"]],
  ["hashing", []],
  ["tls", []],
  ["services", ["domain", "telemetry", "hashing"]],
  ["routes", ["domain", "commands", "services", "telemetry"]],
  ["Router.ts", ["domain", "commands", "services", "telemetry", "routes"]],
  ["net", ["domain", "telemetry", "tls"]],
  ["guard", ["domain", "telemetry", "net"]],
  ["server", ["domain", "commands", "codec", "telemetry", "Router.ts", "net", "guard"]],
  ["client", ["domain", "commands", "codec"]],
  ["client/node", ["domain", "hashing", "client"]],
  ["library", asking],
  ["http", ["domain", "codec", "telemetry", "services", "server"]],
  ["cli", ["domain", "commands", "codec", "tls"]],
  ["cli/client", [...asking, "tls", "cli"]],
  ["cli/serve", [...answering, "cli"]],
  ["start", []],
  ["main.ts", ["cli", "cli/client", "cli/serve"]],
  ["demo.ts", ["cli", "cli/client", "cli/serve"]]
])

/** The only files that may see the machine: `node:*` and `@effect/platform-node`. */
const seesTheHost: ReadonlyArray<RegExp> = [
  /^src\/cli\//,
  /^src\/start\//,
  /^src\/main\.ts$/,
  /^src\/demo\.ts$/,
  /^src\/client\/node\//,
  /^src\/hashing\//,
  /^src\/tls\//,
  /^src\/services\/files\/directory\//,
  /^src\/services\/files\/Digest\.ts$/,
  /^src\/services\/files\/s3\/S3Client\.ts$/,
  /^src\/net\/(Listener|Peer|TrustedProxies|RawSocket|TlsHandshake)\.ts$/
]

/** Every other library, and the only file that may import it. */
const libraries: ReadonlyMap<string, string> = new Map([
  ["cli-progress", "src/cli/client/Progress.ts"],
  ["@aws-sdk/client-s3", "src/services/files/s3/S3Sdk.ts"]
])

/** The one file outside `src` that code may read, for the version, and who may read it. */
const manifest = "package.json"
const readsManifest = new Set(["cli/serve", "main.ts", "demo.ts"])

/** Every module a source names, however it names it; an `import()` of anything but a literal is `?`. */
const importsOf = (file: string, text: string): ReadonlyArray<string> => {
  const { errors, program } = parseSync(file, text)
  assert.deepStrictEqual(errors, [], `${file} does not parse`)
  const found: Array<string> = []
  new Visitor({
    ImportDeclaration: (node) => void found.push(node.source.value),
    ExportAllDeclaration: (node) => void found.push(node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) found.push(node.source.value)
    },
    ImportExpression: ({ source }) =>
      void found.push(
        source.type === "Literal" && typeof source.value === "string" ? source.value : "?"
      ),
    TSImportType: (node) => void found.push(node.source.value),
    TSExternalModuleReference: (node) => void found.push(node.expression.value)
  }).visit(program)
  return found
}

const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier)

const isEffect = (specifier: string): boolean =>
  specifier === "effect" || specifier.startsWith("effect/")

const isHost = (specifier: string): boolean =>
  specifier.startsWith("node:") || /^@effect\/platform-node(\/|$)/.test(specifier)

const targetOf = (file: string, specifier: string): string =>
  posix.join(posix.dirname(file), specifier)

/** The room that a file is in: the innermost that the table has, or the folder that has no row. */
const roomOf = (file: string): string => {
  const [, outer = file, inner] = file.split("/")
  return mayImport.has(`${outer}/${inner}`) ? `${outer}/${inner}` : outer
}

/** What is wrong with one import of one file, if anything. */
const judge = (sources: Sources, file: string, specifier: string): string | undefined => {
  const room = roomOf(file)
  if (!isRelative(specifier)) {
    if (isEffect(specifier)) return undefined
    if (room === "domain") return "domain may import only effect"
    if (libraries.get(specifier) === file) return undefined
    if (!isHost(specifier)) return "src may import only effect, node:* and @effect/platform-node"
    return seesTheHost.some((pattern) => pattern.test(file))
      ? undefined
      : "it is not among the files that may see the host"
  }
  const target = targetOf(file, specifier)
  if (target === manifest) {
    return readsManifest.has(room) ? undefined : `only ${[...readsManifest].join(" and ")} may`
  }
  if (!specifier.endsWith(".ts")) return "a relative import ends in .ts"
  if (!sources.has(target)) return "there is no such file in src"
  const allowed = mayImport.get(room) ?? []
  return roomOf(target) === room || allowed.includes(roomOf(target))
    ? undefined
    : `${room} may import only ${allowed.join(", ") || "effect"}`
}

/** The import cycles among `graph`'s files, each told once, from where it was first entered. */
const cycles = (
  graph: ReadonlyMap<string, ReadonlyArray<string>>
): ReadonlyArray<ReadonlyArray<string>> => {
  const found: Array<ReadonlyArray<string>> = []
  const done = new Set<string>()
  const visit = (file: string, trail: ReadonlyArray<string>): void => {
    const seenAt = trail.indexOf(file)
    if (seenAt >= 0) {
      found.push([...trail.slice(seenAt), file])
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}

/** Everything the sources do that the layout forbids, a sentence each. */
const violations = (sources: Sources): ReadonlyArray<string> => {
  const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]))
  const graph = new Map(
    [...imports].map(([file, specifiers]) => [
      file,
      specifiers.filter(isRelative).map((specifier) => targetOf(file, specifier))
    ])
  )
  return [
    ...[...sources.keys()]
      .filter((file) => !mayImport.has(roomOf(file)))
      .map((file) => `${file}: ${roomOf(file)} has no row in the table of who may import whom`),
    ...[...sources.keys()]
      .filter((file) => posix.basename(file) === "index.ts")
      .map((file) => `${file} is a barrel: name the file for what it holds`),
    ...[...imports].flatMap(([file, specifiers]) =>
      specifiers.flatMap((specifier) => {
        const wrong = judge(sources, file, specifier)
        return wrong === undefined ? [] : [`${file} imports ${specifier}: ${wrong}`]
      })
    ),
    ...cycles(graph).map((cycle) => `import cycle: ${cycle.join(" -> ")}`)
  ]
}

const root = fileURLToPath(new URL("..", import.meta.url))

const readSources = (): Sources =>
  new Map(
    readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
      .sort()
      .map((name) => posix.join("src", name.replaceAll("\\", "/")))
      .map((file) => [file, readFileSync(join(root, file), "utf8")])
  )

describe("the source", () => {
  it("keeps to the table of who may import whom", () => {
    const sources = readSources()
    assert.isTrue(sources.has("src/main.ts"), "the scan did not find src/main.ts")
    assert.strictEqual(violations(sources).join("\n"), "")
  })
})

/** What a unit test must not lead to, however far: what starts a process, and with it the bundle or a server. */
const startsProcesses = /^node:child_process$|\/support\/(?:programs|peers|fakes|setup)\//

/** How each of these tests leads to what starts a process, a way each; `read` gives a file's text. */
const waysToProcesses = (
  tests: ReadonlyArray<string>,
  read: (file: string) => string
): ReadonlyArray<string> => {
  const seen = new Set<string>()
  const visit = (file: string, trail: ReadonlyArray<string>): ReadonlyArray<string> => {
    if (seen.has(file)) return []
    seen.add(file)
    return importsOf(file, read(file)).flatMap((specifier) => {
      if (startsProcesses.test(specifier)) return [[...trail, file, specifier].join(" -> ")]
      const target = targetOf(file, specifier)
      const isOurs = isRelative(specifier) && /^test\/.*\.ts$/.test(target)
      return isOurs ? visit(target, [...trail, file]) : []
    })
  }
  return tests.flatMap((file) => visit(file, []))
}

describe("the unit tests", () => {
  it("start no process", () => {
    const tests = globSync(unit, { cwd: root }).sort()
    assert.isAbove(tests.length, 30)
    const ways = waysToProcesses(tests, (file) => readFileSync(join(root, file), "utf8"))
    assert.strictEqual(ways.join("\n"), "")
  })

  it("are told from one that does, however far it goes for it", () => {
    const files: Readonly<Record<string, string>> = {
      "test/a/A.test.ts": `import { b } from "../support/values/B.ts"`,
      "test/support/values/B.ts": `import "./C.ts"; import "../../../src/main.ts"`,
      "test/support/values/C.ts": `import { spawn } from "node:child_process"`,
      "test/a/D.test.ts": `import { start } from "../support/programs/App.ts"`
    }
    assert.deepStrictEqual(
      waysToProcesses(["test/a/A.test.ts", "test/a/D.test.ts"], (file) => files[file] ?? ""),
      [
        "test/a/A.test.ts -> test/support/values/B.ts -> test/support/values/C.ts -> node:child_process",
        "test/a/D.test.ts -> ../support/programs/App.ts"
      ]
    )
  })
})

describe("the rules", () => {
  const tree = {
    "src/domain/Reply.ts": `import { Schema } from "effect"`,
    "src/codec/Resp.ts": `import type { Reply } from "../domain/Reply.ts"`,
    "src/codec/Codec.ts": `import { Stream } from "effect"`,
    "src/services/Clock.ts": `export {}`,
    "src/services/files/directory/DirectoryFileStore.ts": `import * as Fs from "node:fs"`,
    "src/Router.ts": `import { Clock } from "./services/Clock.ts"`,
    "src/server/Connection.ts": `import * as Router from "../Router.ts"`,
    "src/net/Tls.ts": `export {}`,
    "src/client/Client.ts": `import { Resp } from "../codec/Resp.ts"`,
    "src/client/node/Socket.ts": `import * as Net from "node:net"; import "../Client.ts"`,
    "src/cli/client/Ask.ts": `import "../../client/node/Socket.ts"`,
    "src/cli/serve/Serve.ts": `import "../../server/Connection.ts"; import "../../services/Clock.ts"`,
    "src/main.ts": `import { NodeRuntime } from "@effect/platform-node"; import "./cli/serve/Serve.ts"
      import packageJson from "../package.json" with { type: "json" }`
  }
  const judged = (changed: Record<string, string>) =>
    violations(new Map(Object.entries({ ...tree, ...changed })))

  it("pass a tree that keeps to them", () => {
    assert.deepStrictEqual(judged({}), [])
  })

  const forbidden: ReadonlyArray<readonly [file: string, text: string, why: string]> = [
    [
      "src/codec/Resp.ts",
      `import { Clock } from "../services/Clock.ts"`,
      "src/codec/Resp.ts imports ../services/Clock.ts: codec may import only domain, commands"
    ],
    [
      "src/services/Clock.ts",
      `export type { Resp } from "../codec/Resp.ts"`,
      "src/services/Clock.ts imports ../codec/Resp.ts: services may import only domain, telemetry, hashing"
    ],
    [
      "src/Router.ts",
      `export * from "./codec/Resp.ts"`,
      "src/Router.ts imports ./codec/Resp.ts: Router.ts may import only domain, commands, services, telemetry, routes"
    ],
    [
      "src/server/Connection.ts",
      `const clock = () => import("../services/Clock.ts")`,
      "src/server/Connection.ts imports ../services/Clock.ts: server may import only domain, commands, codec, telemetry, Router.ts, net, guard"
    ],
    [
      "src/client/Client.ts",
      `type Route = import("../Router.ts").Route`,
      "src/client/Client.ts imports ../Router.ts: client may import only domain, commands, codec"
    ],
    [
      "src/library/Client.ts",
      `import { Router } from "../Router.ts"`,
      "src/library/Client.ts imports ../Router.ts: library may import only domain, commands, codec, client, client/node"
    ],
    [
      "src/client/Client.ts",
      `import { socketTo } from "./node/Socket.ts"`,
      "src/client/Client.ts imports ./node/Socket.ts: client may import only domain, commands, codec"
    ],
    [
      "src/client/node/Socket.ts",
      `import { Tls } from "../../net/Tls.ts"`,
      "src/client/node/Socket.ts imports ../../net/Tls.ts: client/node may import only domain, hashing, client"
    ],
    [
      "src/cli/client/Ask.ts",
      `const server = () => import("../../server/Connection.ts")`,
      "src/cli/client/Ask.ts imports ../../server/Connection.ts: cli/client may import only domain, commands, codec, client, client/node, tls, cli"
    ],
    [
      "src/cli/client/Ask.ts",
      `import type { Flags } from "../serve/Serve.ts"`,
      "src/cli/client/Ask.ts imports ../serve/Serve.ts: cli/client may import only domain, commands, codec, client, client/node, tls, cli"
    ],
    [
      "src/cli/serve/Serve.ts",
      `import { Client } from "../../client/Client.ts"`,
      "src/cli/serve/Serve.ts imports ../../client/Client.ts: cli/serve may import only domain, commands, codec, telemetry, services, routes, Router.ts, net, guard, server, http, cli"
    ],
    [
      "src/cli/flags/Kind.ts",
      `import { Ask } from "../client/Ask.ts"`,
      "src/cli/flags/Kind.ts imports ../client/Ask.ts: cli may import only domain, commands, codec, tls"
    ],
    [
      "src/http/Http.ts",
      `import "../Router.ts"`,
      "src/http/Http.ts imports ../Router.ts: http may import only domain, codec, telemetry, services, server"
    ],
    [
      "src/domain/Reply.ts",
      `import { Resp } from "../codec/Resp.ts"`,
      "src/domain/Reply.ts imports ../codec/Resp.ts: domain may import only effect"
    ],
    [
      "src/domain/Reply.ts",
      `import { Buffer } from "node:buffer"`,
      "src/domain/Reply.ts imports node:buffer: domain may import only effect"
    ],
    [
      "src/cli/serve/Serve.ts",
      `const client = () => import(name)`,
      "src/cli/serve/Serve.ts imports ?: src may import only effect, node:* and @effect/platform-node"
    ],
    [
      "src/cli/serve/Serve.ts",
      `import { createClient } from "redis"`,
      "src/cli/serve/Serve.ts imports redis: src may import only effect, node:* and @effect/platform-node"
    ],
    [
      "src/codec/Resp.ts",
      `import { Buffer } from "node:buffer"`,
      "src/codec/Resp.ts imports node:buffer: it is not among the files that may see the host"
    ],
    [
      "src/client/Client.ts",
      `import * as NodeSocket from "@effect/platform-node/NodeSocket"`,
      "src/client/Client.ts imports @effect/platform-node/NodeSocket: it is not among the files that may see the host"
    ],
    [
      "src/codec/Resp.ts",
      `import { Codec } from "./Codec"`,
      "src/codec/Resp.ts imports ./Codec: a relative import ends in .ts"
    ],
    [
      "src/codec/Resp.ts",
      `import { Codec } from "./Missing.ts"`,
      "src/codec/Resp.ts imports ./Missing.ts: there is no such file in src"
    ],
    [
      "src/codec/Resp.ts",
      `import packageJson from "../../package.json" with { type: "json" }`,
      "src/codec/Resp.ts imports ../../package.json: only cli/serve and main.ts and demo.ts may"
    ],
    [
      "src/codec/index.ts",
      `export * from "./Resp.ts"`,
      "src/codec/index.ts is a barrel: name the file for what it holds"
    ],
    [
      "src/util/Bytes.ts",
      `import { Stream } from "effect"`,
      "src/util/Bytes.ts: util has no row in the table of who may import whom"
    ],
    [
      "src/domain/Reply.ts",
      `import { Name } from "./Name.ts"; import "./Reply.ts"`,
      "import cycle: src/domain/Reply.ts -> src/domain/Reply.ts"
    ]
  ]
  for (const [file, text, why] of forbidden) {
    it(`refuse: ${why}`, () => {
      assert.include(judged({ [file]: text }), why)
    })
  }

  it("tell a cycle once, by its whole path", () => {
    assert.deepStrictEqual(
      judged({
        "src/codec/Codec.ts": `import type { Resp } from "./Resp.ts"`,
        "src/codec/Resp.ts": `import { Detect } from "./Detect.ts"`,
        "src/codec/Detect.ts": `import { Codec } from "./Codec.ts"`
      }),
      [
        "import cycle: src/codec/Resp.ts -> src/codec/Detect.ts -> src/codec/Codec.ts -> src/codec/Resp.ts"
      ]
    )
  })

  it("do not see imports inside comments, strings or regular expressions", () => {
    assert.deepStrictEqual(
      judged({
        "src/domain/Reply.ts": `
          // import { Resp } from "../codec/Resp.ts"
          const text = 'import "node:fs"'
          const pattern = /import "node:net"/
          const template = \`import("../Router.ts") \${text}\``
      }),
      []
    )
  })
})
