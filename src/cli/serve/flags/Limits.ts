/** Flags of `app serve`: limits of rates, connections and waiting times. */
import { optional, setting } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

/** The flags of this group. */
export const limits = {
  maxRate: optional({
    name: "max-rate",
    kind: Kind.rate,
    without: { pt: "sem limite", en: "unlimited" },
    help: {
      pt: "Bytes por segundo, no máximo, de cada conexão, como 10MiB",
      en: "Bytes a second, at most, of each connection, such as 10MiB"
    }
  }),
  maxTotalRate: optional({
    name: "max-total-rate",
    kind: Kind.rate,
    without: { pt: "sem limite", en: "unlimited" },
    help: {
      pt: "Bytes por segundo, no máximo, de todas as conexões juntas",
      en: "Bytes a second, at most, of all connections together"
    }
  }),
  drainDelay: setting({
    name: "drain-delay",
    kind: Kind.duration,
    default: "0s",
    help: {
      pt: "Quanto ainda atender depois da ordem de parar, com PING recusado, para um balanceador perceber",
      en: "How long to go on serving after the order to stop, with PING refused, for a balancer to notice"
    },
    readme: {
      text: {
        pt: "continua atendendo por este tempo depois da ordem de parar, com `PING` respondendo `-LOADING`, para um balanceador perceber",
        en: "go on serving for so long after the order to stop, with `PING` answering `-LOADING`, for a balancer to notice"
      }
    }
  }),
  grace: setting({
    name: "grace",
    kind: Kind.duration,
    default: "30s",
    help: {
      pt: "Quanto as transferências podem durar depois da ordem de parar",
      en: "How long transfers may go on after the order to stop"
    },
    readme: {
      text: {
        pt: "quanto as transferências ainda podem durar depois disso",
        en: "how long transfers may go on after that"
      }
    }
  }),
  connections: setting({
    name: "max-connections",
    kind: Kind.limit,
    default: "10000",
    help: { pt: "Quantas conexões, no máximo", en: "How many connections, at most" },
    readme: {
      text: {
        pt: "conexões ao todo, abaixo do limite de descritores; se ele obriga a reduzi-las, o log avisa",
        en: "connections in all, capped below the descriptor limit, which the log then says"
      }
    }
  }),
  perAddress: setting({
    name: "max-connections-per-address",
    kind: Kind.limit,
    default: "256",
    help: {
      pt: "Quantas conexões de um endereço (em IPv6, de um /64), no máximo; desta máquina, quantas vierem",
      en: "How many connections from one address (in IPv6, from one /64), at most; from this machine, as many as come"
    }
  }),
  idle: setting({
    name: "idle-timeout",
    kind: Kind.duration,
    default: "10m",
    help: {
      pt: "Fecha conexões sem uso por este tempo, 0 para nunca",
      en: "Close connections unused for so long, 0 for never"
    }
  }),
  request: setting({
    name: "request-timeout",
    kind: Kind.duration,
    default: "30s",
    help: {
      pt: "Quanto um comando começado pode demorar a chegar inteiro",
      en: "How long a command that was begun may take to be complete"
    }
  }),
  stall: setting({
    name: "stall-timeout",
    kind: Kind.duration,
    default: "1m",
    help: {
      pt: "Corta quem nada recebe por este tempo no meio de uma resposta, 0 para nunca",
      en: "Cut off who takes nothing for so long in the middle of an answer, 0 for never"
    }
  }),
  // How much it is without the flag depends on the store.
  transferMemory: optional({
    name: "transfer-memory",
    kind: Kind.size,
    help: {
      pt: "Memória de todas as transferências juntas, por processo; quanto mais são, menores os pedaços de cada uma; padrão: 16MiB",
      en: "Memory for all transfers together, of each process; the more there are, the smaller the pieces of each; default: 16MiB"
    },
    readme: {
      default: { pt: "`16MiB` (`256MiB` para um bucket)", en: "`16MiB` (`256MiB` for a bucket)" },
      text: {
        pt: "memória de todas as transferências juntas, por processo; quanto mais são, menores os pedaços que cada uma lê e envia. Quando acaba, cada uma segue com 16 KiB seus, de modo que nenhuma espera por outra",
        en: "memory for all transfers together, of each process; the more there are, the smaller the pieces that each reads and sends. Once it is used up, each goes on with 16 KiB of its own, so that none waits for another"
      }
    }
  })
}
