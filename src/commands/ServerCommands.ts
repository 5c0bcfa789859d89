/** The declarations of the commands about the server and about its commands. Their routes: routes/ServerRoutes.ts. */
import { any, pattern, several, text } from "./Argument.ts"
import { commandsAbout } from "./Spec.ts"

const { container, query } = commandsAbout("servidor")

/** The commands about the server, by their tags. */
export const serverCommands = {
  Info: query({
    names: ["dados", "consulta"],
    summary: "Diz quem é o servidor.",
    args: {}
  }),
  Time: query({
    names: ["hora_atual", "hora"],
    summary: "A hora local do servidor, HH:MM:SS.",
    args: {}
  }),
  /** For people: `app client --cmd ajuda`. Redis has no HELP. */
  Help: query({
    names: ["ajuda", "help"],
    summary: "Os comandos deste servidor, um por linha.",
    args: {}
  }),
  /** The time for programs, as Redis gives it (redis.io, TIME). */
  UnixTime: query({
    names: ["time"],
    summary: "A hora do servidor em segundos desde 1970 (UTC), e os microssegundos.",
    args: {}
  }),
  /** INFO of Redis. Without `sections`, all but Files (services/ServerInfo.ts). */
  ServerInfo: query({
    names: ["info"],
    summary: "O estado do servidor, por seções.",
    args: { sections: any(text("seção")) }
  }),
  ConfigGet: query({
    names: ["config get"],
    summary: "Parâmetros do servidor que casam com os padrões.",
    args: { patterns: several(pattern) }
  }),
  /** Of the one parameter that clients set to follow changes, which is so anyway. */
  ConfigSet: query({
    names: ["config set"],
    summary: "Só notify-keyspace-events, que não muda nada: as mudanças são sempre avisadas.",
    args: { parameter: text("parâmetro"), values: several(text("valor")) }
  }),
  ConfigHelp: query({ names: ["config help"], summary: "Esta ajuda.", args: {} }),
  CommandList: query({
    names: ["command"],
    summary: "Detalhes de todos os comandos, para programas.",
    args: {}
  }),
  CommandCount: query({ names: ["command count"], summary: "Quantos comandos há.", args: {} }),
  CommandNames: query({
    names: ["command list"],
    summary: "Os nomes de todos os comandos.",
    args: {}
  }),
  /** Without `names`, all commands; so has CommandDocs. */
  CommandInfo: query({
    names: ["command info"],
    summary: "Detalhes dos comandos, para programas; de todos, sem nomes.",
    args: { names: any(text("comando")) }
  }),
  CommandDocs: query({
    names: ["command docs"],
    summary: "Documentação dos comandos; de todos, sem nomes.",
    args: { names: any(text("comando")) }
  }),
  CommandHelp: query({ names: ["command help"], summary: "Esta ajuda.", args: {} })
}

/** The names that are not commands by themselves and need a subcommand. */
export const serverContainers = {
  config: container("Comandos sobre os parâmetros do servidor.")
}
