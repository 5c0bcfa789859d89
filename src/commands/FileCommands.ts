/** The declarations of the commands about files. Their routes: routes/FileRoutes.ts. */
import * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import {
  type Args,
  count,
  file,
  integer,
  notAnInteger,
  oneOf,
  option,
  optional,
  optionOr,
  pattern,
  readInteger,
  several,
  syntaxError,
  text
} from "./Argument.ts"
import { commandsAbout } from "./Spec.ts"

const { query } = commandsAbout("arquivos")

/** How many names one SCAN visits by default (redis.io, SCAN). */
const scanCount = 10

interface Scan {
  readonly cursor: number
  readonly pattern: ByteString.ByteString | undefined
  readonly count: number
  readonly type: ByteString.ByteString | undefined
}

/** An option given twice has its last value (db.c, scanGenericCommand). */
const parseScan = ([first = ByteString.unsafe(""), ...options]: Args): Scan | CommandError => {
  const cursor = /^[0-9]+$/.test(first) ? Number(first) : Number.NaN
  if (!Number.isSafeInteger(cursor)) return new BadArgument({ text: sentence("invalidCursor") })
  let pattern: ByteString.ByteString | undefined
  let type: ByteString.ByteString | undefined
  let limit: number | undefined = scanCount
  for (let index = 0; index < options.length; index += 2) {
    const option = options[index]?.toUpperCase()
    const value = options[index + 1]
    if (value === undefined) return syntaxError
    if (option === "MATCH") pattern = value
    else if (option === "TYPE") type = value
    else if (option === "COUNT") {
      limit = readInteger(value)
      if (limit === undefined) return notAnInteger
      if (limit < 1) return syntaxError
    } else return syntaxError
  }
  return { cursor, pattern, count: limit, type }
}

/** The commands about files, by their tags. */
export const fileCommands = {
  /**
   * `after`: only names that sort after it. `limit`: at most this many names. `fields`: a map for each file in place of its
   * name, with what Describe replies. `digest`: the SHA-256 of the list that the client has (services/files/ListedFile.ts); the
   * reply is null where the list is still that one.
   */
  List: query({
    names: ["listar_arquivos", "listar"],
    summary:
      "Lista os nomes dos arquivos, ordenados por bytes; com detalhes, o que DETALHES diz de cada um.",
    args: {
      pattern: optional(pattern),
      after: option("APOS", text("nome")),
      limit: option("LIMITE", count("quantos")),
      fields: option("COM", oneOf("campos", "detalhes")),
      digest: option("RESUMO", text("soma"))
    }
  }),
  /**
   * `start` and `length` are in bytes; a range that reaches past the end of the file ends there. `version`: send only
   * this version. `prefix`: send as many bytes as this version had, if the file is the same or may have grown from it.
   */
  SendFile: query({
    names: ["enviar_arquivo", "arquivo"],
    summary: "Envia um arquivo, ou parte dele: o nome, depois os bytes.",
    args: {
      name: file,
      start: optionOr("INICIO", count("byte"), 0),
      length: option("TAMANHO", count("bytes")),
      version: option("VERSAO", text("versao")),
      prefix: option("PREFIXO", text("versao"))
    }
  }),
  Describe: query({
    names: ["detalhes_arquivo", "detalhes"],
    summary: "Nome, tamanho, data da última mudança e versão de um arquivo.",
    args: { name: file }
  }),
  Digest: query({
    names: ["soma_arquivo", "soma"],
    summary: "O SHA-256 de um arquivo, em hexadecimal.",
    args: {
      name: file,
      version: option("VERSAO", text("versao")),
      prefix: option("PREFIXO", text("versao"))
    }
  }),
  Get: query({
    names: ["get"],
    summary: "Os bytes de um arquivo; nulo se ele não existe.",
    args: { name: file }
  }),
  /** The offsets of the first and last byte, both included; negative ones count from the end, -1 is the last byte. */
  GetRange: query({
    names: ["getrange", "substr"],
    summary:
      "Os bytes de um arquivo entre duas posições, ambas incluídas; as negativas contam do fim.",
    args: { name: file, first: integer("primeiro"), last: integer("último") }
  }),
  StringLength: query({
    names: ["strlen"],
    summary: "O tamanho de um arquivo em bytes; 0 se ele não existe.",
    args: { name: file }
  }),
  Exists: query({
    names: ["exists"],
    summary: "Quantos dos nomes são de arquivos.",
    args: { names: several(file) }
  }),
  /** One reply for each name, in order, repeated names included. */
  MultiGet: query({
    names: ["mget"],
    summary: "Os bytes de vários arquivos.",
    args: { names: several(file) }
  }),
  /** The pattern is one of Redis (domain/RedisGlob.ts), unlike that of List; so is that of Scan. */
  Keys: query({
    names: ["keys"],
    summary: "Os nomes que casam com um padrão do Redis, ordenados por bytes.",
    args: { pattern }
  }),
  /** `cursor`: 0 to begin, then the one in the last reply. `count`: about how many names to visit. */
  Scan: query({
    names: ["scan"],
    summary: "Os nomes aos poucos: comece com 0 e repita com o cursor recebido, até receber 0.",
    args: {
      cursor: integer("cursor", 0),
      pattern: option("MATCH", pattern),
      count: optionOr("COUNT", integer("quantos", 1), scanCount),
      type: option("TYPE", text("tipo"))
    },
    acceptsExtraArguments: true,
    parse: parseScan
  }),
  FileCount: query({ names: ["dbsize"], summary: "Quantos arquivos há.", args: {} }),
  Type: query({
    names: ["type"],
    summary: "string, se o arquivo existe; none, se não.",
    args: { name: file }
  }),
  RandomName: query({
    names: ["randomkey"],
    summary: "O nome de um arquivo qualquer.",
    args: {}
  })
}
