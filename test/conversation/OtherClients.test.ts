/** Clients and tools of Redis that Debian has, each run once: what docs/clients.md says of them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../support/programs/App.ts"
import { run } from "../support/programs/Programs.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

interface Client {
  /** As the page names it. */
  readonly name: string
  /** Whether it is there: a program that succeeds. */
  readonly isThere: readonly [program: string, ...parameters: ReadonlyArray<string>]
  /** Asks the server at 127.0.0.1. */
  readonly ask: (port: number) => readonly [program: string, ...parameters: ReadonlyArray<string>]
  readonly input?: string
  readonly prints: RegExp
}

/** Each library sends a transaction: the size of a file, and how long one lives that is not there. */
const clients: ReadonlyArray<Client> = [
  {
    name: "php-redis",
    isThere: ["php", "-r", 'exit(class_exists("Redis") ? 0 : 1);'],
    ask: (port) => [
      "php",
      "-r",
      `$r = new Redis(); $r->connect("127.0.0.1", ${port});
       echo json_encode($r->multi()->strlen("a.bin")->ttl("nada")->get("nada")->exec());`
    ],
    prints: /^\[5000,-2,false\]$/
  },
  {
    name: "ruby-redis",
    isThere: ["ruby", "-e", 'require "redis"'],
    ask: (port) => [
      "ruby",
      "-e",
      `require "redis"; r = Redis.new(port: ${port})
       p r.multi { |t| t.strlen("a.bin"); t.ttl("nada"); t.get("nada") }`
    ],
    prints: /^\[5000, -2, nil\]\n$/
  },
  {
    name: "Redis.pm",
    isThere: ["perl", "-MRedis", "-e", "1"],
    ask: (port) => [
      "perl",
      "-MRedis",
      "-e",
      `my $r = Redis->new(server => "127.0.0.1:${port}");
       $r->multi; $r->strlen("a.bin"); $r->ttl("nada"); print join(" ", $r->exec)`
    ],
    prints: /^5000 -2$/
  },
  {
    name: "redis-lua",
    isThere: ["lua5.1", "-e", 'require "redis"'],
    ask: (port) => [
      "lua5.1",
      "-e",
      `local c = require("redis").connect("127.0.0.1", ${port})
       local r = c:transaction(function(t) t:strlen("a.bin") t:ttl("nada") end)
       print(r[1], r[2])`
    ],
    prints: /^5000\t-2\n$/
  },
  {
    name: "iredis",
    isThere: ["iredis", "--version"],
    ask: (port) => ["iredis", "-p", String(port)],
    input: "STRLEN a.bin\nTTL a.bin\nOBJECT ENCODING a.bin\n",
    prints: /5000\n-1\n"?raw"?\n/
  },
  {
    name: "redis-cli --memkeys",
    isThere: ["redis-cli", "--version"],
    ask: (port) => ["redis-cli", "-p", String(port), "--memkeys"],
    prints: /Biggest string found '"a\.bin"' has 5000 bytes/
  }
]

const succeeds = ([program, ...parameters]: Client["isThere"]): boolean =>
  spawnSync(program, parameters, { stdio: "ignore" }).status === 0

describe("clients and tools of others", () => {
  it("are those of the page, and no more", () => {
    const page = readFileSync(join(root, "docs/clients.md"), "utf8")
    const [, table = ""] = /## Run once by the tests\n(.*?)\n##/s.exec(page) ?? []
    assert.deepStrictEqual(
      [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name),
      clients.map(({ name }) => name)
    )
  })

  for (const { ask, input, isThere, name, prints } of clients) {
    const isMissing = !succeeds(isThere)
    it.live.skipIf(isMissing)(
      `work as they are: ${name}${isMissing ? " (skipped: it is not installed)" : ""}`,
      () =>
        Effect.gen(function* () {
          const { port } = yield* serveFolder(
            yield* folderWith({ "a.bin": Buffer.alloc(5000), "b.txt": "um" })
          )
          const [program, ...parameters] = ask(port)
          const { stderr, stdout } = yield* run(program, parameters, input)
          assert.match(stdout, prints, stderr)
        })
    )
  }
})
