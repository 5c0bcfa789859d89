/**
 * Who may import whom and see what, and how large a file and a folder may be. The rules are plain data and `violations` is a pure function of sources, so
 * the same function judges the real tree and the samples that show each rule can fail.
 */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { fileURLToPath } from "node:url"
import { unit } from "../vitest.config.ts"
import { usesOf } from "./support/values/SourceUses.ts"

/** A path from the top of the project, as `src/codec/Resp.ts`, and its text. */
type Sources = ReadonlyMap<string, string>

const asking = ["domain", "commands", "codec", "client", "client/node"]
const answering = [
  "domain",
  "commands",
  "codec",
  "telemetry",
  "services",
  "services/files/directory",
  "services/files/s3",
  "routes",
  "Router.ts",
  "net",
  "guard",
  "server",
  "http"
]

/**
 * What each room of `src` (a folder, a folder within one, or a file beside them) may import besides itself, from the
 * ground up: a row names only rows above it. A question
 * loads no server: neither `client` nor any room that asks imports one that answers.
 */
const mayImport: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["domain", []],
  ["commands", ["domain"]],
  ["codec", ["domain", "commands"]],
  ["telemetry", ["domain"]],
  ["threads", []],
  ["hashing", ["domain", "threads"]],
  ["tls", []],
  ["services", ["domain", "telemetry", "hashing"]],
  ["services/files/directory", ["domain", "telemetry", "threads", "hashing", "services"]],
  ["services/files/s3", ["domain", "telemetry", "hashing", "services"]],
  ["routes", ["domain", "commands", "services", "telemetry"]],
  ["Router.ts", ["domain", "commands", "services", "telemetry", "routes"]],
  ["net", ["domain", "telemetry", "tls"]],
  ["guard", ["domain", "telemetry", "net"]],
  ["server", ["domain", "commands", "codec", "telemetry", "Router.ts", "net", "guard"]],
  ["client", ["domain", "commands", "codec"]],
  ["client/node", ["domain", "hashing", "client"]],
  ["library", asking],
  ["http/page/browser", []],
  ["http", ["domain", "codec", "telemetry", "services", "server"]],
  ["cli", ["domain", "commands", "codec", "tls"]],
  ["cli/client", [...asking, "tls", "cli"]],
  ["cli/serve", [...answering, "tls", "cli"]],
  ["start", []],
  ["main.ts", ["start", "cli", "cli/client", "cli/serve"]],
  ["demo.ts", ["start", "cli", "cli/client", "cli/serve"]]
])

/** Files, and why they may do what others may not. */
type Exceptions = ReadonlyArray<readonly [files: RegExp, reason: string]>

const isAmong = (exceptions: Exceptions, file: string): boolean =>
  exceptions.some(([files]) => files.test(file))

/** Who may see the machine: `node:*`, `@effect/platform-node`, and the globals `Buffer` and `process`. */
const seesTheHost: Exceptions = [
  [/^src\/cli\//, "a program has files, standard output, signals"],
  [/^src\/start\//, "it is how Node loads the program"],
  [/^src\/(?:main|demo)\.ts$/, "the process"],
  [/^src\/client\/node\//, "the client's sockets and digests, as Node has them"],
  [/^src\/threads\//, "a thread of Node's own"],
  [/^src\/hashing\//, "as many threads as Node says that there are processors"],
  [/^src\/tls\//, "what Node calls things in TLS"],
  [/^src\/services\/files\/directory\//, "it shares a folder of the machine"],
  [/^src\/http\/archive\/PackedFiles\.ts$/, "Node's digest goes on file by file"],
  [/^src\/services\/files\/PackedTexts\.ts$/, "Node's buffers make texts of parts of theirs"],
  [/^src\/services\/files\/Digest\.ts$/, "node:crypto's digest takes its bytes without a copy"],
  [/^src\/services\/files\/s3\/(?:S3Client|sdk\/\w+)\.ts$/, "its connections are Node's"],
  [
    /^src\/services\/files\/s3\/watch\/(?:Comparison|Snapshot)\.ts$/,
    "Node's deflate has a third of the names and versions in memory; Node's digest goes on piece by piece"
  ],
  [
    /^src\/net\/(?:Listener|Peer|proxy\/TrustedProxies|RawSocket|ReceiveBuffer|Socket(?:Events|Write)|TlsHandshake)\.ts$/,
    "effect's server has no hard cut-off, no handshake of its own, and takes twice the memory of an idle connection"
  ]
]

const watchLoop = /^src\/services\/files\/directory\/watch\/WatchLoop\.ts$/

/** Who may use one of the host's globals and nothing else of it. */
const usesGlobal: ReadonlyMap<string, Exceptions> = new Map([
  [
    "Buffer",
    [
      [/^src\/domain\/ByteString\.ts$/, "bytes to latin1 and back, the hottest path of all"],
      [/^src\/net\/proxy\/ProxyHeader\.ts$/, "reads numbers out of a header of bytes"],
      [/^src\/net\/ReceiveBuffer\.ts$/, "its bytes become text without a step between"],
      [
        /^src\/services\/files\/s3\/(?:ReadAhead|ObjectCache)\.ts$/,
        "memory that is not cleared first"
      ]
    ]
  ],
  [
    "process",
    [
      [/^src\/telemetry\/ClusterStats\.ts$/, "tells of this process"],
      [/^src\/services\/ServerInfo\.ts$/, "tells which system it runs on"]
    ]
  ],
  [
    "performance",
    [
      [/^src\/cli\/client\/progress\/ProgressLines\.ts$/, "bytes a second of what is shown"],
      [/^src\/http\/page\/browser\/Live\.ts$/, "the browser's, for how long the page takes"]
    ]
  ],
  [
    "setTimeout",
    [
      [
        /^src\/cli\/Signals\.ts$/,
        "ends the process when the program is over, and its runtime with it"
      ],
      [/^src\/http\/page\/browser\/Live\.ts$/, "the browser's, between two looks at the page"],
      [watchLoop, "a thread that has no runtime of effect's"]
    ]
  ],
  ["setInterval", [[watchLoop, "a thread that has no runtime of effect's"]]],
  [
    "setImmediate",
    [
      [watchLoop, "works when all events of a turn were taken"],
      [/^src\/net\/PendingWrites\.ts$/, "replies leave when the turn of the event loop ends"],
      [
        /^src\/services\/files\/directory\/OwnTurn\.ts$/,
        "one listing goes on in a turn of the event loop"
      ],
      [/^src\/net\/Turns\.ts$/, "who has more to do goes on in a later turn"],
      [/^src\/net\/Peer\.ts$/, "who has sent a whole read is read on in the next turn"]
    ]
  ],
  ["queueMicrotask", []]
])

/** Who may read the wall clock, which is set back and forward: nothing that is a duration or an age goes by it. */
const readsWallClock: Exceptions = [
  [/^src\/services\/Clock\.ts$/, "hora_atual: what people read"],
  [/^src\/routes\/ServerRoutes\.ts$/, "TIME, as Redis tells it"],
  [/^src\/services\/ServerInfo\.ts$/, "INFO's server_time_usec"],
  [/^src\/http\/HttpDate\.ts$/, "the field Date, and with it what is not in the future yet"],
  [
    /^src\/services\/files\/directory\/DirectoryCache\.ts$/,
    "how long ago a file changed, which the file system tells by the wall clock"
  ],
  [/^src\/services\/files\/directory\/(?:EntryStats|index\/Folders)\.ts$/, "the same of folders"],
  [/^src\/services\/files\/s3\/sdk\/SignedGet\.ts$/, "a signature tells when it was made"],
  [
    /^src\/services\/files\/(?:directory\/watch\/Directory|s3\/watch\/Bucket)Changes\.ts$/,
    "the epoch of a log, which is another one after each start"
  ],
  [
    /^src\/client\/node\/(?:OpenPart|Leftovers)\.ts$/,
    "a part file's sign of life, which other processes compare with the wall clock"
  ]
]

/** `performance` and `setTimeout` go on with the monotonic clock; these do not. */
const wallClock = /^(?:Date\.now|Date\(\)|new Date\(\)|DateTime\.now.*|currentTime.*)$/

/** Who may use what of effect goes by the wall clock within, and why that is no harm. */
const keepsByWallClock: Exceptions = [
  [/^src\/(?:hashing\/Hash|services\/files\/directory\/index\/Read)Thread\.ts$/, "made without it"],
  [/^src\/services\/(?:ServerInfo|files\/s3\/S3Retry)\.ts$/, "asked without it"],
  [
    /^src\/(?:services\/files\/DigestCache|cli\/serve\/workers\/Worker)\.ts$/,
    "what is kept for ever, or not at all, is no matter of a clock"
  ]
]

/** As `usesOf` has them: `Cache.make`, `Pool.makeWithTTL`, `Schedule.fixed`. */
const keeping =
  /^(?:(?:Scoped)?Cache|Pool|RcMap|CircuitBreaker|RateLimiter|Effect|Schedule|Stream)\./

/** Every other library, and the only file that may import it. */
const libraries: ReadonlyMap<string, string> = new Map([
  ["cli-progress", "src/cli/client/progress/ProgressLines.ts"],
  ["uqr", "src/cli/serve/announcement/Announcement.ts"],
  ["@aws-sdk/client-s3", "src/services/files/s3/sdk/S3Sdk.ts"]
])

/** The one file outside `src` that code may read, for the version, and who may read it. */
const manifest = "package.json"
const readsManifest = new Set(["cli/serve", "main.ts", "demo.ts"])

/** Every module a source names, however it names it; an `import()` of anything but a literal is `?`. */
const importsOf = (file: string, text: string): ReadonlyArray<string> => {
  const { errors, imports } = usesOf(file, text)
  assert.deepStrictEqual(errors, [], `${file} does not parse`)
  return imports
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
  const [, ...parts] = file.split("/")
  for (let depth = parts.length; depth > 1; depth--) {
    const room = parts.slice(0, depth).join("/")
    if (mayImport.has(room)) return room
  }
  return parts[0] ?? file
}

/** What the table lets a room import that stands no lower than the room itself. */
const upwards = (table: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> => {
  const floors = [...table.keys()]
  return [...table].flatMap(([room, allowed]) =>
    allowed
      .filter((other) => !floors.slice(0, floors.indexOf(room)).includes(other))
      .map((other) => `${room} may import ${other}, which is no lower`)
  )
}

/** The most lines of a file, and of files in one folder, those in its subfolders left out. */
const mostLines = 300
const mostFiles = 12

/** Who may be longer, or hold more. */
const isLarge: Exceptions = []

const linesOf = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0)

/** What is too large to be read at one sitting, or found at a glance. */
const tooLarge = (sources: Sources): ReadonlyArray<string> => {
  const files = Map.groupBy(sources.keys(), (file) => posix.dirname(file))
  return [
    ...[...sources]
      .filter(([file, text]) => linesOf(text) > mostLines && !isAmong(isLarge, file))
      .map(([file, text]) => `${file} has ${linesOf(text)} lines, and may have ${mostLines}`),
    ...[...files]
      .filter(([folder, within]) => within.length > mostFiles && !isAmong(isLarge, folder))
      .map(([folder, within]) => `${folder} has ${within.length} files, and may have ${mostFiles}`)
  ]
}

/** Which of the host's globals a file uses, and whether it reads the wall clock, that may not. */
const wrongUses = (file: string, text: string): ReadonlyArray<string> =>
  usesOf(file, text)
    .uses.filter((use) => {
      if (wallClock.test(use)) return !isAmong(readsWallClock, file)
      if (keeping.test(use)) return !isAmong(keepsByWallClock, file)
      const exceptions = usesGlobal.get(use)
      if (exceptions === undefined || isAmong(exceptions, file)) return false
      return !(["Buffer", "process"].includes(use) && isAmong(seesTheHost, file))
    })
    .map((use) => `${file} uses ${use}: it is not among the files that may`)

/** The exceptions that none of the sources needs, of each rule. */
const idle = (sources: Sources): ReadonlyArray<string> => {
  const uses = new Map([...sources].map(([file, text]) => [file, usesOf(file, text).uses]))
  const unneeded = (exceptions: Exceptions, needs: (file: string) => boolean) =>
    exceptions
      .filter(([files]) => ![...sources.keys()].some((file) => files.test(file) && needs(file)))
      .map(([files]) => String(files))
  return [
    ...unneeded(
      seesTheHost,
      (file) =>
        importsOf(file, sources.get(file) ?? "").some(isHost)
        || uses.get(file)?.some((use) => use === "Buffer" || use === "process") === true
    ),
    ...[...usesGlobal].flatMap(([name, exceptions]) =>
      unneeded(exceptions, (file) => uses.get(file)?.includes(name) === true)
    ),
    ...unneeded(
      readsWallClock,
      (file) => uses.get(file)?.some((use) => wallClock.test(use)) === true
    ),
    ...unneeded(
      keepsByWallClock,
      (file) => uses.get(file)?.some((use) => keeping.test(use)) === true
    ),
    ...[...libraries]
      .filter(([name, file]) => !importsOf(file, sources.get(file) ?? "").includes(name))
      .map(([name]) => name)
  ]
}

/** What is wrong with one import of one file, if anything. */
const judge = (sources: Sources, file: string, specifier: string): string | undefined => {
  const room = roomOf(file)
  if (!isRelative(specifier)) {
    if (isEffect(specifier)) return undefined
    if (room === "domain") return "domain may import only effect"
    if (libraries.get(specifier) === file) return undefined
    if (!isHost(specifier)) return "src may import only effect, node:* and @effect/platform-node"
    return isAmong(seesTheHost, file)
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
    ...[...sources].flatMap(([file, text]) => wrongUses(file, text)),
    ...tooLarge(sources),
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
  it("is a building in which nobody may import upwards", () => {
    assert.strictEqual(upwards(mayImport).join("\n"), "")
  })

  it("keeps to who may import whom, who may see what, and how large things may be", () => {
    const sources = readSources()
    assert.isTrue(sources.has("src/main.ts"), "the scan did not find src/main.ts")
    assert.strictEqual(violations(sources).join("\n"), "")
  })

  it("needs each exception from the rules", () => {
    assert.deepStrictEqual(idle(readSources()), [])
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
      "src/cli/serve/Serve.ts imports ../../client/Client.ts: cli/serve may import only domain, commands, codec, telemetry, services, services/files/directory, services/files/s3, routes, Router.ts, net, guard, server, http, tls, cli"
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
    ],
    [
      "src/services/files/directory/DirectoryFileStore.ts",
      `import "../s3/S3FileStore.ts"`,
      "src/services/files/directory/DirectoryFileStore.ts imports ../s3/S3FileStore.ts: services/files/directory may import only domain, telemetry, threads, hashing, services"
    ],
    [
      "src/services/files/FileChanges.ts",
      `import "./s3/S3FileStore.ts"`,
      "src/services/files/FileChanges.ts imports ./s3/S3FileStore.ts: services may import only domain, telemetry, hashing"
    ],
    [
      "src/codec/Resp.ts",
      `export const empty = Buffer.alloc(0)`,
      "src/codec/Resp.ts uses Buffer: it is not among the files that may"
    ],
    [
      "src/codec/Resp.ts",
      `export type Bytes = Buffer`,
      "src/codec/Resp.ts uses Buffer: it is not among the files that may"
    ],
    [
      "src/server/Connection.ts",
      `export const name = process.pid`,
      "src/server/Connection.ts uses process: it is not among the files that may"
    ],
    ...[
      "setTimeout(run, 1)",
      "setInterval(run, 1)",
      "setImmediate(run)",
      "queueMicrotask(run)"
    ].map(
      (use) =>
        [
          "src/cli/serve/Serve.ts",
          `export const soon = (run: () => void) => ${use}`,
          `src/cli/serve/Serve.ts uses ${use.replace(/\(.*/, "")}: it is not among the files that may`
        ] as const
    ),
    [
      "src/cli/serve/Serve.ts",
      `export const now = () => performance.now()`,
      "src/cli/serve/Serve.ts uses performance: it is not among the files that may"
    ],
    ...[
      ["currentTimeMillis", "clock.currentTimeMillis"],
      ["currentTimeMillisUnsafe", "clock.currentTimeMillisUnsafe()"],
      ["currentTimeNanos", "clock.currentTimeNanos"],
      ["currentTimeNanosUnsafe", "clock.currentTimeNanosUnsafe()"],
      ["currentTimeMillis", "(({ currentTimeMillis }) => currentTimeMillis)(clock)"],
      ["currentTimeMillisUnsafe", "(({ currentTimeMillisUnsafe: now }) => now())(clock)"],
      ["Cache.make", "Cache.make({ lookup, timeToLive })"],
      ["Pool.makeWithTTL", "Pool.makeWithTTL({ acquire, timeToLive })"],
      ["CircuitBreaker.make", "CircuitBreaker.make({ openDuration })"],
      ["Effect.cachedWithTTL", "Effect.cachedWithTTL(effect, 1000)"],
      ["Schedule.fixed", "Schedule.fixed(1000)"],
      ["Stream.timeout", "Stream.timeout(stream, 1000)"],
      ["Date.now", "Date.now()"],
      ["Date()", "Date()"],
      ["new Date()", "new Date()"],
      ["DateTime.now", "DateTime.now"],
      ["DateTime.nowUnsafe", "DateTime.nowUnsafe()"]
    ].map(
      ([use = "", written = ""]) =>
        [
          "src/cli/serve/Serve.ts",
          `export const now = ${written}`,
          `src/cli/serve/Serve.ts uses ${use}: it is not among the files that may`
        ] as const
    ),
    ["src/codec/Resp.ts", "\n".repeat(301), "src/codec/Resp.ts has 301 lines, and may have 300"]
  ]
  for (const [file, text, why] of forbidden) {
    it(`refuse: ${why}`, () => {
      assert.include(judged({ "src/services/files/s3/S3FileStore.ts": "", [file]: text }), why)
    })
  }

  it("refuse more than a dozen files in one folder, those of its subfolders left out", () => {
    const files = (count: number, folder: string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`${folder}/${index}.ts`, "export {}"])
      )
    assert.deepStrictEqual(
      judged({ ...files(12, "src/guard"), ...files(12, "src/guard/inner") }),
      []
    )
    assert.deepStrictEqual(judged(files(13, "src/guard")), [
      "src/guard has 13 files, and may have 12"
    ])
  })

  it("refuse a table that lets a lower floor import a higher one, or itself", () => {
    const table = new Map([
      ["domain", ["codec"]],
      ["codec", ["domain", "codec"]]
    ])
    assert.deepStrictEqual(upwards(table), [
      "domain may import codec, which is no lower",
      "codec may import codec, which is no lower"
    ])
  })

  it("do not take a member, a key or a comment for a global", () => {
    assert.deepStrictEqual(
      judged({
        "src/codec/Resp.ts": `
          // Buffer, process
          interface Timer { setTimeout: (millis: number) => void }
          export const start = (timer: Timer) => timer.setTimeout(1)
          export const object = { process: 1, performance() {} }
          export const date = new Date(0)
          export const monotonic = clock.monotonicTimeNanosUnsafe()
          export const text = "Buffer"`
      }),
      []
    )
  })

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
