/** Clients and tools of Redis that Debian has, each run once: what docs/clients.md says of them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../support/programs/App.ts"
import { freePort } from "../support/programs/FreePort.ts"
import { run, start } from "../support/programs/Programs.ts"
import { serveFolder } from "../support/programs/TestServer.ts"
import { folderWith, temporaryFolder } from "../support/stores/TemporaryFolder.ts"

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
    name: "predis",
    isThere: ["php", "-r", 'exit(@include "Predis/autoload.php" ? 0 : 1);'],
    ask: (port) => [
      "php",
      "-r",
      `require "Predis/autoload.php"; $c = new Predis\\Client(["port" => ${port}]);
       echo json_encode($c->transaction(fn($t) => [$t->strlen("a.bin"), $t->ttl("nada")]));
       foreach (new Predis\\Collection\\Iterator\\Keyspace($c) as $name) echo " $name";`
    ],
    prints: /^\[5000,-2\](?= .*a\.bin)(?= .*b\.txt)/
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
    name: "redis-cli --bigkeys",
    isThere: ["redis-cli", "--version"],
    ask: (port) => ["redis-cli", "-p", String(port), "--bigkeys"],
    prints: /Biggest string found '"a\.bin"' has 5000 bytes/
  },
  {
    name: "redis-cli --memkeys",
    isThere: ["redis-cli", "--version"],
    ask: (port) => ["redis-cli", "-p", String(port), "--memkeys"],
    prints: /Biggest string found '"a\.bin"' has 5000 bytes/
  }
]

/** A program that stands between this server and whoever asks it by HTTP. */
interface Gateway extends Pick<Client, "name" | "isThere"> {
  /** Runs it between the server and a port of its own, in a folder of its own. */
  readonly serve: (server: number, port: number, folder: string) => Client["isThere"]
  /** What it is asked, and what it says. */
  readonly asks: ReadonlyArray<readonly [path: string, says: ReadonlyArray<RegExp>]>
}

const gateways: ReadonlyArray<Gateway> = [
  {
    name: "prometheus-redis-exporter",
    isThere: ["prometheus-redis-exporter", "-version"],
    serve: (server, port) => [
      "prometheus-redis-exporter",
      `-redis.addr=redis://127.0.0.1:${server}`,
      `-web.listen-address=127.0.0.1:${port}`
    ],
    asks: [
      [
        "/metrics",
        [
          /^redis_up 1$/m,
          /^redis_exporter_last_scrape_error\{err=""\} 0$/m,
          /^redis_db_keys\{db="db0"\} 2$/m,
          /^redis_connected_clients 1$/m,
          /^redis_slowlog_length 0$/m
        ]
      ]
    ]
  },
  {
    name: "webdis",
    // It takes whatever it is given for a file's name, and serves.
    isThere: ["sh", "-c", "command -v webdis"],
    serve: (server, port, folder) => {
      const file = join(folder, "webdis.json")
      const options = { daemonize: false, http_host: "127.0.0.1", logfile: "/dev/null" }
      writeFileSync(file, JSON.stringify({ redis_port: server, http_port: port, ...options }))
      return ["webdis", file]
    },
    // What follows a dot in the last argument is a format, as which the answer is sent.
    asks: [
      ["/GET/b.txt.txt", [/^um$/]],
      ["/STRLEN/a.bin.json", [/^\{"STRLEN":5000\}$/]],
      ["/KEYS/*", [/^\{"KEYS":\["a\.bin","b\.txt"\]\}$/]],
      ["/LISTAR_ARQUIVOS/b*", [/^\{"LISTAR_ARQUIVOS":\["b\.txt"\]\}$/]]
    ]
  }
]

const serveTwo = Effect.gen(function* () {
  return yield* serveFolder(yield* folderWith({ "a.bin": Buffer.alloc(5000), "b.txt": "um" }))
})

const fetchText = (url: string) =>
  Effect.tryPromise(async () => (await fetch(url)).text()).pipe(
    // Until it listens.
    Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 500 })
  )

const succeeds = ([program, ...parameters]: Client["isThere"]): boolean =>
  spawnSync(program, parameters, { stdio: "ignore" }).status === 0

describe("clients and tools of others", () => {
  it("are those of the page, and no more", () => {
    const page = readFileSync(join(root, "docs/clients.md"), "utf8")
    const [, table = ""] = /## Run once by the tests\n(.*?)\n##/s.exec(page) ?? []
    assert.deepStrictEqual(
      [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name),
      [...clients, ...gateways].map(({ name }) => name)
    )
  })

  for (const { ask, input, isThere, name, prints } of clients) {
    const isMissing = !succeeds(isThere)
    it.live.skipIf(isMissing)(
      `work as they are: ${name}${isMissing ? " (skipped: it is not installed)" : ""}`,
      () =>
        Effect.gen(function* () {
          const { port } = yield* serveTwo
          const [program, ...parameters] = ask(port)
          const { stderr, stdout } = yield* run(program, parameters, input)
          assert.match(stdout, prints, stderr)
        })
    )
  }

  for (const { asks, isThere, name, serve } of gateways) {
    const isMissing = !succeeds(isThere)
    it.live.skipIf(isMissing)(
      `work as they are: ${name}${isMissing ? " (skipped: it is not installed)" : ""}`,
      () =>
        Effect.gen(function* () {
          const server = yield* serveTwo
          const port = yield* freePort()
          const [program, ...parameters] = serve(server.port, port, yield* temporaryFolder)
          yield* start(program, parameters)
          for (const [path, says] of asks) {
            const text = yield* fetchText(`http://127.0.0.1:${port}${path}`)
            for (const expected of says) assert.match(text, expected)
          }
        })
    )
  }
})
