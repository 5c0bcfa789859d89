/**
 * What a connection remembers between its commands, and the commands that change it: HELLO, AUTH, CLIENT, SELECT,
 * RESET and the farewells. Nothing here knows bytes or sockets.
 */
import { SessionCommand } from "../domain/Command.ts"
import { BadArgument, type CommandError, WrongPassword } from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import * as Word from "../domain/Word.ts"

/** What the session says of the server in HELLO. */
export interface Identity {
  /** The connection's number, counted from 1. */
  readonly id: number
  /** The server's version, such as `1.2.3`. */
  readonly version: string
}

/** The memory of one connection. */
export interface Session {
  /** Begins the next request, whatever it is, and tells whether its reply is wanted (CLIENT REPLY). */
  readonly begin: () => boolean
  /** Answers a command about the connection; silently if `begin` said so and the command does not change that. */
  readonly answer: (command: SessionCommand) => Reply.Reply
}

const adeus = Reply.status("Adeus!")
const isDefaultUser = (user: Word.Word | undefined): boolean =>
  user === undefined || user === "default"

const noPasswordConfigured = new BadArgument({
  text:
    "AUTH <password> called without any password configured for the default user. "
    + "Are you sure your configuration is correct?"
})
const invalidName = new BadArgument({
  text: "Client names cannot contain spaces, newlines or special characters."
})
const noSuchIndex = new BadArgument({ text: "DB index is out of range" })

/** A copy that does not keep the whole request it was cut from in memory. */
const ownCopy = (word: Word.Word): Word.Word => Word.fromBytes(Word.toBytes(word))

/** Nothing to send, but the same effect on what follows. */
export const silenced = (reply: Reply.Reply): Reply.Reply =>
  reply._tag === "Farewell" || reply._tag === "SwitchProtocol"
    ? { ...reply, reply: Reply.Reply.Silence() }
    : Reply.Reply.Silence()

/** The session of a connection that has just been accepted. */
export const makeSession = ({ id, version: serverVersion }: Identity): Session => {
  let version: Reply.ProtocolVersion = 2
  let name = Word.unsafe("")
  let replies: "on" | "off" | "skip next" | "skip this" = "on"

  const begin = (): boolean => {
    if (replies === "skip next") replies = "skip this"
    else if (replies === "skip this") replies = "on"
    return replies === "on"
  }

  /** As Redis without a password: the default user needs none, and there is no other (acl.c, authCommand). */
  const authenticate = (user: Word.Word | undefined): CommandError | undefined =>
    isDefaultUser(user) ? undefined : new WrongPassword()

  const setName = (value: Word.Word): CommandError | undefined => {
    // networking.c, validateClientName: printable ASCII without the space
    if (!/^[!-~]*$/.test(value)) return invalidName
    name = ownCopy(value)
    return undefined
  }

  const okUnless = (error: CommandError | undefined): Reply.Reply =>
    error === undefined ? Reply.ok : Reply.refusal(error)

  /** networking.c, helloCommand: keys and version are bulk strings, which redis-cli insists on. */
  const greeting = (): Reply.Reply =>
    Reply.Reply.Dictionary({
      entries: [
        [Word.unsafe("server"), Reply.text("sockets-client-server")],
        [Word.unsafe("version"), Reply.text(serverVersion)],
        [Word.unsafe("proto"), Reply.Reply.Integer({ value: version })],
        [Word.unsafe("id"), Reply.Reply.Integer({ value: id })],
        [Word.unsafe("mode"), Reply.text("standalone")],
        [Word.unsafe("role"), Reply.text("master")],
        [Word.unsafe("modules"), Reply.Reply.List({ items: [] })]
      ]
    })

  const perform = (command: SessionCommand): Reply.Reply =>
    SessionCommand.match(command, {
      Close: () => Reply.Reply.Farewell({ reply: adeus }),
      Quit: () => Reply.Reply.Farewell({ reply: Reply.ok }),
      Reset: () => {
        version = 2
        name = Word.unsafe("")
        replies = "on"
        return Reply.Reply.SwitchProtocol({ version, reply: Reply.status("RESET") })
      },
      Hello: ({ clientName, credentials, version: asked }) => {
        const error =
          (credentials === undefined ? undefined : authenticate(credentials.user))
          ?? (clientName === undefined ? undefined : setName(clientName))
        if (error !== undefined) return Reply.refusal(error)
        version = asked ?? version
        return Reply.Reply.SwitchProtocol({ version, reply: greeting() })
      },
      Authenticate: ({ credentials: { user } }) =>
        user === undefined ? Reply.refusal(noPasswordConfigured) : okUnless(authenticate(user)),
      Select: ({ index }) => okUnless(index === 0 ? undefined : noSuchIndex),
      ClientSetName: ({ name }) => okUnless(setName(name)),
      ClientGetName: () => (name === "" ? Reply.Reply.Null() : Reply.Reply.Bulk({ value: name })),
      // Accepted for the clients that send it on connecting; nothing is done with it.
      ClientSetInfo: () => Reply.ok,
      ClientId: () => Reply.Reply.Integer({ value: id }),
      ClientReply: ({ mode }) => {
        if (mode !== "skip") replies = mode
        else if (replies !== "off") replies = "skip next"
        return Reply.ok
      }
    })

  return {
    begin,
    answer: (command) => {
      const reply = perform(command)
      return replies === "on" ? reply : silenced(reply)
    }
  }
}
