/** Every command over the wire, byte for byte: by each of its names, with what can be wrong about it. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import { createHash } from "node:crypto"
import { utimesSync } from "node:fs"
import { join } from "node:path"
import { entries } from "../../src/commands/Parser.ts"
import type { Address } from "../../src/domain/Address.ts"
import { bulk, onWire, request } from "../support/values/Bytes.ts"
import { connect } from "../support/peers/RawSocket.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"
import { serveFolder, version } from "../support/programs/TestServer.ts"

const content = "abcdefghij"
const large = Buffer.alloc(300_000, "0123456789abcdef!")
const modified = new Date("2024-03-09T12:34:56.789Z")

class Served extends Context.Service<Served, Address>()("test/Served") {
  static readonly layer = Layer.effect(
    Served,
    Effect.gen(function* () {
      const files = {
        "a.txt": content,
        "Relatório de março.txt": "",
        "pasta/b.txt": "b",
        grande: large
      }
      const folder = yield* folderWith(files)
      utimesSync(join(folder, "a.txt"), modified, modified)
      return yield* serveFolder(folder)
    })
  )
}

/** Everything the server says to these requests, given as words with a blank between them. */
const talk = (...lines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const client = yield* connect(yield* Served, { allowHalfOpen: true })
    yield* client.send(lines.map((line) => request(...line.split(" "))).join(""))
    yield* client.end
    return yield* client.rest
  })

const names = ["Relatório de março.txt", "a.txt", "grande", "pasta/b.txt"]
const list = (...items: ReadonlyArray<string>) => `*${items.length}\r\n${items.map(bulk).join("")}`
const file = (name: string, bytes: string) => `*2\r\n${bulk(name)}${bulk(bytes)}`
const error = (text: string) => onWire(`-${text}\r\n`)
const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex")
const changed = error("CHANGED Arquivo mudou; recomece.")
const notFound = error("NOTFOUND Arquivo não encontrado!")

/** Redis 7.0.15 answers alike, but for a `last` before the first byte, where it sends the first byte all the same. */
const ranges: ReadonlyArray<readonly [range: string, bytes: string]> = [
  ["0 -1", content],
  ["0 0", "a"],
  ["0 -10", "a"],
  ["-3 -1", "hij"],
  ["-100 -1", content],
  ["5 3", ""],
  ["-1 -3", ""],
  ["9 20", "j"],
  ["10 20", ""],
  ["3 -2", "defghi"],
  ["-3 100", "hij"],
  ["-100 2", "abc"],
  [`0 ${Number.MAX_SAFE_INTEGER}`, content]
]

const cases: ReadonlyArray<readonly [request: string, reply: string]> = [
  ["dados", bulk("Servidor online 24 horas")],
  ["CONSULTA", bulk("Servidor online 24 horas")],
  ["listar_arquivos", list(...names)],
  ["LISTAR", list(...names)],
  ["Listar *.txt", list("Relatório de março.txt", "a.txt")],
  ["listar **/*.txt", list("Relatório de março.txt", "a.txt", "pasta/b.txt")],
  ["listar APOS a.txt", list("grande", "pasta/b.txt")],
  ["listar LIMITE 1", list("Relatório de março.txt")],
  ["listar LIMITE 0", list()],
  ["listar * APOS a LIMITE 1", list("a.txt")],
  ["listar LIMITE x", error("ERR LIMITE deve ser um número inteiro, zero ou maior.")],
  [`listar ${"*".repeat(257)}`, error("ERR O padrão passa de 256 bytes.")],
  ["enviar_arquivo a.txt", file("a.txt", content)],
  ["arquivo pasta/b.txt", file("pasta/b.txt", "b")],
  ["arquivo a.txt INICIO 3", file("a.txt", content.slice(3))],
  ["arquivo a.txt INICIO 3 TAMANHO 2", file("a.txt", "de")],
  ["arquivo a.txt TAMANHO 0", file("a.txt", "")],
  ["arquivo a.txt TAMANHO 99", file("a.txt", content)],
  ["arquivo a.txt INICIO 10", file("a.txt", "")],
  ["arquivo a.txt INICIO 11", error("RANGE Início além do fim do arquivo; tamanho 10.")],
  ["arquivo a.txt VERSAO x", changed],
  ["arquivo nada VERSAO x", notFound],
  ["arquivo a.txt INICIO -1", error("ERR INICIO deve ser um número inteiro, zero ou maior.")],
  ["arquivo a.txt NADA 1", error("ERR Opção inválida 'NADA'.")],
  ["arquivo", error("ERR wrong number of arguments for 'arquivo' command")],
  ["soma_arquivo a.txt", bulk(sha256(content))],
  ["SOMA grande", bulk(sha256(large))],
  ["soma a.txt VERSAO x", changed],
  ["soma nada", notFound],
  ["finalizar_conexao", "+Adeus!\r\n"],
  ["SAIR", "+Adeus!\r\n"],
  ["get a.txt", bulk(content)],
  ["get nada", "$-1\r\n"],
  ...ranges.flatMap(([range, bytes]) => [
    [`getrange a.txt ${range}`, bulk(bytes)] as const,
    [`SUBSTR a.txt ${range}`, bulk(bytes)] as const
  ]),
  ["getrange nada 0 -1", bulk("")],
  ["strlen a.txt", ":10\r\n"],
  ["strlen nada", ":0\r\n"],
  ["exists a.txt nada a.txt", ":2\r\n"],
  ["ping", "+PONG\r\n"],
  ["ping olá", bulk("olá")],
  ["echo olá", bulk("olá")],
  ["client id x", error("ERR wrong number of arguments for 'client|id' command")],
  ["nada", error("ERR Comando desconhecido. (unknown command 'nada')")],
  ["a\tb\x1b[2J", error("ERR Comando desconhecido. (unknown command 'a b [2J')")],
  ["x".repeat(300), error(`ERR Comando desconhecido. (unknown command '${"x".repeat(128)}')`)],
  ["quit", "+OK\r\n"]
]

layer(Served.layer, { excludeTestServices: true })("the answer", (it) => {
  for (const [line, reply] of cases) {
    it.effect(`is right to the byte: ${JSON.stringify(line.slice(0, 50))}`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* talk(line), reply)
      })
    )
  }

  it.effect("to a name with blanks and accents is the file, by array and by quoted line", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* Served)
      const reply = file("Relatório de março.txt", "")
      assert.strictEqual(
        yield* client.ask(request("ARQUIVO", "Relatório de março.txt"), reply),
        reply
      )
      assert.strictEqual(
        yield* client.ask(onWire('arquivo "Relatório de março.txt"\r\n'), reply),
        reply
      )
    })
  )

  it.effect("to details is the file's size, time and version, a map in RESP 3", () =>
    Effect.gen(function* () {
      const inTwo = yield* talk("detalhes a.txt")
      const start = `${bulk("nome")}${bulk("a.txt")}${bulk("tamanho")}:10\r\n${bulk("modificado")}${bulk("2024-03-09T12:34:56.789Z")}${bulk("versao")}`
      assert.isTrue(inTwo.startsWith(`*8\r\n${start}`), inTwo)
      const inThree = yield* talk("hello 3", "detalhes_arquivo a.txt")
      assert.isTrue(inThree.endsWith(`%4\r\n${inTwo.slice("*8\r\n".length)}`), inThree)
    })
  )

  it.effect("with the version that details tell is the file itself, and its digest", () =>
    Effect.gen(function* () {
      const token = (yield* talk("detalhes a.txt")).split("\r\n").at(-2) ?? ""
      assert.strictEqual(yield* talk(`arquivo a.txt VERSAO ${token}`), file("a.txt", content))
      assert.strictEqual(yield* talk(`soma a.txt VERSAO ${token}`), bulk(sha256(content)))
    })
  )

  it.effect("for a large file is all of it, or the part asked for", () =>
    Effect.gen(function* () {
      const whole = large.toString("latin1")
      assert.isTrue((yield* talk("get grande")) === bulk(whole))
      assert.isTrue(
        (yield* talk("arquivo grande INICIO 100 TAMANHO 200000"))
          === file("grande", whole.slice(100, 200_100))
      )
      assert.isTrue((yield* talk("getrange grande -100000 -2")) === bulk(whole.slice(-100_000, -1)))
    })
  )

  it.effect("to the time is the local time now, between before and after", () =>
    Effect.gen(function* () {
      const local = () => new Date().toTimeString().slice(0, 8)
      for (const name of ["hora_atual", "HORA"]) {
        const before = local()
        const reply = yield* talk(name)
        const after = local()
        assert.match(reply, /^\$8\r\n\d\d:\d\d:\d\d\r\n$/)
        const told = reply.slice("$8\r\n".length, -2)
        // At midnight `after` is the smaller one.
        assert.isTrue(
          before <= after ? before <= told && told <= after : told >= before || told <= after,
          told
        )
      }
    })
  )

  it.effect("to HELLO tells who the server is, in the version asked for", () =>
    Effect.gen(function* () {
      const client = yield* connect(yield* Served)
      yield* client.send("HELLO 3\r\n")
      const greeting = yield* client.takeThrough("*0\r\n")
      const start = `%7\r\n${bulk("server")}${bulk("sockets-client-server")}${bulk("version")}${bulk(version)}${bulk("proto")}:3\r\n${bulk("id")}:`
      assert.isTrue(greeting.startsWith(start), greeting)
      assert.strictEqual(yield* client.ask("GET nada\r\n", "_\r\n"), "_\r\n")
      assert.strictEqual(
        yield* client.ask("RESET\r\nGET nada\r\n", "+RESET\r\n$-1\r\n"),
        "+RESET\r\n$-1\r\n"
      )
    })
  )

  it.effect("to a pattern has hidden names in it where they are shared", () =>
    Effect.gen(function* () {
      const folder = yield* folderWith({ ".oculto": "x", ".git/config": "x", a: "" })
      const client = yield* connect(yield* serveFolder(folder, { hidden: true }))
      for (const [pattern, reply] of [
        ["*", list(".oculto", "a")],
        ["**", list(".git/config", ".oculto", "a")],
        ["*/config", list(".git/config")]
      ] as const) {
        assert.strictEqual(yield* client.ask(request("LISTAR", pattern), reply), reply)
      }
    })
  )

  it.effect("to COMMAND is the list of all of them", () =>
    Effect.gen(function* () {
      const reply = yield* talk("command")
      assert.isTrue(reply.startsWith(`*${(yield* talk("command count")).slice(1)}*10\r\n`))
      for (const { name } of entries) assert.include(reply, `*10\r\n${bulk(name)}`)
    })
  )

  it.effect("to CLIENT ID is another on every connection", () =>
    Effect.gen(function* () {
      const replies = [yield* talk("client id"), yield* talk("client id")]
      const numbers = replies.map((reply) =>
        Schema.decodeUnknownSync(Schema.NumberFromString)(reply.slice(1, -2))
      )
      assert.strictEqual(new Set(numbers).size, 2)
    })
  )
})
