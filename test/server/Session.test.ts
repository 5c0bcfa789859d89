import { assert, describe, it } from "@effect/vitest"
import { isSessionCommand } from "../../src/commands/Command.ts"
import * as Parser from "../../src/commands/Parser.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import { makeSession, withoutBytes } from "../../src/server/Session.ts"

const { Bulk, Dictionary, CloseAfterReply, Integer, List, Null, NoReply, SwitchProtocol } =
  Reply.Reply

/** Asks one session line after line, as a connection does; PING stands for what the session does not answer. */
const talk = (...lines: ReadonlyArray<string>): ReadonlyArray<Reply.Reply> => {
  const session = makeSession({ id: 7, version: "1.2.3" })
  return lines.map((line) => {
    const wanted = session.begin()
    const command = Parser.parse(line.split(" ").map(ByteString.fromText))
    if (command instanceof Error) return wanted ? Reply.error(command) : NoReply()
    if (isSessionCommand(command)) return session.answer(command)
    return wanted ? Reply.status("PONG") : NoReply()
  })
}

/** The reply to the last line. */
const last = (...lines: ReadonlyArray<string>): Reply.Reply => talk(...lines).at(-1) ?? NoReply()

const pong = Reply.status("PONG")
const error = (message: string, code = "ERR"): Reply.Reply => Reply.Reply.Error({ code, message })
const invalidName = error("Client names cannot contain spaces, newlines or special characters.")
const wrongPassword = error("invalid username-password pair or user is disabled.", "WRONGPASS")
const farewell = CloseAfterReply({ reply: Reply.ok })
const bulk = (value: string) => Bulk({ value: ByteString.unsafe(value) })

const greeting = (version: Reply.ProtocolVersion): Reply.Reply =>
  SwitchProtocol({
    version,
    reply: Dictionary({
      entries: [
        [ByteString.unsafe("server"), bulk("sockets-client-server")],
        [ByteString.unsafe("version"), bulk("1.2.3")],
        [ByteString.unsafe("proto"), Integer({ value: version })],
        [ByteString.unsafe("id"), Integer({ value: 7 })],
        [ByteString.unsafe("mode"), bulk("standalone")],
        [ByteString.unsafe("role"), bulk("master")],
        [ByteString.unsafe("modules"), List({ items: [] })]
      ]
    })
  })

/** Checked against redis-server 7.0.15, line by line. */
describe("CLIENT REPLY", () => {
  const quiet = NoReply()
  const conversations: ReadonlyArray<
    readonly [
      promise: string,
      conversation: ReadonlyArray<readonly [line: string, reply: Reply.Reply]>
    ]
  > = [
    [
      "ON is answered when replies are on",
      [
        ["client reply on", Reply.ok],
        ["ping", pong]
      ]
    ],
    [
      "OFF silences itself and all that follows, until ON, which is answered",
      [
        ["client reply off", quiet],
        ["ping", quiet],
        ["nada", quiet],
        ["client id", quiet],
        ["client reply on", Reply.ok],
        ["ping", pong]
      ]
    ],
    [
      "SKIP silences itself and the next",
      [
        ["client reply skip", quiet],
        ["ping", quiet],
        ["ping", pong]
      ]
    ],
    [
      "SKIP silences an error as well",
      [
        ["client reply skip", quiet],
        ["nada", quiet],
        ["ping", pong]
      ]
    ],
    [
      "SKIP after SKIP silences one more",
      [
        ["client reply skip", quiet],
        ["client reply skip", quiet],
        ["ping", quiet],
        ["ping", pong]
      ]
    ],
    [
      "ON ends a SKIP",
      [
        ["client reply skip", quiet],
        ["client reply on", Reply.ok],
        ["ping", pong]
      ]
    ],
    [
      "SKIP does not end OFF",
      [
        ["client reply off", quiet],
        ["client reply skip", quiet],
        ["ping", quiet],
        ["ping", quiet],
        ["client reply on", Reply.ok]
      ]
    ],
    [
      "OFF goes on after a SKIP",
      [
        ["client reply skip", quiet],
        ["client reply off", quiet],
        ["ping", quiet],
        ["ping", quiet]
      ]
    ],
    [
      "OFF ends with RESET, which is answered",
      [
        ["client reply off", quiet],
        ["reset", SwitchProtocol({ version: 2, reply: Reply.status("RESET") })],
        ["ping", pong]
      ]
    ],
    [
      "does not keep a silenced command from its effect",
      [
        ["client reply skip", quiet],
        ["client setname eu", quiet],
        ["client getname", bulk("eu")],
        ["client reply skip", quiet],
        ["hello 3", SwitchProtocol({ version: 3, reply: quiet })],
        ["hello", greeting(3)],
        ["client reply off", quiet],
        ["quit", CloseAfterReply({ reply: quiet })]
      ]
    ]
  ]
  for (const [promise, conversation] of conversations) {
    it(`${promise} (line by line)`, () => {
      assert.deepStrictEqual(
        talk(...conversation.map(([line]) => line)),
        conversation.map(([, reply]) => reply)
      )
    })
  }
})

describe("HELLO", () => {
  it("greets in the version asked for, and stays with it", () => {
    assert.deepStrictEqual(last("hello"), greeting(2))
    assert.deepStrictEqual(last("hello 3"), greeting(3))
    assert.deepStrictEqual(last("hello 3", "hello"), greeting(3))
    assert.deepStrictEqual(last("hello 3", "hello 2", "hello"), greeting(2))
  })

  it("changes nothing when it is refused", () => {
    assert.deepStrictEqual(talk("hello 3 setname a\tb", "client getname", "hello"), [
      invalidName,
      Null(),
      greeting(2)
    ])
    assert.deepStrictEqual(talk("hello 3 auth nobody x setname eu", "client getname", "hello"), [
      wrongPassword,
      Null(),
      greeting(2)
    ])
    assert.deepStrictEqual(last("hello 3", "hello 4", "hello"), greeting(3))
  })

  it("takes the default user with any password, as a Redis without one does", () => {
    assert.deepStrictEqual(last("hello 3 auth default anything"), greeting(3))
  })

  it("names the connection", () => {
    assert.deepStrictEqual(last("hello 2 setname eu", "client getname"), bulk("eu"))
  })
})

describe("a connection", () => {
  it("has no name until it is given one, and again after an empty one", () => {
    assert.deepStrictEqual(last("client getname"), Null())
    assert.deepStrictEqual(last("client setname eu", "client getname"), bulk("eu"))
    assert.deepStrictEqual(last("client setname eu", "client setname ", "client getname"), Null())
  })

  for (const name of ["a\nb", "a\tb", "\x00", "a\x7f", "ação", "\x1b[2J"]) {
    it(`is never named ${JSON.stringify(name)}, and keeps the name it had`, () => {
      assert.deepStrictEqual(
        talk("client setname eu", `client setname ${name}`, "client getname"),
        [Reply.ok, invalidName, bulk("eu")]
      )
    })
  }

  it("may be named with any visible sign of ASCII", () => {
    const name = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join(
      ""
    )
    assert.deepStrictEqual(last(`client setname ${name}`, "client getname"), bulk(name))
  })

  it("is told its number", () => {
    assert.deepStrictEqual(last("client id"), Integer({ value: 7 }))
  })

  it("may say what library it is", () => {
    assert.deepStrictEqual(talk("client setinfo lib-name x", "client setinfo LIB-VER 1"), [
      Reply.ok,
      Reply.ok
    ])
  })

  it("finds one database, numbered 0", () => {
    const outOfRange = error("DB index is out of range")
    assert.deepStrictEqual(talk("select 0", "select 1", "select -1"), [
      Reply.ok,
      outOfRange,
      outOfRange
    ])
  })

  it("needs no password, and is told so if it gives one without a name", () => {
    assert.deepStrictEqual(talk("auth default x", "auth nobody x"), [Reply.ok, wrongPassword])
    assert.match(JSON.stringify(last("auth x")), /without any password configured/)
  })

  it("is as new after RESET: version, name and replies", () => {
    const lines = [
      "hello 3 setname eu",
      "client reply off",
      "reset",
      "client getname",
      "ping",
      "hello"
    ]
    assert.deepStrictEqual(talk(...lines).slice(2), [
      SwitchProtocol({ version: 2, reply: Reply.status("RESET") }),
      Null(),
      pong,
      greeting(2)
    ])
  })

  it("hears a farewell as its last reply", () => {
    assert.deepStrictEqual(last("quit"), farewell)
    assert.deepStrictEqual(last("sair"), CloseAfterReply({ reply: Reply.status("Adeus!") }))
  })

  it("knows nothing of another's name or version", () => {
    talk("hello 3 setname eu")
    assert.deepStrictEqual(talk("client getname", "hello"), [Null(), greeting(2)])
  })
})

describe("a silenced reply", () => {
  it("sends nothing, and still ends the connection or switches the version", () => {
    assert.deepStrictEqual(withoutBytes(Reply.ok), NoReply())
    assert.deepStrictEqual(withoutBytes(farewell), CloseAfterReply({ reply: NoReply() }))
    assert.deepStrictEqual(
      withoutBytes(greeting(3)),
      SwitchProtocol({ version: 3, reply: NoReply() })
    )
  })
})
