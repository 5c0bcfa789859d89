import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { type Command, isSessionCommand, needsNoPassword } from "../../src/commands/Command.ts"
import * as Parser from "../../src/commands/Parser.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"
import { makeAuthenticator } from "../../src/guard/Authenticator.ts"
import { makeSession } from "../../src/server/Session.ts"
import * as Arbitraries from "../support/values/Arbitraries.ts"

const secrets = ["foobar", "sénha"].map((password) => Redacted.make(password))
const authenticator = makeAuthenticator(() => secrets)

/** Asks one session line after line; tells after each whether the session is open. */
const talk = (
  ...lines: ReadonlyArray<string>
): ReadonlyArray<readonly [answer: string, open: boolean]> => {
  const session = makeSession({ id: 1, version: "1.2.3", authenticator })
  return lines.map((line) => {
    session.begin()
    const command = Parser.parse(line.split(" ").map(ByteString.fromText))
    if (command instanceof Error || !isSessionCommand(command)) throw new Error(line)
    const reply = session.answer(command)
    return [reply._tag === "Error" ? reply.code : reply._tag, session.isAuthenticated] as const
  })
}

describe("a session with a password", () => {
  it("is closed until the right one is given, any of them", () => {
    assert.deepStrictEqual(talk("auth x", "auth foobar"), [
      ["WRONGPASS", false],
      ["Status", true]
    ])
    assert.deepStrictEqual(talk("auth default sénha"), [["Status", true]])
    assert.deepStrictEqual(talk("hello 3 auth default foobar"), [["SwitchProtocol", true]])
  })

  it("stays closed for other users, and for what is almost the password", () => {
    for (const given of [
      "nobody foobar",
      "default fooba",
      "default foobarf",
      "default foobarfoobar",
      "default "
    ]) {
      assert.deepStrictEqual(talk(`auth ${given}`), [["WRONGPASS", false]], given)
    }
  })

  it("answers HELLO only with the password, and stays in RESP 2 without", () => {
    const session = makeSession({ id: 1, version: "1.2.3", authenticator })
    const hello = {
      _tag: "Hello",
      version: 3,
      credentials: undefined,
      clientName: ByteString.unsafe("eu")
    } as const
    const reply = session.answer(hello)
    assert.isTrue(
      reply._tag === "Error"
        && reply.code === "NOAUTH"
        && reply.message.startsWith("HELLO must be called")
    )
    assert.deepStrictEqual(session.answer({ _tag: "ClientGetName" }), Reply.Reply.Null())
  })

  it("takes nothing from who got in when a later password is wrong", () => {
    assert.deepStrictEqual(talk("auth foobar", "auth x", "hello 3 auth default x"), [
      ["Status", true],
      ["WRONGPASS", true],
      ["WRONGPASS", true]
    ])
  })

  it("is closed again after RESET", () => {
    assert.deepStrictEqual(talk("auth foobar", "reset"), [
      ["Status", true],
      ["SwitchProtocol", false]
    ])
  })

  it("does not open for a HELLO that is refused for its name", () => {
    assert.deepStrictEqual(talk("hello 3 auth default foobar setname a\tb"), [["ERR", false]])
  })
})

describe("before the password", () => {
  it.prop(
    "nothing may be asked but AUTH, HELLO, QUIT and RESET",
    [Arbitraries.command],
    ([command]: readonly [Command]) => {
      assert.strictEqual(
        needsNoPassword(command._tag),
        ["Authenticate", "Hello", "Quit", "Reset"].includes(command._tag)
      )
    }
  )
})

describe("passwords", () => {
  it.prop(
    "open for themselves, and for nothing else",
    [Arbitraries.text, Arbitraries.text],
    ([password, other]) => {
      const { accept, required } = makeAuthenticator(() => [Redacted.make(password)])
      assert.isTrue(required)
      assert.isTrue(accept(undefined, ByteString.fromText(password)))
      assert.strictEqual(accept(undefined, ByteString.fromText(other)), other === password)
      assert.isFalse(accept(ByteString.unsafe("nobody"), ByteString.fromText(password)))
    },
    { arbitrary: { runs: 500 } }
  )

  it("are not asked for where there are none", () => {
    assert.isFalse(makeAuthenticator(() => []).required)
    assert.isTrue(makeAuthenticator(() => []).accept(undefined, ByteString.unsafe("x")))
    assert.isFalse(
      makeAuthenticator(() => []).accept(ByteString.unsafe("nobody"), ByteString.unsafe("x"))
    )
  })

  it("are not shown by what is printed", () => {
    assert.notInclude(JSON.stringify(authenticator), "foobar")
  })
})
