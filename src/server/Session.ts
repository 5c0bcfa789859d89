/**
 * The state that commands of a connection change, and those commands: HELLO, AUTH, CLIENT, SELECT, RESET, QUIT and SAIR.
 * Knows neither bytes nor sockets.
 */
import { type Case, SessionCommand } from "../commands/Command.ts"
import {
  BadArgument,
  type CommandError,
  NotAuthenticated,
  WrongPassword
} from "../domain/Errors.ts"
import * as Reply from "../domain/Reply.ts"
import * as ByteString from "../domain/ByteString.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import { makeAuthenticator, type Authenticator } from "../guard/Authenticator.ts"

/** What the session needs to know of its connection and of the server. */
export interface Identity {
  /** The connection's number, counted from 1. */
  readonly id: number
  /** The server's version, such as `1.2.3`. */
  readonly version: string
  /** Checks passwords; without it, none is required. */
  readonly authenticator?: Authenticator
  /** The peer's address and port, as CLIENT INFO tells it. */
  readonly address?: string
  /** How long the connection has been there, in seconds. */
  readonly age?: number
  /** How many channels, patterns and channels of shards it follows; nothing unless it follows any. */
  readonly subscriptions?:
    | { readonly channel: number; readonly pattern: number; readonly shard: number }
    | undefined
}

/** The session of one connection. */
export interface Session {
  /** As CLIENT SETNAME or HELLO set it; else empty. */
  readonly clientName: ByteString.ByteString
  readonly protocolVersion: Reply.ProtocolVersion
  /** How many wrong passwords came. */
  readonly wrongPasswords: number
  /** Whether the right password came, or none is required. */
  readonly isAuthenticated: boolean
  /** Must be called before each request; returns whether its reply is wanted (CLIENT REPLY). */
  readonly begin: () => boolean
  /** Answers a command about the connection; with NoReply where CLIENT REPLY says so. */
  readonly answer: (command: SessionCommand) => Reply.Reply
}

const adeus = Reply.status("Adeus!")
const open = makeAuthenticator(() => [])

const noPasswordConfigured = new BadArgument({ text: sentence("noPasswordConfigured") })
/** Redis's (networking.c, helloCommand). */
const helloNotAuthenticated = new NotAuthenticated({ text: sentence("helloUnauthenticated") })
const invalidName = new BadArgument({ text: sentence("invalidClientName") })
const noSuchIndex = new BadArgument({ text: sentence("noSuchDatabase") })

/** A name is kept as long as its connection, and ten thousand connections may have one. Redis has no bound. */
const longestName = 1024

/** networking.c, validateClientName: printable ASCII without the space. */
const isClientName = (value: ByteString.ByteString): boolean =>
  value.length <= longestName && /^[!-~]*$/.test(value)

/** The reply without its bytes, but with its effect on the connection: closing it, or changing the protocol's version. */
export const withoutBytes = (reply: Reply.Reply): Reply.Reply =>
  reply._tag === "CloseAfterReply" || reply._tag === "SwitchProtocol"
    ? { ...reply, reply: Reply.Reply.NoReply() }
    : Reply.Reply.NoReply()

const noName = ByteString.unsafe("")
const noSubscriptions = { channel: 0, pattern: 0, shard: 0 }

/** The session of a connection that has just been accepted. */
export const makeSession = (identity: Identity): Session => new ConnectionSession(identity)

/** A class, to hold little for each of ten thousand idle connections. */
class ConnectionSession implements Session {
  readonly #identity: Identity
  #replies: "on" | "off" | "skip next" | "skip this" = "on"
  clientName = noName
  protocolVersion: Reply.ProtocolVersion = 2
  wrongPasswords = 0
  isAuthenticated: boolean

  constructor(identity: Identity) {
    this.#identity = identity
    this.isAuthenticated = !this.#authenticator.required
  }

  get #authenticator(): Authenticator {
    return this.#identity.authenticator ?? open
  }

  begin(): boolean {
    if (this.#replies === "skip next") this.#replies = "skip this"
    else if (this.#replies === "skip this") this.#replies = "on"
    return this.#replies === "on"
  }

  answer(command: SessionCommand): Reply.Reply {
    const reply = this.#perform(command)
    return this.#replies === "on" ? reply : withoutBytes(reply)
  }

  #perform(command: SessionCommand): Reply.Reply {
    return SessionCommand.$match(command, {
      Close: () => Reply.Reply.CloseAfterReply({ reply: adeus }),
      Quit: () => Reply.Reply.CloseAfterReply({ reply: Reply.ok }),
      Reset: () => this.#reset(),
      Hello: (hello) => this.#hello(hello),
      Authenticate: ({ credentials: { password, user } }) =>
        user === undefined && !this.#authenticator.required
          ? Reply.error(noPasswordConfigured)
          : okUnless(this.#authenticate(user, password)),
      Select: ({ index }) => okUnless(index === 0 ? undefined : noSuchIndex),
      ClientSetName: ({ name }) => okUnless(this.#setName(name)),
      ClientGetName: () =>
        this.clientName === "" ? Reply.Reply.Null() : Reply.Reply.Bulk({ value: this.clientName }),
      // Accepted for the clients that send it on connecting; nothing is done with it.
      ClientSetInfo: () => Reply.ok,
      ClientId: () => Reply.Reply.Integer({ value: this.#identity.id }),
      ClientInfo: () => Reply.Reply.Bulk({ value: ByteString.unsafe(this.#description("info")) }),
      // Who else is connected is nobody's business.
      ClientList: ({ filter = { kind: this.#kind } }) =>
        Reply.text(
          ("kind" in filter ? filter.kind === this.#kind : filter.ids.includes(this.#identity.id))
            ? this.#description("list")
            : ""
        ),
      // What these ask for is so anyway.
      ClientNoEvict: () => Reply.ok,
      ReadOnly: () => Reply.ok,
      ReadWrite: () => Reply.ok,
      ClientReply: ({ mode }) => {
        if (mode !== "skip") this.#replies = mode
        else if (this.#replies !== "off") this.#replies = "skip next"
        return Reply.ok
      }
    })
  }

  #reset(): Reply.Reply {
    this.protocolVersion = 2
    this.clientName = noName
    this.#replies = "on"
    this.isAuthenticated = !this.#authenticator.required
    return Reply.Reply.SwitchProtocol({ version: 2, reply: Reply.status("RESET") })
  }

  #hello({ clientName, credentials, version }: Case<"Hello">): Reply.Reply {
    if (clientName !== undefined && !isClientName(clientName)) return Reply.error(invalidName)
    const error =
      credentials === undefined
        ? undefined
        : this.#authenticate(credentials.user, credentials.password)
    if (error !== undefined) return Reply.error(error)
    if (!this.isAuthenticated) return Reply.error(helloNotAuthenticated)
    if (clientName !== undefined) this.#setName(clientName)
    this.protocolVersion = version ?? this.protocolVersion
    return Reply.Reply.SwitchProtocol({ version: this.protocolVersion, reply: this.#greeting() })
  }

  /** A wrong password after the right one changes nothing (acl.c, authCommand). */
  #authenticate(
    user: ByteString.ByteString | undefined,
    password: ByteString.ByteString
  ): CommandError | undefined {
    if (!this.#authenticator.accept(user, password)) {
      this.wrongPasswords += 1
      return new WrongPassword()
    }
    this.isAuthenticated = true
    return undefined
  }

  #setName(value: ByteString.ByteString): CommandError | undefined {
    if (!isClientName(value)) return invalidName
    // A copy: the argument is a slice of the request's text, which would stay in memory.
    this.clientName = ByteString.ownCopy(value)
    return undefined
  }

  /** networking.c, helloCommand: keys and version are bulk strings, which redis-cli insists on. */
  #greeting(): Reply.Reply {
    const { id, version } = this.#identity
    return Reply.dictionary([
      ["server", Reply.text("sockets-client-server")],
      ["version", Reply.text(version)],
      ["proto", Reply.Reply.Integer({ value: this.protocolVersion })],
      ["id", Reply.Reply.Integer({ value: id })],
      ["mode", Reply.text("standalone")],
      ["role", Reply.text("master")],
      ["modules", Reply.Reply.List({ items: [] })]
    ])
  }

  /** networking.c, getClientType. */
  get #kind() {
    return this.#identity.subscriptions === undefined ? "normal" : "pubsub"
  }

  /** Redis's fields, of which some programs demand all; those that mean nothing here are 0 (networking.c, catClientInfoString). */
  #description(subcommand: string): string {
    const { address = "", age = 0, id, subscriptions } = this.#identity
    const { channel, pattern, shard } = subscriptions ?? noSubscriptions
    return (
      `id=${id} addr=${address} laddr= fd=-1 name=${this.clientName} age=${Math.floor(age)} idle=0 flags=${subscriptions === undefined ? "N" : "P"} db=0 sub=${channel} psub=${pattern} ssub=${shard} multi=-1 `
      + "qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r "
      + `cmd=client|${subcommand} user=default redir=-1 resp=${this.protocolVersion}\n`
    )
  }
}

const okUnless = (error: CommandError | undefined): Reply.Reply =>
  error === undefined ? Reply.ok : Reply.error(error)
