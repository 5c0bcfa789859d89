/** The client against servers of the original's kind: a real Python one, and some that misbehave. */
import { NodeSocket } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { Socket } from "effect/socket"
import { TestClock } from "effect/testing"
import type { Socket as NetSocket } from "node:net"
import { fileURLToPath } from "node:url"
import { Connection, type IncomingBody, ErrorReply } from "../../src/client/Connection.ts"
import * as PickleConnection from "../../src/client/PickleConnection.ts"
import { MalformedReply } from "../../src/codec/resp/RespTokens.ts"
import * as Parser from "../../src/commands/Parser.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import type { Address } from "../../src/domain/Address.ts"
import { listening } from "../support/fakes/Listening.ts"
import { latin1 } from "../support/values/Bytes.ts"
import { list, none, read, text } from "../support/values/Pickles.ts"
import { isInstalled, start } from "../support/programs/Programs.ts"
import { folderWith } from "../support/stores/TemporaryFolder.ts"

const hasPython = isInstalled("python3")

const words = (...texts: ReadonlyArray<string>): ReadonlyArray<ByteString.ByteString> =>
  texts.map(ByteString.fromText)

const readTimeout = Duration.seconds(15)

/** A connection to the address until the scope closes. */
const connect = ({ host, port }: Address) =>
  Effect.map(
    Layer.build(
      PickleConnection.layer({ readTimeout }).pipe(
        Layer.provide(Layer.effect(Socket.Socket, NodeSocket.makeNet({ host, port })))
      )
    ),
    (context): Connection["Service"] => Context.get(context, Connection)
  )

const wholeOf = ({ bytes }: IncomingBody) =>
  Stream.runFold(
    bytes,
    () => "",
    (text, part) => text + ByteString.fromBytes(part)
  )

const image = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 251)
const program = fileURLToPath(new URL("../fixtures/original_server.py", import.meta.url))

/** A Python server over some files; what it prints after its port is what it was asked, and its goodbyes. */
const original = Effect.fnUntraced(function* (...options: ReadonlyArray<string>) {
  const folder = yield* folderWith({ "ação.txt": "conteúdo", "imagem.png": image, vazio: "" })
  const server = yield* start("python3", [program, folder, ...options])
  return { server, address: { host: "127.0.0.1", port: Number(yield* server.waitFor("\n")) } }
})

/** Asks, and reads the reply. */
const ask = (client: Connection["Service"], ...texts: ReadonlyArray<string>) =>
  Effect.andThen(client.send([words(...texts)]), client.receive)

const refusal = (code: string, message: string) => Reply.Reply.Error({ code, message })
const unknown = refusal("ERR", "Comando desconhecido.")
const missing = refusal("NOTFOUND", "Arquivo não encontrado!")
const names = Reply.Reply.List({ items: ["ação.txt", "imagem.png", "vazio"].map(Reply.text) })

describe("an original server", () => {
  it.live.skipIf(!hasPython)("is asked under its own names for the five commands", () =>
    Effect.gen(function* () {
      const { address, server } = yield* original()
      const client = yield* connect(address)
      const asked: ReadonlyArray<ReadonlyArray<string>> = [
        ["dados"],
        ["consulta"],
        ["hora_atual"],
        ["listar_arquivos"],
        ["arquivo", "nada"],
        ["finalizar_conexao"]
      ]
      for (const texts of asked) yield* ask(client, ...texts)
      const heard = yield* server.waitFor("SAIR None\n")
      assert.strictEqual(
        heard,
        "CONSULTA None\nCONSULTA None\nHORA None\nLISTAR None\nARQUIVO nada\nSAIR None\n"
      )
    })
  )

  it.live.skipIf(!hasPython)("answers with texts, names and refusals", () =>
    Effect.gen(function* () {
      const client = yield* connect((yield* original()).address)
      assert.deepStrictEqual(yield* ask(client, "CONSULTA"), Reply.text("Servidor online 24 horas"))
      assert.deepStrictEqual(yield* ask(client, "LISTAR"), names)
      assert.deepStrictEqual(yield* ask(client, "ARQUIVO", "nada"), missing)
      assert.deepStrictEqual(yield* ask(client, "PING"), unknown)
      assert.deepStrictEqual(yield* ask(client, "GET", "ação.txt"), unknown)
      assert.deepStrictEqual(yield* ask(client, "SAIR"), Reply.text("Adeus!"))
    })
  )

  it.live.skipIf(!hasPython)("sends files of any size, byte for byte, as they are read", () =>
    Effect.gen(function* () {
      const client = yield* connect((yield* original()).address)
      const contents = {
        "ação.txt": latin1(ByteString.fromText("conteúdo")),
        "imagem.png": image,
        vazio: latin1("")
      }
      for (const [name, content] of Object.entries(contents)) {
        yield* client.send([words("enviar_arquivo", name)])
        const file = yield* client.receiveFile
        assert.deepStrictEqual([file.name, file.size], [ByteString.fromText(name), content.length])
        assert.isTrue((yield* wholeOf(file)) === Buffer.from(content).toString("latin1"), name)
      }
      assert.deepStrictEqual(yield* ask(client, "LISTAR"), names)
    })
  )

  it.live.skipIf(!hasPython)("is asked one question at a time, though many are sent at once", () =>
    Effect.gen(function* () {
      const client = yield* connect((yield* original()).address)
      yield* client.send(Array.from({ length: 50 }, () => words("LISTAR")))
      assert.deepStrictEqual(
        yield* Effect.replicateEffect(client.receive, 50),
        new Array(50).fill(names)
      )
    })
  )

  it.live.skipIf(!hasPython)("may send a file that nobody reads, and is understood after it", () =>
    Effect.gen(function* () {
      const client = yield* connect((yield* original()).address)
      yield* client.send([words("ARQUIVO", "imagem.png"), words("LISTAR")])
      const file = yield* client.receiveFile
      yield* Stream.runDrain(Stream.take(file.bytes, 1))
      assert.deepStrictEqual(yield* client.receive, names)
      assert.strictEqual(yield* wholeOf(file), "")
    })
  )

  it.live.skipIf(!hasPython)(
    "says goodbye when our side is closed, before the connection is gone",
    () =>
      Effect.gen(function* () {
        const { address, server } = yield* original()
        yield* Effect.scoped(Effect.flatMap(connect(address), (client) => ask(client, "LISTAR")))
        assert.strictEqual(yield* server.waitFor("Adeus!\n"), "LISTAR None\nAdeus!\n")
      })
  )

  it.live.skipIf(!hasPython)(
    "that hangs up after every reply is called again for the next question",
    () =>
      Effect.gen(function* () {
        const { address, server } = yield* original("once")
        const client = yield* connect(address)
        yield* client.send([
          words("LISTAR"),
          words("ARQUIVO", "imagem.png"),
          words("nada"),
          words("LISTAR")
        ])
        assert.deepStrictEqual(yield* client.receive, names)
        assert.strictEqual((yield* wholeOf(yield* client.receiveFile)).length, image.length)
        assert.deepStrictEqual(yield* client.receive, unknown)
        assert.deepStrictEqual(yield* client.receive, names)
        yield* server.waitFor("LISTAR None\nARQUIVO imagem.png\nnada None\nLISTAR None\n")
      })
  )
})

/**
 * A server that says this to whatever it hears, one after the other. After the last it ends the connection, stays
 * until we end it, or clings to it even then.
 */
const fake = Effect.fnUntraced(function* (
  answer: string | ReadonlyArray<string>,
  after: "ends" | "stays" | "clings" = "ends"
) {
  const answers = [answer].flat()
  const heard: Array<string> = []
  const asked = yield* Deferred.make<void>()
  const ended = yield* Deferred.make<void>()
  const accept = (socket: NetSocket): void => {
    socket.on("end", () => {
      if (after !== "clings") socket.end()
      Deferred.doneUnsafe(ended, Effect.void)
    })
    socket.on("data", (bytes) => {
      const turn = (heard.push(bytes.toString("latin1")) - 1) % answers.length
      socket.write(answers[turn] ?? "", "latin1")
      if (after === "ends" && turn === answers.length - 1) socket.end()
      Deferred.doneUnsafe(asked, Effect.void)
    })
  }
  return {
    address: yield* listening(accept, { allowHalfOpen: true }),
    heard,
    asked: Deferred.await(asked),
    ended: Deferred.await(ended)
  }
})

const file = (name: string, content: string, end = "\x86.") =>
  `\x80\x03X${String.fromCharCode(name.length)}\0\0\0${name}C${String.fromCharCode(content.length)}${content}${end}`

describe("a question", () => {
  it.live("is a pickled list of a verb and an argument or None, in protocol 3", () =>
    Effect.gen(function* () {
      const server = yield* fake("N.", "stays")
      const client = yield* connect(server.address)
      for (const asked of [["hora_atual"], ["enviar_arquivo", "ação"], ["Eco", "a b"], [""]]) {
        yield* ask(client, ...asked)
      }
      assert.isTrue(server.heard.every((pickle) => pickle.startsWith("\x80\x03")))
      assert.deepStrictEqual(read(server.heard.map(latin1)).values, [
        list(text("HORA"), none),
        list(text("ARQUIVO"), text("ação")),
        list(text("Eco"), text("a b")),
        list(text(""), none)
      ])
    })
  )

  it.live("with more than one argument is not sent, and refused in its turn", () =>
    Effect.gen(function* () {
      const server = yield* fake("\x80\x03X\x01\0\0\0a.")
      const client = yield* connect(server.address)
      yield* client.send([
        words("consulta"),
        words("listar", "*.txt"),
        words("arquivo", "a", "INICIO", "1"),
        words("exists", "a", "b")
      ])
      assert.deepStrictEqual(yield* client.receive, Reply.text("a"))
      const listing = yield* client.receive
      assert.isTrue(listing._tag === "Error" && listing.code === "ONEARGUMENT")
      const refused = yield* Effect.flip(client.receiveFile)
      assert.isTrue(refused instanceof ErrorReply && refused.code === "ONEARGUMENT")
      assert.strictEqual((yield* client.receive)._tag, "Error")
      assert.strictEqual(server.heard.length, 1)
    })
  )

  it.live("for at most so many names takes that many of all that come", () =>
    Effect.gen(function* () {
      const server = yield* fake("](X\x01\0\0\0aX\x01\0\0\0be.")
      const client = yield* connect(server.address)
      const asked = Parser.print({
        _tag: "List",
        pattern: undefined,
        after: undefined,
        limit: 1,
        fields: undefined,
        digest: undefined
      })
      yield* client.send([asked])
      assert.deepStrictEqual(yield* client.receive, Reply.Reply.List({ items: [Reply.text("a")] }))
    })
  )
})

describe("a server that hung up after its reply", () => {
  it.live("is called again, though the client has long seen that it is gone", () =>
    Effect.gen(function* () {
      const server = yield* fake("N.")
      const client = yield* connect(server.address)
      yield* ask(client, "CONSULTA")
      yield* server.ended
      assert.deepStrictEqual(yield* ask(client, "CONSULTA"), Reply.Reply.Null())
      assert.strictEqual(server.heard.length, 2)
    })
  )

  it.live("and is gone for good is a lost connection", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const server = yield* fake("N.").pipe(Scope.provide(scope))
      const client = yield* connect(server.address)
      yield* ask(client, "CONSULTA")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Effect.flip(ask(client, "CONSULTA")))._tag, "ConnectionLost")
    })
  )
})

describe("an answer", () => {
  const answers = Effect.fnUntraced(function* (answer: string) {
    const client = yield* connect((yield* fake(answer)).address)
    yield* client.send([words("arquivo", "a")])
    return client
  })

  it.live("may be None", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* (yield* answers("N.")).receive, Reply.Reply.Null())
    })
  )

  it.live("that is a sentence where a file was asked for is a refusal, whatever it says", () =>
    Effect.gen(function* () {
      const said = yield* Effect.flip((yield* answers("VSem permissao\n.")).receiveFile)
      assert.isTrue(
        said instanceof ErrorReply && said.code === "ERR" && said.message === "Sem permissao"
      )
    })
  )

  it.live("of another shape, or that could run something, is not understood", () =>
    Effect.gen(function* () {
      const strange = [
        "](N]e.",
        "(NC\x01at.",
        "cos\nsystem\n.",
        file("a", "b"),
        "\x80\x06",
        "}.",
        "K\x01."
      ]
      for (const answer of strange) {
        const error = yield* Effect.flip((yield* answers(answer)).receive)
        assert.instanceOf(error, MalformedReply, answer)
      }
      for (const answer of [
        "N.",
        "].",
        "C\x01a.",
        "NC\x01a\x86.",
        `X\x01\x10\0\0${"n".repeat(4097)}C\0\x86.`
      ]) {
        const error = yield* Effect.flip((yield* answers(answer)).receiveFile)
        assert.instanceOf(error, MalformedReply, answer)
      }
    })
  )

  it.live("that is a file is whole only with the pickle around it", () =>
    Effect.gen(function* () {
      for (const end of ["\x85.", "N\x87.", "0.", "}"]) {
        const incoming = yield* (yield* answers(file("a", "bc", end))).receiveFile
        assert.instanceOf(yield* Effect.flip(wholeOf(incoming)), MalformedReply, end)
      }
      for (const cut of [
        file("a", "bc", ""),
        file("a", "bc", "\x86"),
        file("a", "bc").slice(0, -3)
      ]) {
        const incoming = yield* (yield* answers(cut)).receiveFile
        assert.strictEqual((yield* Effect.flip(wholeOf(incoming)))._tag, "ConnectionLost", cut)
      }
    })
  )

  it.live("cut off anywhere is a lost connection, and not asked for again", () =>
    Effect.gen(function* () {
      for (const before of [[], ["N."]]) {
        const server = yield* fake([...before, "](X\x01\0\0\0a"])
        const client = yield* connect(server.address)
        for (const _ of before) yield* ask(client, "CONSULTA")
        assert.strictEqual((yield* Effect.flip(ask(client, "LISTAR")))._tag, "ConnectionLost")
        assert.strictEqual(server.heard.length, before.length + 1)
      }
    })
  )

  it.effect("that does not come for too long is a silent server", () =>
    Effect.gen(function* () {
      const server = yield* fake("", "stays")
      const client = yield* connect(server.address)
      const asking = yield* Effect.forkChild(Effect.flip(ask(client, "LISTAR")))
      yield* server.asked
      yield* TestClock.adjust(readTimeout)
      assert.strictEqual((yield* Fiber.join(asking))._tag, "ReadTimeout")
    })
  )
})

describe("the end", () => {
  it.effect("waits for a goodbye, but not for ever", () =>
    Effect.gen(function* () {
      const server = yield* fake("N.", "clings")
      const scope = yield* Scope.make()
      const client = yield* connect(server.address).pipe(Scope.provide(scope))
      yield* ask(client, "CONSULTA")
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* server.ended
      assert.isUndefined(closing.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(closing)
    })
  )

  it.effect("waits for nothing after a failure", () =>
    Effect.gen(function* () {
      const server = yield* fake("N.", "clings")
      const scope = yield* Scope.make()
      const client = yield* connect(server.address).pipe(Scope.provide(scope))
      yield* ask(client, "CONSULTA")
      yield* Scope.close(scope, Exit.fail("interrupted"))
      yield* server.ended
    })
  )
})
