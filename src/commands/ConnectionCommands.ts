/**
 * The declarations of the commands about the connection. Those of class `connection` are answered by
 * server/Session.ts; the queries have their routes in routes/ServerRoutes.ts.
 */
import { Schema } from "effect"
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError, UnsupportedProtocol } from "../domain/Errors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import { type Args, integer, oneOf, optional, readInteger, syntaxError, text } from "./Argument.ts"
import { type ClientList, clientList } from "./ClientList.ts"
import { commandsAbout } from "./Spec.ts"

const { connection, container, irregular, query } = commandsAbout("conexao")

/** `user` is undefined for the older form `AUTH password`. */
const Credentials = Schema.Struct({
  user: Schema.UndefinedOr(ByteString.ByteString),
  password: ByteString.ByteString
})
type Credentials = typeof Credentials.Type

/** The values of HELLO: the version of RESP to continue in, and its options (redis.io, HELLO). */
export interface Hello {
  readonly version: 2 | 3 | undefined
  readonly credentials: Credentials | undefined
  readonly clientName: ByteString.ByteString | undefined
}

/** `HELLO [protover [AUTH user password] [SETNAME name]]`, with errors in the order in which Redis finds them. */
const parseHello = ([protocol, ...options]: Args): Hello | CommandError => {
  if (protocol === undefined) {
    return { version: undefined, credentials: undefined, clientName: undefined }
  }
  const version = readInteger(protocol)
  if (version === undefined) return new BadArgument({ text: sentence("helloVersion") })
  if (version !== 2 && version !== 3) return new UnsupportedProtocol()
  let credentials: Credentials | undefined
  let clientName: ByteString.ByteString | undefined
  for (let index = 0; index < options.length;) {
    const [option = ByteString.unsafe(""), first, second] = options.slice(index, index + 3)
    if (option.toUpperCase() === "AUTH" && first !== undefined && second !== undefined) {
      credentials = { user: first, password: second }
      index += 3
    } else if (option.toUpperCase() === "SETNAME" && first !== undefined) {
      clientName = first
      index += 2
    } else {
      return new BadArgument({
        text: sentence("helloOption", ByteString.printable(option))
      })
    }
  }
  return { version, credentials, clientName }
}

const printHello = ({ clientName, credentials, version }: Hello): Args => {
  if (version === undefined) return []
  const args = [ByteString.unsafe(String(version))]
  if (credentials !== undefined) {
    const { password, user = ByteString.unsafe("default") } = credentials
    args.push(ByteString.unsafe("AUTH"), user, password)
  }
  if (clientName !== undefined) args.push(ByteString.unsafe("SETNAME"), clientName)
  return args
}

/** `AUTH [user] password`. A third argument is a syntax error and not one of arity, as in Redis. */
const parseAuthenticate = (args: Args): { readonly credentials: Credentials } | CommandError => {
  const [first, second] = args
  if (first === undefined || args.length > 2) return syntaxError
  return {
    credentials:
      second === undefined
        ? { user: undefined, password: first }
        : { user: first, password: second }
  }
}

/** The values of CLIENT SETINFO: the name or the version of the client's library (redis.io, CLIENT SETINFO). */
export interface LibraryInfo {
  readonly attribute: "lib-name" | "lib-ver"
  readonly value: ByteString.ByteString
}

const nothing = ByteString.unsafe("")

const parseSetInfo = ([written = nothing, value = nothing]: Args): LibraryInfo | CommandError => {
  const attribute = written.toLowerCase()
  return attribute === "lib-name" || attribute === "lib-ver"
    ? { attribute, value }
    : new BadArgument({ text: sentence("unrecognizedOption", ByteString.printable(written)) })
}

/** The commands about the connection, by their tags. */
export const connectionCommands = {
  /** The answer is `Adeus!`, then the connection is closed. */
  Close: connection({
    names: ["finalizar_conexao", "sair"],
    summary: "Despede-se e encerra a conexão.",
    args: {}
  }),
  Quit: connection({
    names: ["quit"],
    summary: "Encerra a conexão.",
    args: {},
    acceptsExtraArguments: true,
    needsNoPassword: true
  }),
  Reset: connection({
    names: ["reset"],
    summary: "Deixa a conexão como nova.",
    args: {},
    needsNoPassword: true
  }),
  /** Without `version`, the connection keeps the version of RESP it has. */
  Hello: irregular<Hello>({
    names: ["hello"],
    summary: "Apresenta o servidor e escolhe a versão do protocolo.",
    needsNoPassword: true,
    fields: {
      version: Schema.UndefinedOr(Schema.Literals([2, 3])),
      credentials: Schema.UndefinedOr(Credentials),
      clientName: Schema.UndefinedOr(ByteString.ByteString)
    },
    docs: [
      {
        name: "opções",
        type: "block",
        optional: true,
        arguments: [
          { name: "versão", type: "integer" },
          {
            name: "auth",
            type: "block",
            token: "AUTH",
            optional: true,
            arguments: [
              { name: "usuário", type: "string" },
              { name: "senha", type: "string" }
            ]
          },
          { name: "nome", type: "string", token: "SETNAME", optional: true }
        ]
      }
    ],
    acceptsExtraArguments: true,
    parse: parseHello,
    print: printHello
  }),
  Authenticate: irregular<{ readonly credentials: Credentials }>({
    names: ["auth"],
    summary: "Autentica a conexão.",
    needsNoPassword: true,
    fields: { credentials: Credentials },
    docs: [
      { name: "usuário", type: "string", optional: true },
      { name: "senha", type: "string" }
    ],
    acceptsExtraArguments: true,
    parse: parseAuthenticate,
    print: ({ credentials: { password, user } }) =>
      user === undefined ? [password] : [user, password]
  }),
  Ping: query({
    names: ["ping"],
    summary: "Responde PONG, ou a mensagem.",
    args: { message: optional(text("mensagem")) }
  }),
  Echo: query({
    names: ["echo"],
    summary: "Responde a mensagem.",
    args: { message: text("mensagem") }
  }),
  Select: connection({
    names: ["select"],
    summary: "Escolhe o banco de dados; só há o 0.",
    args: { index: integer("índice") }
  }),
  ClientSetName: connection({
    names: ["client setname"],
    summary: "Dá um nome à conexão.",
    args: { name: text("nome") }
  }),
  ClientGetName: connection({
    names: ["client getname"],
    summary: "O nome da conexão.",
    args: {}
  }),
  ClientSetInfo: irregular<LibraryInfo>({
    names: ["client setinfo"],
    summary: "Diz qual é a biblioteca do cliente.",
    fields: {
      attribute: Schema.Literals(["lib-name", "lib-ver"]),
      value: ByteString.ByteString
    },
    docs: [
      {
        name: "atributo",
        type: "oneof",
        arguments: [
          { name: "nome-da-biblioteca", type: "string", token: "LIB-NAME" },
          { name: "versão-da-biblioteca", type: "string", token: "LIB-VER" }
        ]
      }
    ],
    parse: parseSetInfo,
    print: ({ attribute, value }) => [ByteString.unsafe(attribute), value]
  }),
  ClientId: connection({ names: ["client id"], summary: "O número da conexão.", args: {} }),
  ClientInfo: connection({
    names: ["client info"],
    summary: "O que se sabe da conexão.",
    args: {}
  }),
  /** Nobody is told of anybody else. */
  ClientList: irregular<ClientList>({
    names: ["client list"],
    summary: "O que se sabe da própria conexão.",
    ...clientList
  }),
  ClientNoEvict: connection({
    names: ["client no-evict"],
    summary: "Aceito por compatibilidade: aqui nenhuma conexão é sacrificada por memória.",
    args: { mode: oneOf("modo", "on", "off") }
  }),
  ClientReply: connection({
    names: ["client reply"],
    summary: "Liga, desliga ou pula as respostas à conexão.",
    args: { mode: oneOf("modo", "on", "off", "skip") }
  }),
  ClientHelp: query({ names: ["client help"], summary: "Esta ajuda.", args: {} }),
  ReadOnly: connection({
    names: ["readonly"],
    summary: "Aceito por compatibilidade: aqui toda conexão só lê.",
    args: {}
  }),
  ReadWrite: connection({
    names: ["readwrite"],
    summary: "Aceito por compatibilidade: aqui toda conexão só lê.",
    args: {}
  })
}

/** The names that are not commands by themselves and need a subcommand. */
export const connectionContainers = { client: container("Comandos sobre a conexão.") }
