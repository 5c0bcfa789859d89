/**
 * Redis's commands for publish and subscribe, by which programs are told of changes as they happen (redis.io, Pub/Sub and
 * Keyspace notifications). Answering them, and telling the changes: server/subscriptions/.
 */
import { any, optional, pattern, several, text } from "../Argument.ts"
import { commandsAbout } from "../Spec.ts"

const { container, subscription } = commandsAbout("conexao")

const channel = text("canal")

/** What COMMAND INFO says of them (redis-server 7.0.15). */
const details = {
  flags: ["pubsub", "noscript", "loading", "stale"],
  categories: ["@pubsub", "@slow"]
}
const detailsOfQuestion = {
  flags: ["pubsub", "loading", "stale"],
  categories: ["@pubsub", "@slow"]
}

/** The commands, by their tags. */
export const subscriptionCommands = {
  Subscribe: subscription({
    names: ["subscribe"],
    summary:
      "Recebe as mensagens de canais: arquivos, __keyspace@0__:nome, __keyevent@0__:set e del.",
    args: { channels: several(channel) },
    details
  }),
  PatternSubscribe: subscription({
    names: ["psubscribe"],
    summary: "Recebe as mensagens dos canais que casam com padrões.",
    args: { patterns: several(pattern) },
    details
  }),
  /** Nothing is ever told on these. */
  ShardSubscribe: subscription({
    names: ["ssubscribe"],
    summary: "Aceito por compatibilidade: nestes canais não há mensagens.",
    args: { channels: several(channel) },
    details
  }),
  Unsubscribe: subscription({
    names: ["unsubscribe"],
    summary: "Deixa de receber as mensagens de canais; de todos, sem nomes.",
    args: { channels: any(channel) },
    details
  }),
  PatternUnsubscribe: subscription({
    names: ["punsubscribe"],
    summary: "Deixa de receber as mensagens por padrões; por todos, sem nomes.",
    args: { patterns: any(pattern) },
    details
  }),
  ShardUnsubscribe: subscription({
    names: ["sunsubscribe"],
    summary: "Desfaz SSUBSCRIBE.",
    args: { channels: any(channel) },
    details
  }),
  // In the order in which Redis tells them.
  PubSubPatterns: subscription({
    names: ["pubsub numpat"],
    summary: "Quantos padrões diferentes são acompanhados.",
    args: {},
    details: detailsOfQuestion
  }),
  PubSubShardCounts: subscription({
    names: ["pubsub shardnumsub"],
    summary: "Quantas conexões acompanham cada um destes canais de SSUBSCRIBE.",
    args: { channels: any(channel) },
    details: detailsOfQuestion
  }),
  PubSubChannels: subscription({
    names: ["pubsub channels"],
    summary: "Os canais que alguém acompanha.",
    args: { pattern: optional(pattern) },
    details: detailsOfQuestion
  }),
  PubSubCounts: subscription({
    names: ["pubsub numsub"],
    summary: "Quantas conexões acompanham cada um destes canais.",
    args: { channels: any(channel) },
    details: detailsOfQuestion
  }),
  PubSubHelp: subscription({
    names: ["pubsub help"],
    summary: "Esta ajuda.",
    args: {},
    details: { flags: ["loading", "stale"], categories: ["@slow"] }
  }),
  PubSubShardChannels: subscription({
    names: ["pubsub shardchannels"],
    summary: "Os canais de SSUBSCRIBE que alguém acompanha.",
    args: { pattern: optional(pattern) },
    details: detailsOfQuestion
  })
}

/** The names that are not commands by themselves and need a subcommand. */
export const subscriptionContainers = { pubsub: container("Perguntas sobre os canais.") }
