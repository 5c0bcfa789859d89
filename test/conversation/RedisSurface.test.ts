/** What this server has in common with a Redis: its read verbs, what it says of itself, and the programs that ask. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../src/domain/Address.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"
import { isInstalled, run, start } from "../support/programs/Programs.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder, version } from "../support/programs/TestServer.ts"

const many = Array.from({ length: 300 }, (_, index) => `muitos/${index}.txt`)

/** Larger than what is sent in one write. */
const large = Buffer.alloc(9 * 1024 * 1024, "x")

class Served extends Context.Service<
  Served,
  { readonly address: Address; readonly folder: string }
>()("test/Served") {
  static readonly layer = Layer.effect(
    Served,
    Effect.gen(function* () {
      const folder = yield* folderWith({
        "a.txt": "um",
        "b[1].txt": "dois",
        "ação.txt": "três",
        vazio: "",
        "grande.bin": large,
        ...Object.fromEntries(many.map((name) => [name, name]))
      })
      return { address: yield* serveFolder(folder), folder }
    })
  )
}

const listed = ["a.txt", "ação.txt", "b[1].txt", "grande.bin", ...many.toSorted(), "vazio"]

/** Everything the server says to these requests, sent together. */
const talk = (...requests: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.gen(function* () {
    const { address } = yield* Served
    const client = yield* connect(address, { allowHalfOpen: true })
    yield* client.send(requests.map((words) => request(...words)).join(""))
    yield* client.end
    return yield* client.rest
  })

const list = (...items: ReadonlyArray<string>) => `*${items.length}\r\n${items.join("")}`
const names = (...texts: ReadonlyArray<string>) => list(...texts.map(bulk))
const error = (text: string) => onWire(`-ERR ${text}\r\n`)

const fieldsOf = (info: string) =>
  new Map([...info.matchAll(/^([a-z_]+):(.*)\r$/gm)].map(([, key, value]) => [key, value] as const))

layer(Served.layer, { excludeTestServices: true })("the verbs of Redis", (it) => {
  it.effect("MGET answers in order, as often as asked, null for what is no file", () =>
    Effect.gen(function* () {
      const reply = yield* talk(["MGET", "a.txt", "nada", "vazio", "ação.txt", "a.txt", "../x"])
      assert.strictEqual(
        reply,
        list(bulk("um"), "$-1\r\n", bulk(""), bulk("três"), bulk("um"), "$-1\r\n")
      )
    })
  )

  it.effect("MGET sends files of any size, one after the other", () =>
    Effect.gen(function* () {
      const reply = yield* talk(["MGET", "grande.bin", "a.txt", "grande.bin", "nada"], ["PING"])
      const content = bulk(large.toString("latin1"))
      assert.isTrue(reply === `${list(content, bulk("um"), content, "$-1\r\n")}+PONG\r\n`)
    })
  )

  it.effect("KEYS finds by Redis's rules, across folders, sorted by bytes", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* talk(["KEYS", "*"]), names(...listed))
      assert.strictEqual(
        yield* talk(["KEYS", "m*9?.txt"]),
        names(...listed.filter((name) => /9\d\.txt$/.test(name)))
      )
      assert.strictEqual(yield* talk(["KEYS", "b\\[1].txt"]), names("b[1].txt"))
      assert.strictEqual(yield* talk(["KEYS", "b[1].txt"]), names())
      assert.strictEqual(yield* talk(["KEYS", "a????.txt"]), names())
      assert.strictEqual(
        yield* talk(["KEYS", "x".repeat(257)]),
        error("O padrão passa de 256 bytes.")
      )
    })
  )

  it.effect("SCAN goes through all names in calls, MATCH and TYPE choose among them", () =>
    Effect.gen(function* () {
      const scan = (...options: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const found: Array<string> = []
          let cursor = "0"
          do {
            const reply = yield* talk(["SCAN", cursor, ...options])
            const [, , next = "", , ...rest] = reply.split("\r\n")
            found.push(...rest.filter((line, index) => index % 2 === 1 && line !== ""))
            cursor = next
          } while (cursor !== "0")
          return found.sort()
        })
      const sorted = (texts: ReadonlyArray<string>) => texts.map(onWire).toSorted()
      assert.deepStrictEqual(yield* scan(), sorted(listed))
      assert.deepStrictEqual(yield* scan("COUNT", "1000"), sorted(listed))
      assert.deepStrictEqual(
        yield* scan("MATCH", "*1[0-9].txt", "COUNT", "50"),
        sorted(listed.filter((name) => /1\d\.txt$/.test(name)))
      )
      assert.deepStrictEqual(yield* scan("TYPE", "STRING", "COUNT", "99"), sorted(listed))
      assert.deepStrictEqual(yield* scan("TYPE", "hash", "COUNT", "99"), [])
      assert.strictEqual(yield* talk(["SCAN", "x"]), error("invalid cursor"))
      assert.strictEqual(yield* talk(["SCAN", "9007199254740991"]), list(bulk("0"), list()))
    })
  )

  it.effect("DBSIZE, TYPE and RANDOMKEY see files as keys", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* talk(["DBSIZE"]), `:${listed.length}\r\n`)
      assert.strictEqual(
        yield* talk(["TYPE", "ação.txt"], ["TYPE", "nada"], ["TYPE", ".."]),
        "+string\r\n+none\r\n+none\r\n"
      )
      const chosen = new Set(yield* Effect.replicateEffect(talk(["RANDOMKEY"]), 20))
      assert.isAbove(chosen.size, 1)
      for (const name of chosen) assert.include(listed.map(bulk), name)
    })
  )

  it.effect("TIME gives seconds and microseconds of the clock", () =>
    Effect.gen(function* () {
      const [, seconds, microseconds] =
        /^\*2\r\n\$10\r\n(\d{10})\r\n\$\d\r\n(\d{1,6})\r\n$/.exec(yield* talk(["TIME"])) ?? []
      assert.isDefined(microseconds)
      assert.closeTo(Number(seconds), Date.now() / 1000, 5)
    })
  )

  it.effect("those that write are refused in so many words, whatever their arguments", () =>
    Effect.gen(function* () {
      for (const words of [
        ["SET", "a", "b"],
        ["del"],
        ["FLUSHALL"],
        ["append", "a.txt", "x"],
        ["Expire", "a.txt", "1"]
      ]) {
        const name = words[0]?.toLowerCase()
        assert.strictEqual(
          yield* talk(words),
          error(`Servidor somente leitura: '${name}' não é aceito. (read-only server)`)
        )
      }
      assert.strictEqual(yield* talk(["GET", "a.txt"]), bulk("um"))
    })
  )

  it.effect(
    "CONFIG GET answers by patterns in any case, a map in RESP 3; nothing else is configured",
    () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* talk(["CONFIG", "GET", "save"]), names("save", ""))
        assert.strictEqual(
          yield* talk(["CONFIG", "GET", "APPEND*", "data*"]),
          names("appendonly", "no", "databases", "1")
        )
        assert.strictEqual(yield* talk(["CONFIG", "GET", "nada"]), list())
        assert.strictEqual(
          yield* talk(["CONFIG", "GET", "*".repeat(257)]),
          error("O padrão passa de 256 bytes.")
        )
        assert.isTrue(
          (yield* talk(["HELLO", "3"], ["CONFIG", "GET", "save"])).endsWith(
            `%1\r\n${bulk("save")}${bulk("")}`
          )
        )
        assert.strictEqual(
          yield* talk(["CONFIG", "SET", "save", "1"]),
          error("Servidor somente leitura: 'config|set' não é aceito. (read-only server)")
        )
      })
  )

  it.effect("CLIENT and the rest of the connection's answer what clients send on connecting", () =>
    Effect.gen(function* () {
      const unknown = "unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP."
      assert.strictEqual(
        yield* talk(
          ["READONLY"],
          ["READWRITE"],
          ["CLIENT", "NO-EVICT", "ON"],
          ["CLIENT", "MAINT_NOTIFICATIONS", "ON"]
        ),
        `+OK\r\n+OK\r\n+OK\r\n${error(unknown)}`
      )
      assert.match(
        yield* talk(["HELLO", "3", "SETNAME", "eu"], ["CLIENT", "INFO"]),
        /id=\d+ addr=127\.0\.0\.1:\d+ .*name=eu age=\d+ .*user=default redir=-1 resp=3\n\r\n$/
      )
    })
  )

  it.effect("INFO counts what happens", () =>
    Effect.gen(function* () {
      const { address } = yield* Served
      const ask = Effect.map(talk(["INFO"]), fieldsOf)
      const number = (fields: ReadonlyMap<string | undefined, string | undefined>, key: string) =>
        Number(fields.get(key))
      const before = yield* ask
      const idle = yield* connect(address)
      yield* idle.ask(request("PING"), "+PONG\r\n")
      yield* talk(["PING"], ["nada"], ["GET", "grande.bin"])
      const broken = yield* connect(address)
      yield* broken.send("*x\r\n")
      yield* broken.rest
      const after = yield* ask
      const grown = (key: string) => number(after, key) - number(before, key)
      assert.strictEqual(number(after, "tcp_port"), address.port)
      assert.strictEqual(after.get("sockets_version"), version)
      assert.strictEqual(grown("total_connections_received"), 4)
      // PING, PING, GET and the second INFO; what is no command is not counted.
      assert.strictEqual(grown("total_commands_processed"), 4)
      assert.strictEqual(grown("protocol_errors"), 1)
      assert.isAtLeast(number(after, "connected_clients"), 2)
      assert.isAtLeast(grown("total_net_output_bytes"), large.length)
      assert.isBelow(grown("total_net_output_bytes"), large.length + 2000)
      assert.strictEqual(
        grown("total_net_input_bytes"),
        [["PING"], ["PING"], ["nada"], ["GET", "grande.bin"], ["INFO"]]
          .map((words) => request(...words))
          .join("").length + "*x\r\n".length
      )
    })
  )

  it.effect("INFO forgets a connection when it is gone", () =>
    Effect.gen(function* () {
      const clients = Effect.map(talk(["INFO", "clients"]), (info) =>
        Number(fieldsOf(info).get("connected_clients"))
      )
      const before = yield* clients
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { address } = yield* Served
          const client = yield* connect(address)
          yield* client.ask(request("PING"), "+PONG\r\n")
          assert.isAtLeast(yield* clients, before)
          yield* client.send(request("QUIT"))
          yield* client.rest
        })
      )
      // The last ones leave a moment after their sockets.
      while ((yield* clients) > before) yield* Effect.yieldNow
    })
  )
})

const hasRedisCli = isInstalled("redis-cli")
const hasBenchmark = isInstalled("redis-benchmark")
// The script of util-linux; that of BSD and macOS takes other options.
const hasTerminal = hasRedisCli && process.platform === "linux" && isInstalled("script")

const redisCli = (...parameters: ReadonlyArray<string>) =>
  Effect.flatMap(Served, ({ address: { host, port } }) =>
    run("redis-cli", ["-h", host, "-p", String(port), ...parameters])
  )

const title = hasRedisCli ? "redis-cli" : "redis-cli (skipped: it is not installed)"
layer(Served.layer, { excludeTestServices: true })(title, (it) => {
  it.effect.skipIf(!hasRedisCli)("finds every file with --scan, and those of a pattern", () =>
    Effect.gen(function* () {
      const all = yield* redisCli("--scan")
      assert.sameMembers(all.stdout.trimEnd().split("\n"), listed)
      const some = yield* redisCli("--scan", "--pattern", "*99.txt")
      assert.sameMembers(some.stdout.trimEnd().split("\n"), [
        "muitos/99.txt",
        "muitos/199.txt",
        "muitos/299.txt"
      ])
    })
  )

  it.effect.skipIf(!hasRedisCli)("finds the biggest file with --bigkeys, and ends", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* redisCli("--bigkeys")
      assert.include(stdout, `Biggest string found '"grande.bin"' has ${large.length} bytes`)
      assert.include(stdout, `Sampled ${listed.length} keys in the keyspace!`)
      assert.strictEqual(code, 0)
    })
  )

  it.effect.skipIf(!hasRedisCli)("sees a file that has just come, and not one that has gone", () =>
    Effect.gen(function* () {
      const { folder } = yield* Served
      writeFileSync(join(folder, "novo.txt"), "novo")
      assert.include((yield* redisCli("--scan")).stdout.split("\n"), "novo.txt")
      rmSync(join(folder, "novo.txt"))
      assert.notInclude((yield* redisCli("--scan")).stdout.split("\n"), "novo.txt")
    })
  )

  it.effect.skipIf(!hasRedisCli)(
    "makes JSON of the documentation, in both versions of the protocol",
    () =>
      Effect.gen(function* () {
        const expected = {
          get: {
            summary: "Os bytes de um arquivo; nulo se ele não existe.",
            since: "0.1.0",
            group: "arquivos",
            arguments: [{ name: "nome", type: "key" }]
          }
        }
        const { stdout } = yield* redisCli("-3", "--json", "command", "docs", "get")
        assert.deepStrictEqual(JSON.parse(stdout), expected)
        const flat = yield* redisCli("-2", "--json", "command", "docs", "get")
        assert.match(flat.stdout, /^\["get",\["summary","Os bytes /)
      })
  )

  for (const [protocol, switches] of [
    ["RESP 2", ""],
    ["RESP 3", "-3 "]
  ] as const) {
    it.effect.skipIf(!hasTerminal)(
      `helps at a terminal with commands and groups, and completes names: ${protocol}`,
      () =>
        Effect.gen(function* () {
          const { address } = yield* Served
          const prompt = `${address.host}:${address.port}> `
          const line = `stty rows 50 cols 120; redis-cli ${switches}-h ${address.host} -p ${address.port}`
          const environment = { TERM: "xterm", REDISCLI_HISTFILE: "/dev/null" }
          const terminal = yield* start("script", ["-qec", line, "/dev/null"], environment)
          yield* terminal.waitFor(prompt)

          yield* terminal.write("help enviar_arquivo\r")
          yield* terminal.waitFor("ENVIAR_ARQUIVO")
          yield* terminal.waitFor("nome [INICIO byte] [TAMANHO bytes] [VERSAO versao]")
          yield* terminal.waitFor("Envia um arquivo, ou parte dele")
          yield* terminal.waitFor("arquivos")
          yield* terminal.waitFor(prompt)

          yield* terminal.write("help @arquivos\r")
          const group = yield* terminal.waitFor("TYPE")
          for (const name of ["ARQUIVO", "ENVIAR_ARQUIVO", "LISTAR_ARQUIVOS", "SCAN"])
            assert.include(group, name)
          assert.notInclude(group, "HELLO")
          yield* terminal.waitFor(prompt)

          yield* terminal.write("help client setname\r")
          yield* terminal.waitFor("Dá um nome à conexão.")
          yield* terminal.waitFor(prompt)

          yield* terminal.write("envi\t")
          yield* terminal.waitFor("ENVIAR_ARQUIVO")
          yield* terminal.write(" a.txt\r")
          yield* terminal.waitFor('"um"')
          yield* terminal.waitFor(prompt)
          yield* terminal.write("exit\r")
          assert.strictEqual((yield* terminal.finished).code, 0)
        })
    )
  }
})

const benchmark = hasBenchmark
  ? "redis-benchmark"
  : "redis-benchmark (skipped: it is not installed)"
layer(Served.layer, { excludeTestServices: true })(benchmark, (it) => {
  const measure = (...parameters: ReadonlyArray<string>) =>
    Effect.flatMap(Served, ({ address: { host, port } }) =>
      run("redis-benchmark", ["-h", host, "-p", String(port), "-n", "1000", "-q", ...parameters])
    )

  it.effect.skipIf(!hasBenchmark)("measures any command without a warning about CONFIG", () =>
    Effect.gen(function* () {
      for (const parameters of [["hora_atual"], ["-P", "16", "get", "a.txt"], ["-t", "get,ping"]]) {
        const { code, stderr, stdout } = yield* measure(...parameters)
        assert.match(stdout, /[\d.]+ requests per second/)
        assert.notMatch(stdout + stderr, /WARN|ERR|error/i)
        assert.strictEqual(code, 0)
      }
    })
  )
})

const secret = "segredo"

class Closed extends Context.Service<Closed, Address>()("test/Closed") {
  static readonly layer = Layer.effect(
    Closed,
    Effect.flatMap(folderWith({ "a.txt": "um" }), (folder) =>
      serveFolder(folder, { passwords: () => [Redacted.make(secret), Redacted.make("outro")] })
    )
  )
}

layer(Closed.layer, { excludeTestServices: true })("a server with a password", (it) => {
  const say = (...requests: ReadonlyArray<ReadonlyArray<string>>) =>
    Effect.gen(function* () {
      const client = yield* connect(yield* Closed, { allowHalfOpen: true })
      yield* client.send(requests.map((words) => request(...words)).join(""))
      yield* client.end
      return yield* client.rest
    })
  const required = "-NOAUTH Authentication required.\r\n"

  it.effect("answers nothing without it, not even that a file is missing", () =>
    Effect.gen(function* () {
      const asked = [
        ["GET", "a.txt"],
        ["GET", "nada"],
        ["LISTAR"],
        ["INFO"],
        ["COMMAND"],
        ["SAIR"],
        ["CLIENT", "ID"]
      ]
      assert.strictEqual(yield* say(...asked), required.repeat(asked.length))
    })
  )

  it.effect("answers everything with it, in one go, even a request too large for strangers", () =>
    Effect.gen(function* () {
      for (const password of [secret, "outro"]) {
        const reply = yield* say(
          ["AUTH", password],
          ["EXISTS", ...new Array<string>(50).fill("a.txt")],
          ["GET", "a.txt"]
        )
        assert.strictEqual(reply, `+OK\r\n:50\r\n${bulk("um")}`)
      }
    })
  )

  it.effect("forgets it on RESET", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* say(["AUTH", secret], ["RESET"], ["PING"]),
        `+OK\r\n+RESET\r\n${required}`
      )
    })
  )

  it.effect("ends the legacy conversation, which has no way to give one", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* Closed, { allowHalfOpen: true })
      // pickle.dumps(["ARQUIVO", "a.txt"], 2)
      yield* client.send(
        "\x80\x02]q\x00(X\x07\x00\x00\x00ARQUIVOq\x01X\x05\x00\x00\x00a.txtq\x02e."
      )
      yield* client.end
      const heard = yield* client.rest
      assert.include(heard, "Acesso negado.")
      assert.notInclude(heard, "um")
    })
  )

  it.effect.skipIf(!hasRedisCli)("lets redis-cli in with -a, and not without", () =>
    Effect.gen(function* () {
      const { host, port } = yield* Closed
      const ask = (...parameters: ReadonlyArray<string>) =>
        run("redis-cli", [
          "-h",
          host,
          "-p",
          String(port),
          "--no-auth-warning",
          ...parameters,
          "get",
          "a.txt"
        ])
      assert.strictEqual((yield* ask("-a", secret)).stdout, "um\n")
      assert.strictEqual((yield* ask("-3", "--user", "default", "--pass", secret)).stdout, "um\n")
      assert.include((yield* ask()).stdout, "NOAUTH")
      assert.include((yield* ask("-a", "errado")).stdout, "NOAUTH")
    })
  )
})
