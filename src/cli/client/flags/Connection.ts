/** Flags of `app client`: which server is asked, how it is reached, and what is believed of it. */
import * as Common from "../../flags/Common.ts"
import { optional, setting, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

/** The flags of this group. */
export const connection = {
  host: setting({
    ...Common.host,
    readme: { text: { pt: "endereço do servidor a consultar", en: "address of the server to ask" } }
  }),
  port: setting(Common.port),
  protocol: setting({
    name: "protocol",
    kind: {
      ...Kind.choice(["resp", "pickle"]),
      expected: { pt: "resp ou pickle", en: "resp or pickle" }
    },
    default: "resp",
    help: {
      pt: "O que se fala com o servidor: resp, ou pickle com um servidor do projeto original",
      en: "What is spoken with the server: resp, or pickle with a server of the original project"
    },
    readme: {
      text: {
        pt: "`pickle` consulta um servidor do [projeto original](pickle.pt-BR.md)",
        en: "`pickle` asks a server of [the original project](pickle.md)"
      }
    }
  }),
  passwordFile: optional({
    ...Common.passwordFile,
    readme: {
      text: {
        pt: "arquivo cuja primeira linha é a senha; sem ele, a senha é a da variável `APP_PASSWORD`, se estiver definida",
        en: "file whose first line is the password; without it, that of the variable `APP_PASSWORD`, if it is set"
      }
    }
  }),
  tls: toggle({
    name: "tls",
    help: {
      pt: "Cifra a conexão com TLS e confere de quem é o servidor",
      en: "Encrypt the connection with TLS, and check whose server it is"
    },
    readme: {
      text: {
        pt: "[cifra](security.pt-BR.md#criptografia) a conexão e confere de quem é o servidor",
        en: "[encrypt](security.md#encryption) the connection, and check whose server it is"
      }
    }
  }),
  ca: optional({
    name: "ca",
    kind: Kind.file,
    help: {
      pt: "Arquivo PEM com as autoridades em que se confia, ou o certificado do servidor, no lugar das conhecidas",
      en: "PEM file with the authorities that are trusted, or the server's certificate, in place of the well-known ones"
    },
    readme: {
      default: { pt: "as conhecidas", en: "the well-known ones" },
      text: {
        pt: "arquivo PEM com as autoridades em que se confia, ou com o certificado do próprio servidor",
        en: "PEM file with the authorities that are trusted, or with the server's own certificate"
      }
    }
  }),
  cert: optional({
    name: "cert",
    kind: Kind.file,
    help: {
      pt: "Arquivo PEM com o certificado deste cliente, para um servidor que o pede",
      en: "PEM file with this client's certificate, for a server that asks for one"
    }
  }),
  key: optional({
    name: "key",
    kind: Kind.file,
    help: {
      pt: "Arquivo PEM com a chave desse certificado",
      en: "PEM file with that certificate's key"
    }
  }),
  servername: optional({
    name: "servername",
    kind: Kind.host,
    help: {
      pt: "Nome que o certificado do servidor tem de trazer, no lugar do de --host",
      en: "Name that the server's certificate has to be for, in place of --host"
    },
    readme: {
      default: { pt: "o de `--host`", en: "that of `--host`" },
      text: {
        pt: "nome que o certificado do servidor tem de trazer",
        en: "name that the server's certificate has to be for"
      }
    }
  }),
  // The only way not to have the server's certificate verified.
  insecure: toggle({
    name: "tls-insecure",
    help: {
      pt: "Não confere nada do servidor: quem estiver no caminho pode ler e mudar tudo",
      en: "Verify nothing about the server: who is in between can read and change everything"
    },
    readme: {
      text: {
        pt: "não confere nada, e avisa disso a cada vez: quem estiver no caminho pode ler e mudar tudo",
        en: "verify nothing, which is warned of each time: who is in between can read and change everything"
      }
    }
  }),
  // Left out, connecting and silence have bounds of their own.
  timeout: optional({
    name: "timeout",
    kind: Kind.timeout,
    without: { pt: "padrão 10s e 15s", en: "default 10s and 15s" },
    help: {
      pt: "Quanto esperar pela conexão e, depois, por um servidor calado, como 500ms, 5s ou 1m",
      en: "How long to wait for a connection, and then for a silent server, such as 500ms, 5s or 1m"
    },
    readme: {
      default: { pt: "`10s`, `15s`", en: "`10s`, `15s`" },
      text: {
        pt: "limite para conectar, e para o silêncio do servidor; os dois de uma vez, como `500ms`, `5s`, `1m`",
        en: "bound on connecting, and on the server's silence; both at once, such as `500ms`, `5s`, `1m`"
      }
    }
  }),
  minRate: setting({
    name: "min-rate",
    kind: Kind.size,
    default: "1KiB",
    help: {
      pt: "Quantos bytes por segundo o servidor manda, no mínimo, durante 30 s de uma resposta; 0 para qualquer ritmo",
      en: "How many bytes a second the server sends at least, over 30 s of a reply; 0 for any rate"
    },
    readme: {
      text: {
        pt: "o ritmo mínimo de uma resposta, em bytes por segundo, durante 30 s; um servidor mais lento conta como conexão perdida; `0` para qualquer ritmo",
        en: "the least rate of a reply, in bytes a second, over 30 s; a slower server counts as a lost connection; `0` for any rate"
      }
    }
  }),
  retries: setting({
    name: "retries",
    kind: Kind.count,
    default: "5",
    help: {
      pt: "Quantas conexões perdidas refazer em uma execução",
      en: "How many lost connections to make good in one run"
    },
    readme: {
      text: {
        pt: "quantas conexões perdidas são refeitas em uma execução; se a primeira conexão é recusada, não há nova tentativa",
        en: "how many lost connections are made good in one run; a first connection that is refused is final"
      }
    }
  })
}
