/**
 * What a connection remembers between its commands, and the commands that change it: HELLO, AUTH, CLIENT, SELECT,
 * RESET and the farewells. Nothing here knows bytes or sockets.
 */
import { type Case, SessionCommand } from "../domain/Command.ts"
import {
  BadArgument,
  type CommandError,
  NotAuthenticated,
  WrongPassword
} from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import * as Word from "../domain/Word.ts"
import { makePasswords, type Passwords } from "./Passwords.ts"

/** What the session is told of its connection and of the server. */
export interface Identity {
  /** The connection's number, counted from 1. */
  readonly id: number
  /** The server's version, such as `1.2.3`. */
  readonly version: string
  /** What opens the server; without it, everybody may ask. */
  readonly passwords?: Passwords
  /** The peer's address and port, as CLIENT INFO tells it. */
  readonly address?: string
  /** How long the connection has been there, in seconds. */
  readonly age?: () => number
}

/** The memory of one connection. */
export interface Session {
  /** Begins the next request, whatever it is, and tells whether its reply is wanted (CLIENT REPLY). */
  readonly begin: () => boolean
  /** Whether more may be asked than what needs no password. */
  readonly isAuthenticated: () => boolean
  /** Answers a command about the connection; silently if `begin` said so and the command does not change that. */
  readonly answer: (command: SessionCommand) => Reply.Reply
}

const adeus = Reply.status("Adeus!")
const open = makePasswords(() => [])

const noPasswordConfigured = new BadArgument({
  text:
    "AUTH <password> called without any password configured for the default user. "
    + "Are you sure your configuration is correct?"
})
/** Redis's (networking.c, helloCommand). */
const helloNotAuthenticated = new NotAuthenticated({
  text:
    "HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option "
    + "can be used to authenticate the client and select the RESP protocol version at the same time"
})
const invalidName = new BadArgument({
  text: "Client names cannot contain spaces, newlines or special characters."
})
const noSuchIndex = new BadArgument({ text: "DB index is out of range" })

/** networking.c, validateClientName: printable ASCII without the space. */
const isClientName = (value: Word.Word): boolean => /^[!-~]*$/.test(value)

/** A copy that does not keep the whole request it was cut from in memory. */
const ownCopy = (word: Word.Word): Word.Word => Word.fromBytes(Word.toBytes(word))

/** Nothing to send, but the same effect on what follows. */
export const silenced = (reply: Reply.Reply): Reply.Reply =>
  reply._tag === "Farewell" || reply._tag === "SwitchProtocol"
    ? { ...reply, reply: Reply.Reply.Silence() }
    : Reply.Reply.Silence()

/** The session of a connection that has just been accepted. */
export const makeSession = ({
  address = "",
  age = () => 0,
  id,
  passwords = open,
  version: serverVersion
}: Identity): Session => {
  let version: Reply.ProtocolVersion = 2
  let name = Word.unsafe("")
  let replies: "on" | "off" | "skip next" | "skip this" = "on"
  let authenticated = !passwords.required

  const begin = (): boolean => {
    if (replies === "skip next") replies = "skip this"
    else if (replies === "skip this") replies = "on"
    return replies === "on"
  }

  /** A wrong password takes nothing away from who has given the right one (acl.c, authCommand). */
  const authenticate = (
    user: Word.Word | undefined,
    password: Word.Word
  ): CommandError | undefined => {
    if (!passwords.accept(user, password)) return new WrongPassword()
    authenticated = true
    return undefined
  }

  const setName = (value: Word.Word): CommandError | undefined => {
    if (!isClientName(value)) return invalidName
    name = ownCopy(value)
    return undefined
  }

  const hello = ({ clientName, credentials, version: asked }: Case<"Hello">): Reply.Reply => {
    if (clientName !== undefined && !isClientName(clientName)) return Reply.refusal(invalidName)
    const error =
      credentials === undefined ? undefined : authenticate(credentials.user, credentials.password)
    if (error !== undefined) return Reply.refusal(error)
    if (!authenticated) return Reply.refusal(helloNotAuthenticated)
    if (clientName !== undefined) setName(clientName)
    version = asked ?? version
    return Reply.Reply.SwitchProtocol({ version, reply: greeting() })
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

  /** Redis's fields, of which some programs demand all; those that mean nothing here are 0 (networking.c, catClientInfoString). */
  const description = (): string =>
    `id=${id} addr=${address} laddr= fd=-1 name=${name} age=${age()} idle=0 flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 `
    + "qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r "
    + `cmd=client|info user=default redir=-1 resp=${version}\n`

  const perform = (command: SessionCommand): Reply.Reply =>
    SessionCommand.match(command, {
      Close: () => Reply.Reply.Farewell({ reply: adeus }),
      Quit: () => Reply.Reply.Farewell({ reply: Reply.ok }),
      Reset: () => {
        version = 2
        name = Word.unsafe("")
        replies = "on"
        authenticated = !passwords.required
        return Reply.Reply.SwitchProtocol({ version, reply: Reply.status("RESET") })
      },
      Hello: hello,
      Authenticate: ({ credentials: { password, user } }) =>
        user === undefined && !passwords.required
          ? Reply.refusal(noPasswordConfigured)
          : okUnless(authenticate(user, password)),
      Select: ({ index }) => okUnless(index === 0 ? undefined : noSuchIndex),
      ClientSetName: ({ name }) => okUnless(setName(name)),
      ClientGetName: () => (name === "" ? Reply.Reply.Null() : Reply.Reply.Bulk({ value: name })),
      // Accepted for the clients that send it on connecting; nothing is done with it.
      ClientSetInfo: () => Reply.ok,
      ClientId: () => Reply.Reply.Integer({ value: id }),
      ClientInfo: () => Reply.Reply.Bulk({ value: Word.unsafe(description()) }),
      // What these ask for is so anyway.
      ClientNoEvict: () => Reply.ok,
      ReadOnly: () => Reply.ok,
      ReadWrite: () => Reply.ok,
      ClientReply: ({ mode }) => {
        if (mode !== "skip") replies = mode
        else if (replies !== "off") replies = "skip next"
        return Reply.ok
      }
    })

  return {
    begin,
    isAuthenticated: () => authenticated,
    answer: (command) => {
      const reply = perform(command)
      return replies === "on" ? reply : silenced(reply)
    }
  }
}
