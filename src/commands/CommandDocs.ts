/**
 * What each command is for and what it takes, for people: `help enviar_arquivo` in redis-cli shows it. A command
 * without documentation does not compile.
 */
import type { Tag } from "./Command.ts"

/** One argument, in the terms of Redis (redis.io, COMMAND DOCS). */
export interface Argument {
  readonly name: string
  readonly type: "string" | "integer" | "key" | "pattern" | "pure-token" | "oneof" | "block"
  /** The word that stands before the argument, or that is all of it. */
  readonly token?: string
  readonly optional?: boolean
  readonly multiple?: boolean
  /** The alternatives of `oneof`, the parts of `block`. */
  readonly arguments?: ReadonlyArray<Argument>
}

/** What commands are about; `help @arquivos` lists a group. */
export type Group = "arquivos" | "servidor" | "conexao"

/** The documentation of one command. */
export interface Documentation {
  readonly summary: string
  readonly group: Group
  /** The first version of this server that knows the command. */
  readonly since: string
  readonly arguments: ReadonlyArray<Argument>
}

const one = (name: string, type: Argument["type"] = "string"): Argument => ({ name, type })
const optional = (argument: Argument): Argument => ({ ...argument, optional: true })
const multiple = (argument: Argument): Argument => ({ ...argument, multiple: true })
const option = (token: string, name: string, type: Argument["type"] = "string"): Argument => ({
  name,
  type,
  token,
  optional: true
})
const oneOf = (name: string, ...tokens: ReadonlyArray<string>): Argument => ({
  name,
  type: "oneof",
  arguments: tokens.map((token) => ({ name: token.toLowerCase(), type: "pure-token", token }))
})

const file = one("nome", "key")
const pattern = one("padrão", "pattern")

const inGroup =
  (group: Group) =>
  (summary: string, ...args: ReadonlyArray<Argument>): Documentation => ({
    summary,
    group,
    since: "0.1.0",
    arguments: args
  })
const arquivos = inGroup("arquivos")
const servidor = inGroup("servidor")
const conexao = inGroup("conexao")

/** The documentation of every command. */
export const documentation: { readonly [T in Tag]: Documentation } = {
  Info: servidor("Diz quem é o servidor."),
  Time: servidor("A hora local do servidor, HH:MM:SS."),
  List: arquivos(
    "Lista os nomes dos arquivos, ordenados por bytes.",
    optional(pattern),
    option("APOS", "nome"),
    option("LIMITE", "quantos", "integer")
  ),
  SendFile: arquivos(
    "Envia um arquivo, ou parte dele: o nome, depois os bytes.",
    file,
    option("INICIO", "byte", "integer"),
    option("TAMANHO", "bytes", "integer"),
    option("VERSAO", "versao")
  ),
  Describe: arquivos("Nome, tamanho, data da última mudança e versão de um arquivo.", file),
  Digest: arquivos("O SHA-256 de um arquivo, em hexadecimal.", file, option("VERSAO", "versao")),
  Get: arquivos("Os bytes de um arquivo; nulo se ele não existe.", file),
  GetRange: arquivos(
    "Os bytes de um arquivo entre duas posições, ambas incluídas; as negativas contam do fim.",
    file,
    one("primeiro", "integer"),
    one("último", "integer")
  ),
  StringLength: arquivos("O tamanho de um arquivo em bytes; 0 se ele não existe.", file),
  Exists: arquivos("Quantos dos nomes são de arquivos.", multiple(file)),
  MultiGet: arquivos("Os bytes de vários arquivos pequenos.", multiple(file)),
  Keys: arquivos("Os nomes que casam com um padrão do Redis, ordenados por bytes.", pattern),
  Scan: arquivos(
    "Os nomes aos poucos: comece com 0 e repita com o cursor recebido, até receber 0.",
    one("cursor", "integer"),
    option("MATCH", "padrão", "pattern"),
    option("COUNT", "quantos", "integer"),
    option("TYPE", "tipo")
  ),
  FileCount: arquivos("Quantos arquivos há."),
  Type: arquivos("string, se o arquivo existe; none, se não.", file),
  RandomName: arquivos("O nome de um arquivo qualquer."),
  UnixTime: servidor("A hora do servidor em segundos desde 1970 (UTC), e os microssegundos."),
  ServerInfo: servidor("O estado do servidor, por seções.", optional(multiple(one("seção")))),
  ConfigGet: servidor("Parâmetros do servidor que casam com os padrões.", multiple(pattern)),
  ConfigHelp: servidor("Esta ajuda."),
  CommandList: servidor("Detalhes de todos os comandos, para programas."),
  CommandCount: servidor("Quantos comandos há."),
  CommandNames: servidor("Os nomes de todos os comandos."),
  CommandInfo: servidor(
    "Detalhes dos comandos, para programas; de todos, sem nomes.",
    optional(multiple(one("comando")))
  ),
  CommandDocs: servidor(
    "Documentação dos comandos; de todos, sem nomes.",
    optional(multiple(one("comando")))
  ),
  CommandHelp: servidor("Esta ajuda."),
  Close: conexao("Despede-se e encerra a conexão."),
  Quit: conexao("Encerra a conexão."),
  Reset: conexao("Deixa a conexão como nova."),
  Hello: conexao(
    "Apresenta o servidor e escolhe a versão do protocolo.",
    optional({
      name: "opções",
      type: "block",
      arguments: [
        one("versão", "integer"),
        {
          name: "auth",
          type: "block",
          token: "AUTH",
          optional: true,
          arguments: [one("usuário"), one("senha")]
        },
        option("SETNAME", "nome")
      ]
    })
  ),
  Authenticate: conexao("Autentica a conexão.", optional(one("usuário")), one("senha")),
  Ping: conexao("Responde PONG, ou a mensagem.", optional(one("mensagem"))),
  Echo: conexao("Responde a mensagem.", one("mensagem")),
  Select: conexao("Escolhe o banco de dados; só há o 0.", one("índice", "integer")),
  ClientSetName: conexao("Dá um nome à conexão.", one("nome")),
  ClientGetName: conexao("O nome da conexão."),
  ClientSetInfo: conexao("Diz qual é a biblioteca do cliente.", {
    name: "atributo",
    type: "oneof",
    arguments: [
      { name: "nome-da-biblioteca", type: "string", token: "LIB-NAME" },
      { name: "versão-da-biblioteca", type: "string", token: "LIB-VER" }
    ]
  }),
  ClientId: conexao("O número da conexão."),
  ClientInfo: conexao("O que se sabe da conexão."),
  ClientNoEvict: conexao(
    "Aceito por compatibilidade: aqui nenhuma conexão é sacrificada por memória.",
    oneOf("modo", "ON", "OFF")
  ),
  ClientReply: conexao(
    "Liga, desliga ou pula as respostas à conexão.",
    oneOf("modo", "ON", "OFF", "SKIP")
  ),
  ClientHelp: conexao("Esta ajuda."),
  ReadOnly: conexao("Aceito por compatibilidade: aqui toda conexão só lê."),
  ReadWrite: conexao("Aceito por compatibilidade: aqui toda conexão só lê.")
}

/** The documentation of the names that need a second word and are no command of their own. */
export const containerDocumentation: ReadonlyMap<string, Documentation> = new Map([
  ["client", conexao("Comandos sobre a conexão.")],
  ["config", servidor("Comandos sobre os parâmetros do servidor.")]
])
