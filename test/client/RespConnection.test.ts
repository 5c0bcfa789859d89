import { NodeSocket } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, Layer, Option, Stream } from "effect"
import { Socket } from "effect/socket"
import { TestClock } from "effect/testing"
import { Connection, type IncomingBody, ErrorReply } from "../../src/client/Connection.ts"
import * as RespConnection from "../../src/client/RespConnection.ts"
import { ConnectFailed, SlowTransfer } from "../../src/client/SocketIO.ts"
import { MalformedReply } from "../../src/codec/resp/RespTokens.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import type { Address } from "../../src/domain/Address.ts"
import * as FakeServer from "../support/fakes/FakeServer.ts"
import { refusing } from "../support/peers/Refusing.ts"

const { breaks, ends, fileReply } = FakeServer

const words = (...texts: ReadonlyArray<string>): ReadonlyArray<ByteString.ByteString> =>
  texts.map(ByteString.fromText)
const time = words("hora_atual")
const sendFile = words("enviar_arquivo", "file1.txt")

const readTimeout = Duration.seconds(15)

/** A connection to the address until the scope closes. */
const connect = ({ host, port }: Address, minRate?: number) =>
  Effect.map(
    Layer.build(
      RespConnection.layer({ readTimeout, minRate }).pipe(
        Layer.provide(Layer.effect(Socket.Socket, NodeSocket.makeNet({ host, port })))
      )
    ),
    (context): Connection["Service"] => Context.get(context, Connection)
  )

/** A connection to a server that behaves like this. */
const talk = (script: FakeServer.Script) =>
  Effect.gen(function* () {
    const server = yield* FakeServer.make(script)
    return { server, client: yield* connect(server.address) }
  })

/** All of a body, as latin1. */
const wholeOf = ({ bytes }: IncomingBody) =>
  Stream.runFold(
    bytes,
    () => "",
    (text, part) => text + ByteString.fromBytes(part)
  )

/** One reply to each of `count` requests that are answered like this. */
const replies = (script: FakeServer.Script, count = script.answers.length) =>
  Effect.gen(function* () {
    const { client } = yield* talk(script)
    yield* client.send(Array.from({ length: count }, () => time))
    return yield* Effect.replicateEffect(client.receive, count)
  })

/** Why there is no file in what is said to a request for one. */
const fileError = (answer: FakeServer.Answer) =>
  Effect.gen(function* () {
    const { client } = yield* talk({ answers: [answer] })
    yield* client.send([sendFile])
    return yield* Effect.flip(Effect.flatMap(client.receiveFile, wholeOf))
  })

describe("a client", () => {
  it.effect("greets with its first request, and waits for no answer to that", () =>
    Effect.gen(function* () {
      // Nothing is said until both have come.
      const { client, server } = yield* talk({ greeting: "", answers: ["%0\r\n$1\r\nx\r\n"] })
      yield* client.send([time])
      assert.deepStrictEqual(yield* client.receive, Reply.text("x"))
      assert.deepStrictEqual(
        server.asked.map((request) => request._tag),
        ["Hello", "Time"]
      )
    })
  )

  it.effect("greets once", () =>
    Effect.gen(function* () {
      const { client, server } = yield* talk({ answers: ["+1\r\n", "+2\r\n"] })
      for (const text of ["1", "2"]) {
        yield* client.send([time])
        assert.deepStrictEqual(yield* client.receive, Reply.status(text))
      }
      assert.deepStrictEqual(
        server.asked.map((request) => request._tag),
        ["Hello", "Time", "Time"]
      )
    })
  )

  it.effect("has many requests on their way at once, answered in their order", () =>
    Effect.gen(function* () {
      const answers = Array.from({ length: 500 }, (_, index) => `:${index}\r\n`)
      const all = yield* replies({ answers })
      assert.deepStrictEqual(
        all,
        answers.map((_, value) => Reply.Reply.Integer({ value }))
      )
    })
  )

  it.effect("has requests answered in their order that were sent apart", () =>
    Effect.gen(function* () {
      const { client } = yield* talk({
        answers: ["+1\r\n", fileReply("file1.txt", "olá"), "-NOTFOUND no\r\n", "+4\r\n"]
      })
      for (const request of [time, sendFile, sendFile, time]) yield* client.send([request])
      assert.deepStrictEqual(yield* client.receive, Reply.status("1"))
      assert.strictEqual(yield* wholeOf(yield* client.receiveFile), "olá")
      assert.strictEqual((yield* Effect.flip(client.receiveFile))._tag, "ErrorReply")
      assert.deepStrictEqual(yield* client.receive, Reply.status("4"))
    })
  )

  it.effect("closes its connection with its scope", () =>
    Effect.gen(function* () {
      const server = yield* FakeServer.make({ answers: ["+OK\r\n"] })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const client = yield* connect(server.address)
          yield* client.send([time])
          yield* client.receive
        })
      )
      yield* server.left
    })
  )

  it.effect("closes its connection when it is interrupted while it waits", () =>
    Effect.gen(function* () {
      const server = yield* FakeServer.make({ answers: [] })
      const waiting = yield* Effect.forkChild(
        Effect.scoped(
          Effect.gen(function* () {
            const client = yield* connect(server.address)
            yield* client.send([time])
            return yield* client.receive
          })
        )
      )
      yield* server.connection
      yield* Fiber.interrupt(waiting)
      yield* server.left
    })
  )

  it.effect("says that no connection could be made where nobody listens", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(connect(yield* refusing()))
      assert.instanceOf(error, ConnectFailed)
      assert.isFalse(error.timedOut)
    })
  )
})

describe("a server that does not speak RESP 3", () => {
  for (const greeting of ["-NOPROTO sorry\r\n", "-NOPROTO\r\n"]) {
    it.effect(`is understood in RESP 2: ${JSON.stringify(greeting)}`, () =>
      Effect.gen(function* () {
        const [missing, details] = yield* replies({
          greeting,
          answers: ["$-1\r\n", "*2\r\n$7\r\ntamanho\r\n:7\r\n"]
        })
        assert.deepStrictEqual(missing, Reply.Reply.Null())
        assert.deepStrictEqual(
          details,
          Reply.Reply.List({ items: [Reply.text("tamanho"), Reply.Reply.Integer({ value: 7 })] })
        )
      })
    )
  }
})

describe("a refusal", () => {
  const notFound = "-NOTFOUND Arquivo n\xc3\xa3o encontrado!\r\n"
  const code = "NOTFOUND"
  const message = "Arquivo não encontrado!"

  it.effect("is a reply like others where a reply is asked for", () =>
    Effect.gen(function* () {
      const [refusal, next] = yield* replies({ answers: [notFound, "+OK\r\n"] })
      assert.deepStrictEqual(refusal, Reply.Reply.Error({ code, message }))
      assert.deepStrictEqual(next, Reply.ok)
    })
  )

  it.effect("is an error where a file or a content is asked for, and the next reply is read", () =>
    Effect.gen(function* () {
      const { client } = yield* talk({ answers: [notFound, notFound, "+OK\r\n"] })
      yield* client.send([sendFile, sendFile, time])
      const refused = new ErrorReply({ code, message })
      assert.deepStrictEqual(yield* Effect.flip(client.receiveFile), refused)
      assert.deepStrictEqual(yield* Effect.flip(client.receiveContent), refused)
      assert.deepStrictEqual(yield* client.receive, Reply.ok)
      assert.isFalse(client.isRefused())
    })
  )

  it.effect("of the connection itself is an error, whatever was asked", () =>
    Effect.gen(function* () {
      for (const receive of ["receive", "receiveFile", "receiveContent"] as const) {
        const { client } = yield* talk({ greeting: ends("-ERR max clients\r\n"), answers: [] })
        yield* client.send([sendFile])
        assert.deepStrictEqual(
          yield* Effect.flip<unknown, unknown, never>(client[receive]),
          new ErrorReply({ code: "ERR", message: "max clients" })
        )
        assert.isTrue(client.isRefused())
      }
    })
  )
})

describe("a file", () => {
  it.effect("arrives with its name, its size and its bytes, whatever they are", () =>
    Effect.gen(function* () {
      const content = "\r\n\0\xff$-1\r\n".repeat(50_000)
      const { client } = yield* talk({ answers: [fileReply("a\xc3\xa7\xc3\xa3o", content)] })
      yield* client.send([sendFile])
      const file = yield* client.receiveFile
      assert.strictEqual(file.name, ByteString.fromText("ação"))
      assert.strictEqual(file.size, content.length)
      // Compared by hand: a difference this long is not worth printing.
      assert.isTrue((yield* wholeOf(file)) === content)
    })
  )

  it.effect("may have no bytes", () =>
    Effect.gen(function* () {
      const { client } = yield* talk({ answers: [fileReply("a", ""), "+OK\r\n"] })
      yield* client.send([sendFile, time])
      const file = yield* client.receiveFile
      assert.strictEqual(file.size, 0)
      assert.strictEqual(yield* wholeOf(file), "")
      assert.deepStrictEqual(yield* client.receive, Reply.ok)
    })
  )

  const content = "x".repeat(200_000)
  const part = (body: IncomingBody) => Stream.runHead(body.bytes)
  for (const [what, look] of [
    ["before its first byte", () => Effect.void],
    ["in its middle", part],
    ["at its end", wholeOf]
  ] as const) {
    it.effect(`that is abandoned ${what} is skipped before the next reply`, () =>
      Effect.gen(function* () {
        const { client } = yield* talk({
          answers: [
            fileReply("a", content),
            fileReply("b", content),
            `$${content.length}\r\n${content}\r\n`,
            "+OK\r\n"
          ]
        })
        yield* client.send([sendFile, sendFile, sendFile, time])
        yield* look(yield* client.receiveFile)
        const next = yield* client.receiveFile
        assert.strictEqual(next.name, "b")
        yield* look(next)
        const last = yield* client.receiveContent
        assert.strictEqual(last?.size, content.length)
        if (last !== undefined) yield* look(last)
        assert.deepStrictEqual(yield* client.receive, Reply.ok)
      })
    )
  }

  const unlike: ReadonlyArray<readonly [what: string, bytes: string]> = [
    ["a status", "+OK\r\n"],
    ["a number", ":1\r\n"],
    ["null", "_\r\n"],
    ["null of RESP 2", "*-1\r\n"],
    ["content without a name", "$3\r\nabc\r\n"],
    ["a list of one", "*1\r\n$1\r\na\r\n"],
    ["a list of three", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"],
    ["an empty list", "*0\r\n"],
    ["a dictionary", "%2\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n"],
    ["a name that is null", "*2\r\n$-1\r\n$1\r\nb\r\n"],
    ["a name that is a status", "*2\r\n+a\r\n$1\r\nb\r\n"],
    ["a name that is a list", "*2\r\n*1\r\n$1\r\na\r\n$1\r\nb\r\n"],
    ["a name that is longer than any", `*2\r\n$4097\r\n${"a".repeat(4097)}\r\n$1\r\nb\r\n`],
    ["bytes that are null", "*2\r\n$1\r\na\r\n_\r\n"],
    ["bytes that are a number", "*2\r\n$1\r\na\r\n:1\r\n"],
    ["bytes that are refused", "*2\r\n$1\r\na\r\n-ERR no\r\n"]
  ]
  for (const [what, bytes] of unlike) {
    it.effect(`is not taken from ${what}`, () =>
      Effect.map(fileError(bytes), (error) =>
        assert.deepStrictEqual(
          error,
          new MalformedReply({ reason: "the reply has another shape than the command's" })
        )
      )
    )
  }

  const broken: ReadonlyArray<readonly [reason: string, bytes: string]> = [
    ["unknown type of reply", "HTTP/1.1 400 Bad Request\r\n"],
    ["invalid length of an aggregate", "*x\r\n"],
    ["invalid bulk length", "*2\r\n$-7\r\n"],
    ["a bulk string is longer than announced", "*2\r\n$1\r\nabc\r\n$1\r\nb\r\n"],
    ["a line is too long", "+".repeat(70_000)]
  ]
  for (const [reason, bytes] of broken) {
    it.effect(`is not taken from what is no RESP: ${reason}`, () =>
      Effect.map(fileError(bytes), (error) =>
        assert.deepStrictEqual(error, new MalformedReply({ reason }))
      )
    )
  }
})

describe("content", () => {
  it.effect("is a bulk string's bytes, or nothing where the reply is null", () =>
    Effect.gen(function* () {
      const { client } = yield* talk({
        answers: ["$3\r\nabc\r\n", "_\r\n", "$-1\r\n", "$0\r\n\r\n"]
      })
      yield* client.send([time, time, time, time])
      const contents: Array<string | undefined> = []
      for (let left = 4; left > 0; left--) {
        const content = yield* client.receiveContent
        contents.push(content === undefined ? undefined : yield* wholeOf(content))
      }
      assert.deepStrictEqual(contents, ["abc", undefined, undefined, ""])
    })
  )

  for (const bytes of ["+OK\r\n", ":1\r\n", "*0\r\n", "*1\r\n$1\r\na\r\n", "%0\r\n"]) {
    it.effect(`is not taken from another reply: ${JSON.stringify(bytes)}`, () =>
      Effect.gen(function* () {
        const { client } = yield* talk({ answers: [bytes] })
        yield* client.send([time])
        const error = yield* Effect.flip(client.receiveContent)
        assert.strictEqual(error._tag, "MalformedReply")
      })
    )
  }
})

describe("a connection that ends", () => {
  const places: ReadonlyArray<readonly [where: string, script: FakeServer.Script]> = [
    ["instead of a greeting", { greeting: ends(""), answers: [] }],
    ["in the greeting", { greeting: ends("%1\r\n$1"), answers: [] }],
    ["instead of a reply", { answers: [ends("")] }],
    ["in a line", { answers: [ends("+O")] }],
    ["in a list", { answers: [ends("*2\r\n+OK\r\n")] }],
    ["in a text", { answers: [ends("$10\r\nabc")] }],
    ["by a reset, instead of a reply", { answers: [breaks("")] }],
    ["by a reset, in a reply", { answers: [breaks("*2\r\n+OK\r\n")] }]
  ]
  for (const [where, script] of places) {
    it.effect(`${where} is lost`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(replies(script, 1))
        assert.strictEqual(error._tag, "ConnectionLost")
      })
    )
  }

  const inFile: ReadonlyArray<readonly [where: string, bytes: string]> = [
    ["before its name", "*2\r\n"],
    ["in its name", "*2\r\n$9\r\nfile"],
    ["before its size", "*2\r\n$9\r\nfile1.txt\r\n"],
    ["before its bytes", "*2\r\n$9\r\nfile1.txt\r\n$10\r\n"],
    ["in its bytes", "*2\r\n$9\r\nfile1.txt\r\n$10\r\nabc"]
  ]
  for (const [where, bytes] of inFile) {
    for (const end of [ends, breaks]) {
      it.effect(`${end === breaks ? "by a reset " : ""}in a file, ${where}, is lost`, () =>
        Effect.map(fileError(end(bytes)), (error) =>
          assert.strictEqual(error._tag, "ConnectionLost")
        )
      )
    }
  }

  it.effect("after a reply has given that reply, and is lost for the next", () =>
    Effect.gen(function* () {
      const { client } = yield* talk({ answers: [ends("+Adeus!\r\n")] })
      yield* client.send([time, time])
      assert.deepStrictEqual(yield* client.receive, Reply.status("Adeus!"))
      assert.strictEqual((yield* Effect.flip(client.receive))._tag, "ConnectionLost")
    })
  )

  it.live("and was seen to end is lost for the next question, and does not hold it", () =>
    Effect.gen(function* () {
      const { client, server } = yield* talk({ answers: [ends("+OK\r\n")] })
      yield* client.send([time])
      yield* client.receive
      yield* server.left
      yield* client.send([time])
      assert.strictEqual((yield* Effect.flip(client.receive))._tag, "ConnectionLost")
    })
  )
})

describe("a server that is connected and says nothing", () => {
  /** What becomes of `effect` when nothing happens for as long as the client is patient, and not a moment earlier. */
  const outlasted = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(effect, { startImmediately: true })
      yield* TestClock.adjust(Duration.subtract(readTimeout, Duration.millis(1)))
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(Duration.millis(1))
      return yield* Effect.flip(Fiber.join(waiting))
    })

  it.effect("is told from a lost connection, whether it never spoke or stopped in mid-reply", () =>
    Effect.gen(function* () {
      const { client, server } = yield* talk({ greeting: "", answers: [] })
      yield* client.send([time])
      const error = yield* outlasted(client.receive)
      assert.strictEqual(error._tag, "ReadTimeout")
      assert.strictEqual(error._tag === "ReadTimeout" ? error.seconds : 0, 15)
      assert.strictEqual((yield* server.connection).destroyed, false)
    })
  )

  it.effect("in the middle of a file is told likewise", () =>
    Effect.gen(function* () {
      const { client } = yield* talk({ answers: ["*2\r\n$1\r\na\r\n$10\r\nabc"] })
      yield* client.send([sendFile])
      const file = yield* client.receiveFile
      const some = yield* Stream.runHead(file.bytes)
      assert.deepStrictEqual(Option.map(some, ByteString.fromBytes), Option.some("abc"))
      const error = yield* outlasted(Stream.runDrain(file.bytes))
      assert.strictEqual(error._tag, "ReadTimeout")
    })
  )

  it.effect("for a while, again and again, is waited for as long as it goes on", () =>
    Effect.gen(function* () {
      const { client, server } = yield* talk({ answers: ["*2\r\n$1\r\na\r\n$3\r\n"] })
      yield* client.send([sendFile])
      const { bytes } = yield* client.receiveFile
      const socket = yield* server.connection
      const pull = yield* Stream.toPull(bytes)
      for (const byte of "abc") {
        const next = yield* Effect.forkChild(pull, { startImmediately: true })
        yield* TestClock.adjust(Duration.seconds(14))
        socket.write(byte)
        assert.deepStrictEqual((yield* Fiber.join(next)).map(ByteString.fromBytes), [
          ByteString.unsafe(byte)
        ])
      }
    })
  )
})

describe("a server that sends less than the least rate", () => {
  /** A file whose bytes arrive so many at a time, with as many seconds before each; what becomes of it. */
  const drip = Effect.fnUntraced(function* (bytes: string, seconds: number, times: number) {
    const announced = bytes.length * times
    const server = yield* FakeServer.make({
      answers: [`*2\r\n$1\r\na\r\n$${announced}\r\n`, "+OK\r\n"]
    })
    const client = yield* connect(server.address, 1024)
    yield* client.send([sendFile])
    const file = yield* client.receiveFile
    const socket = yield* server.connection
    const pull = yield* Stream.toPull(file.bytes)
    for (let time = 1; time <= times; time++) {
      const next = yield* Effect.forkChild(Effect.exit(pull), { startImmediately: true })
      yield* TestClock.adjust(Duration.seconds(seconds))
      socket.write(bytes)
      const exit = yield* Fiber.join(next)
      if (Exit.isFailure(exit))
        return { time, error: Option.getOrUndefined(Exit.findErrorOption(exit)) }
    }
    return undefined
  })

  it.effect("over 30 seconds of a reply is a loss of its own kind", () =>
    Effect.gen(function* () {
      const ended = yield* drip("ab", 1, 60)
      // The first bytes begin the measurement; they may come together with the reply to HELLO.
      assert.include([30, 31], ended?.time)
      assert.instanceOf(ended?.error, SlowTransfer)
    })
  )

  it.effect("is read on while it sends as much as that", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* drip("x".repeat(1024), 1, 65))
    })
  )

  it.effect("may take long over many replies, each of which comes at once", () =>
    Effect.gen(function* () {
      const server = yield* FakeServer.make({ answers: ["+OK\r\n"] })
      const client = yield* connect(server.address, 1024)
      yield* Effect.andThen(client.send([time]), client.receive)
      const socket = yield* server.connection
      for (let asked = 0; asked < 6; asked++) {
        const reply = yield* Effect.forkChild(client.receive, { startImmediately: true })
        yield* TestClock.adjust(Duration.seconds(14))
        socket.write("+OK\r\n")
        assert.deepStrictEqual(yield* Fiber.join(reply), Reply.ok)
      }
    })
  )
})
