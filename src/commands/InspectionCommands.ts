/**
 * What tools for Redis ask to show what a server holds and how it does: of a file as a key, and of the server. All are
 * answered as an empty, read-only Redis would answer them. Their routes: routes/InspectionRoutes.ts.
 */
import type * as ByteString from "../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../domain/Errors.ts"
import { sentence } from "../domain/sentences/Sentence.ts"
import {
  any,
  type Args,
  file,
  integer,
  notAnInteger,
  option,
  optional,
  readInteger,
  syntaxError,
  text
} from "./Argument.ts"
import { commandsAbout } from "./Spec.ts"

const { query: fileQuery } = commandsAbout("arquivos")
const { container, query: serverQuery } = commandsAbout("servidor")

interface MemoryUsage {
  readonly name: ByteString.ByteString
  readonly samples: number | undefined
}

/** `MEMORY USAGE key [SAMPLES count]`, whose errors are Redis's (object.c, memoryCommand). */
const parseMemoryUsage = (
  name: ByteString.ByteString,
  [token, written]: Args
): MemoryUsage | CommandError => {
  if (token === undefined) return { name, samples: undefined }
  if (token.toUpperCase() !== "SAMPLES" || written === undefined) return syntaxError
  const samples = readInteger(written)
  if (samples === undefined) return notAnInteger
  return samples < 0 ? syntaxError : { name, samples }
}

/** slowlog.c, slowlogCommand. */
const badCount = new BadArgument({ text: sentence("slowlogCount") })

const parseSlowlogGet = ([written]: Args):
  | { readonly count: number | undefined }
  | CommandError => {
  const count = written === undefined ? undefined : readInteger(written)
  return written !== undefined && (count === undefined || count < -1) ? badCount : { count }
}

const help = (name: string) =>
  serverQuery({ names: [`${name} help`], summary: "Esta ajuda.", args: {} })

/** Every command of this kind, by the name that code knows it by. */
export const inspectionCommands = {
  /** No file expires. */
  TimeToLive: fileQuery({
    names: ["ttl", "pttl", "expiretime", "pexpiretime"],
    summary: "-1, pois nenhum arquivo expira; -2 se ele não existe.",
    args: { name: file }
  }),
  ObjectEncoding: fileQuery({
    names: ["object encoding"],
    summary: "raw, se o arquivo existe; nulo, se não.",
    args: { name: file }
  }),
  ObjectFrequency: fileQuery({
    names: ["object freq"],
    summary: "Erro, como num Redis que não conta acessos.",
    args: { name: file }
  }),
  ObjectIdleTime: fileQuery({
    names: ["object idletime"],
    summary: "0, se o arquivo existe; nulo, se não.",
    args: { name: file }
  }),
  ObjectReferences: fileQuery({
    names: ["object refcount"],
    summary: "1, se o arquivo existe; nulo, se não.",
    args: { name: file }
  }),
  ObjectHelp: help("object"),
  MemoryUsage: fileQuery({
    names: ["memory usage"],
    summary: "O tamanho de um arquivo em bytes; nulo se ele não existe.",
    args: { name: file, samples: option("SAMPLES", integer("amostras", 0)) },
    acceptsExtraArguments: true,
    parse: ([name, ...options]) =>
      name === undefined ? syntaxError : parseMemoryUsage(name, options)
  }),
  MemoryDoctor: serverQuery({
    names: ["memory doctor"],
    summary: "Nenhum problema de memória.",
    args: {}
  }),
  MemoryStats: serverQuery({
    names: ["memory stats"],
    summary: "A memória em uso e quantos arquivos há.",
    args: {}
  }),
  MemoryAllocator: serverQuery({
    names: ["memory malloc-stats"],
    summary: "Nada, como num Redis cujo alocador não conta.",
    args: {}
  }),
  MemoryPurge: serverQuery({
    names: ["memory purge"],
    summary: "Aceito por compatibilidade: não há o que devolver.",
    args: {}
  }),
  MemoryHelp: help("memory"),
  LatencyLatest: serverQuery({
    names: ["latency latest"],
    summary: "Nenhuma demora medida.",
    args: {}
  }),
  LatencyHistory: serverQuery({
    names: ["latency history"],
    summary: "Nenhuma demora medida.",
    args: { event: text("evento") }
  }),
  LatencyHistogram: serverQuery({
    names: ["latency histogram"],
    summary: "Nenhuma demora medida.",
    args: { commands: any(text("comando")) }
  }),
  LatencyGraph: serverQuery({
    names: ["latency graph"],
    summary: "Erro, pois nenhuma demora é medida.",
    args: { event: text("evento") }
  }),
  LatencyDoctor: serverQuery({
    names: ["latency doctor"],
    summary: "Nenhuma demora medida.",
    args: {}
  }),
  LatencyReset: serverQuery({
    names: ["latency reset"],
    summary: "0, pois não há o que apagar.",
    args: { events: any(text("evento")) }
  }),
  LatencyHelp: help("latency"),
  SlowlogGet: serverQuery({
    names: ["slowlog get"],
    summary: "Nenhum comando demorado.",
    args: { count: optional(integer("quantos", -1)) },
    parse: parseSlowlogGet
  }),
  SlowlogLength: serverQuery({
    names: ["slowlog len"],
    summary: "0 comandos demorados.",
    args: {}
  }),
  SlowlogReset: serverQuery({
    names: ["slowlog reset"],
    summary: "Aceito por compatibilidade: não há o que apagar.",
    args: {}
  }),
  SlowlogHelp: help("slowlog"),
  /** What Redis answers where it is no cluster. */
  Cluster: serverQuery({
    names: ["cluster info", "cluster nodes", "cluster slots", "cluster shards", "cluster myid"],
    summary: "Erro: o servidor não é um cluster do Redis.",
    args: {}
  }),
  ClusterHelp: help("cluster"),
  AclWhoAmI: serverQuery({ names: ["acl whoami"], summary: "O nome do usuário.", args: {} }),
  AclUsers: serverQuery({ names: ["acl users"], summary: "Os nomes dos usuários.", args: {} }),
  AclHelp: help("acl"),
  ModuleList: serverQuery({ names: ["module list"], summary: "Nenhum módulo.", args: {} }),
  ModuleHelp: help("module"),
  Role: serverQuery({
    names: ["role"],
    summary: "master, sem réplicas.",
    args: {}
  })
}

/** The names that need a second one and are no command by themselves. */
export const inspectionContainers = {
  object: container("Comandos sobre um arquivo como chave."),
  memory: container("Comandos sobre a memória."),
  latency: container("Comandos sobre demoras."),
  slowlog: container("Comandos sobre comandos demorados."),
  cluster: container("Comandos sobre o cluster, que não há."),
  acl: container("Comandos sobre usuários."),
  module: container("Comandos sobre módulos.")
}
