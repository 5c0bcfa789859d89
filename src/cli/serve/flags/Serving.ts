/** Flags of `app serve`: what is shared, the address, and the number of processes. */
import { Duration } from "effect"
import { availableParallelism } from "node:os"
import * as Common from "../../flags/Common.ts"
import { optional, setting, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"
import * as BucketPath from "../BucketPath.ts"

/** The most workers: each takes some 75 MB, so that a larger number is a typing error. */
const mostWorkers = 256

/** 1 to 256, or `auto`: as many as the cores that this process may use, by its affinity and its quota. */
const workers: Kind.Kind<number> = {
  parse: (text) => {
    if (text === "auto") return Math.min(mostWorkers, availableParallelism())
    const workers = Kind.limit.parse(text)
    return workers === undefined || workers > mostWorkers ? undefined : workers
  },
  expected: {
    pt: "um número inteiro de 1 a 256, ou auto",
    en: "a whole number from 1 to 256, or auto"
  },
  placeholder: { pt: "número|auto", en: "number|auto" }
}

/** The shortest time from one listing of a bucket to the next: each is a request for every thousand objects, which costs. */
const shortestInterval = Duration.seconds(1)

/** A second or more. */
const interval: Kind.Kind<Duration.Duration> = {
  ...Kind.duration,
  parse: (text) => {
    const interval = Kind.duration.parse(text)
    return interval === undefined || Duration.isLessThan(interval, shortestInterval)
      ? undefined
      : interval
  },
  expected: {
    pt: "uma duração de 1s ou mais, como 30s ou 5m",
    en: "a duration of 1s or more, such as 30s or 5m"
  }
}

/** The flags of this group. */
export const serving = {
  host: setting({
    ...Common.host,
    readme: { text: { pt: "endereço em que escuta", en: "address to listen at" } }
  }),
  port: setting({
    ...Common.port,
    readme: { text: { pt: "0 pega qualquer porta livre", en: "0 takes any free port" } }
  }),
  // No default: with `--store` there is no folder, and without it cli/serve/Folder.ts looks for one.
  dir: optional({
    name: "dir",
    alias: "d",
    kind: Kind.folder,
    without: { pt: "padrão DB, ou a pasta atual", en: "default DB, or the current folder" },
    help: { pt: "Pasta a compartilhar", en: "Folder to share" },
    readme: {
      default: {
        pt: "`DB` onde ela existe, senão a pasta atual",
        en: "`DB` where there is one, else the current folder"
      },
      text: {
        pt: "pasta a compartilhar, que também pode vir sem opção: `app serve fotos`",
        en: "folder to share, which can be given without the flag as well: `app serve photos`"
      }
    }
  }),
  store: optional({
    name: "store",
    kind: BucketPath.kind,
    help: {
      pt: "Compartilha, em vez de uma pasta, um bucket S3 ou o que nele está sob um prefixo, como s3://bucket/prefixo",
      en: "Share, instead of a folder, an S3 bucket or what lies below a prefix in it, such as s3://bucket/prefix"
    },
    readme: {
      text: {
        pt: "[um bucket S3](s3.pt-BR.md) a compartilhar em lugar de uma pasta, `s3://bucket` ou `s3://bucket/prefixo`",
        en: "[an S3 bucket](s3.md) to share in place of a folder, `s3://bucket` or `s3://bucket/prefix`"
      }
    }
  }),
  s3Endpoint: optional({
    name: "s3-endpoint",
    kind: Kind.endpoint,
    help: {
      pt: "URL do serviço S3, se não é o da Amazon",
      en: "URL of the S3 service, if not Amazon's"
    },
    readme: {
      default: { pt: "o da Amazon", en: "Amazon's" },
      text: { pt: "URL do serviço S3", en: "URL of the S3 service" }
    }
  }),
  s3Region: optional({
    name: "s3-region",
    kind: Kind.text,
    without: { pt: "com --s3-endpoint us-east-1", en: "with --s3-endpoint us-east-1" },
    help: { pt: "Região do bucket", en: "The bucket's region" },
    readme: {
      default: {
        pt: "`us-east-1` com um endereço, senão a que o SDK achar",
        en: "`us-east-1` with an endpoint, else as the SDK finds it"
      }
    }
  }),
  hidden: toggle({
    name: "hidden",
    help: {
      pt: "Compartilha também nomes que começam com ponto",
      en: "Share names that begin with a dot as well"
    }
  }),
  noLinks: toggle({
    name: "no-links",
    help: {
      pt: "Não segue links simbólicos dentro da pasta, para onde quer que levem",
      en: "Follow no symbolic links inside the folder, wherever they lead"
    },
    readme: {
      text: {
        pt: "não segue links simbólicos dentro da pasta: para uma em que outros escrevem, [SECURITY.md](../SECURITY.md) diz por quê",
        en: "follow no symbolic links inside the folder: for one that others write in, [SECURITY.md](../SECURITY.md) says why"
      }
    }
  }),
  // How much there is without it is the store's to say.
  cache: optional({
    name: "cache",
    kind: Kind.size,
    help: {
      pt: "Memória para arquivos pequenos; 0 desliga, para pastas em discos lentos ou de rede; padrão: 64MiB",
      en: "Memory for small files; 0 turns it off, for folders on slow or network disks; default: 64MiB"
    },
    readme: {
      default: { pt: "`64MiB` (`256MiB` para um bucket)", en: "`64MiB` (`256MiB` for a bucket)" },
      text: {
        pt: "memória para arquivos pequenos; cada um é conferido antes de ser enviado, de modo que nenhum sai desatualizado. `0` desliga, e com ela a leitura pela qual todos esperam: para uma pasta em disco lento ou de rede",
        en: "memory for small files; each is looked at before it is sent, so none is ever stale. `0` turns it off, and with it reading that everybody waits for: for a folder on a slow or a network disk"
      }
    }
  }),
  index: setting({
    name: "index",
    kind: Kind.size,
    default: "256MiB",
    help: {
      pt: "Memória para os nomes de uma pasta; 0 desliga, para pastas em discos lentos ou de rede",
      en: "Memory for the names in a folder; 0 turns it off, for folders on slow or network disks"
    },
    readme: {
      text: {
        pt: "memória para os nomes de uma pasta, uns 25 bytes cada um; cada pasta é conferida antes de seus nomes serem enviados, de modo que nenhuma lista sai desatualizada. `0` desliga, e cada pasta é lida a cada pergunta: para discos lentos ou de rede. Um bucket só precisa dela com `--watch-interval`",
        en: "memory for the names in a folder, some 25 bytes each; each folder is looked at before its names are sent, so no list is ever stale. `0` turns it off, and every folder is read at every question: for slow or network disks. A bucket needs it with `--watch-interval` only"
      }
    }
  }),
  changes: setting({
    name: "changes",
    kind: Kind.size,
    default: "64MiB",
    help: {
      pt: "Memória para as últimas mudanças dos arquivos, que os clientes acompanham; 0 desliga",
      en: "Memory for the last changes of the files, which clients follow; 0 turns it off"
    },
    readme: {
      text: {
        pt: "memória para as últimas mudanças dos arquivos, que os clientes acompanham, por processo, uns 350 bytes para cada nome que mudou; quem parou antes da mais antiga recebe `refazer`. `0` desliga, e ninguém vigia a pasta nem o bucket",
        en: "memory for the last changes of the files, which clients follow, of each process, some 350 bytes for each name that changed; who stopped before the oldest is told `refazer`. `0` turns it off, and nobody watches the folder or the bucket"
      }
    }
  }),
  watchInterval: optional({
    name: "watch-interval",
    kind: interval,
    without: { pt: "desligada", en: "off" },
    help: {
      pt: "De quanto em quanto tempo listar o bucket para achar mudanças, a um pedido por mil objetos; só com --store",
      en: "How often to list the bucket to find changes, a request for each thousand objects; with --store only"
    },
    readme: {
      text: {
        pt: "de quanto em quanto tempo, a partir de 1 s, listar o bucket para achar o que mudou, que os clientes então acompanham como em uma pasta; cada vez é um pedido para cada mil objetos, e [isso se paga](s3.pt-BR.md#mudanças). Só com `--store`",
        en: "how often, from 1 s on, to list the bucket to find what has changed, which clients then follow as with a folder; each time is a request for every thousand objects, which [is paid for](s3.md#changes). With `--store` only"
      }
    }
  }),
  cacheFresh: setting({
    name: "cache-fresh",
    kind: Kind.duration,
    default: "100ms",
    help: {
      pt: "Por quanto tempo um arquivo pequeno vale como o S3 o deu, sem perguntar de novo, 0 para nunca",
      en: "For how long a small file is taken to be as S3 gave it, without asking again, 0 for never"
    }
  }),
  pickle: toggle({
    name: "pickle",
    help: {
      pt: "Fala pickle, com os clientes Python do projeto original, em qualquer endereço e não só na própria máquina",
      en: "Speak pickle, with the original project's Python clients, at every address and not on this machine alone"
    },
    readme: {
      text: {
        pt: "fala com [os clientes Python originais](pickle.pt-BR.md) em qualquer endereço, e não só nos de loopback",
        en: "speak with [the original Python clients](pickle.md) at every address, not at loopback ones alone"
      }
    }
  }),
  workers: setting({
    name: "workers",
    kind: workers,
    default: "1",
    help: {
      pt: "Quantos processos atendem, cada um em um núcleo, auto para um por núcleo; o total de conexões e o de bytes por segundo se dividem igualmente entre eles, e os limites por endereço valem em cada um",
      en: "How many processes serve, each on one core, auto for one a core; the connections in all and the total rate are divided evenly among them, and limits by address hold in each"
    },
    readme: {
      text: {
        pt: "quantos processos atendem, cada um em um núcleo; `auto` para um por núcleo. `--max-connections` e `--max-total-rate` se dividem igualmente entre eles; os limites por endereço e as memórias (`--cache`, `--index`, `--changes`, `--transfer-memory`) valem em cada um",
        en: "how many processes serve, each on one core; `auto` for one a core. `--max-connections` and `--max-total-rate` are divided evenly among them; limits by address and memory (`--cache`, `--index`, `--changes`, `--transfer-memory`) hold in each"
      }
    }
  })
}
